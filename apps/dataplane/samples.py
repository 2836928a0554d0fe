"""What the site's rooms hand each other: a row of the frozen extent goes in, an outcome comes out.

Only `boundary` turns outcomes into something that leaves the site.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal


@dataclass(slots=True, frozen=True)
class Sample:
    """Row number `n` (from 0) of the frozen extent, everything as text.

    fields: the dataset's input columns and the columns that recorded targets name. slices: the values of the
    dataset's slice columns, in their order. key: the keyed hash (hex) under which the sample may be spoken of.
    """

    n: int
    key: str
    fields: Mapping[str, str]
    reference: str | None
    slices: tuple[str, ...] = ()


@dataclass(slots=True)
class Outcome:
    """What became of one sample on one target; fields as in `contract.messages.Row`. `detail` stays at the site."""

    sample: Sample
    kind: str
    scores: dict[str, float] = field(default_factory=dict)
    prompt: str | None = None
    answer: str | None = None
    latency_ms: float | None = None
    input_tokens: int | None = None
    output_tokens: int | None = None
    cost: float | None = None
    cached: Literal["", "resumed", "reused"] = ""
    detail: str = ""


@dataclass(slots=True)
class ChunkOutcome:
    """All outcomes of a slot; fewer than its rows only when `stopped` says why."""

    outcomes: list[Outcome]
    stopped: str | None = None
    stopped_detail: str | None = None
