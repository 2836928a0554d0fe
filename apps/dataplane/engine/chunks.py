"""What is submitted to the engine, and what comes back when a chunk cannot be executed at all."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from ..contract.errors import CODES
from ..contract.plan import Plan
from ..samples import Sample


@dataclass(slots=True)
class Chunk:
    """Rows of target number `target`; `attempt` is raised in place when the job is ordered again meanwhile.

    rows: opens the chunk's rows, `size` of them; read lazily, by one thread. started: the unix time from
    which `limits.minutes` counts; None for the moment at which this site saw the run's first chunk.
    """

    job: str
    attempt: int
    plan: Plan
    target: int
    rows: Callable[[], Iterable[Sample]]
    size: int
    started: float | None = None


@dataclass(slots=True, frozen=True)
class ChunkFailure:
    """A code of `contract.errors`, the exception's class name, and a detail that stays at the site.

    facts and names: as in `Refusal`.
    """

    code: str
    exception: str
    detail: str
    facts: Mapping[str, int | str] = field(default_factory=dict)
    names: Mapping[str, str] = field(default_factory=dict)


def failure_of(error: BaseException) -> ChunkFailure:
    """Any exception as a failure; one that carries no known `code` is the site's own error."""
    code = getattr(error, "code", None)
    if not isinstance(code, str) or code not in CODES:
        return ChunkFailure("site_error", type(error).__name__, str(error))
    cause = error.__cause__ or error
    detail = getattr(error, "detail", "") or str(error)
    facts, names = getattr(error, "facts", {}), getattr(error, "names", {})
    return ChunkFailure(code, type(cause).__name__, detail, facts, names)
