"""Numbers over the outcomes of a chunk."""

from collections import Counter
from collections.abc import Iterable

from ..contract.messages import ANSWERED, Counts
from ..samples import Outcome


def counts_of(
    outcomes: Iterable[Outcome], *, stopped: str | None = None, detail: str | None = None
) -> Counts:
    """Tokens and cost are those that this run paid for, now or before it was resumed: not those of other runs."""
    kinds: Counter[str] = Counter()
    read = written = done = cached = 0
    cost = 0.0
    for outcome in outcomes:
        done += 1
        kinds[outcome.kind] += 1
        cached += outcome.cached != ""
        if outcome.cached != "reused":
            read += outcome.input_tokens or 0
            written += outcome.output_tokens or 0
            cost += outcome.cost or 0.0
    return Counts(
        done=done,
        errors={kind: n for kind, n in kinds.items() if kind not in ANSWERED},
        answers={kind: n for kind, n in kinds.items() if kind in ANSWERED and kind != "ok"},
        input_tokens=read,
        output_tokens=written,
        cost=cost,
        cached=cached,
        stopped=stopped,
        stopped_detail=detail,
    )
