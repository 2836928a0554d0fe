"""What crosses between the control plane and a site: orders out, reports back.

Both travel as the claims of one signed compact JWS (see `envelope`), so every field here is JSON.
"""

from enum import StrEnum
from typing import Annotated, Any, Literal

from pydantic import Field

from .plan import Part, Plan
from .privacy import Level

ANSWERED = ("ok", "empty", "refused", "truncated", "unparsable")  # kinds that are scored and stay in n


class Operation(StrEnum):
    FREEZE = "freeze"  # read the source once, keep its frozen, hashed extent at the site
    CHUNK = "chunk"  # execute rows [start, stop) of one target
    TALLY = "tally"  # numbers over groups of a whole run (the only result at level `aggregate`)
    CANCEL = "cancel"  # stop what is in hand of a run
    # inquiries: a question about a plan that is no run
    BROWSE = "browse"  # what lies in a folder, or which tables a login sees
    PREVIEW = "preview"  # open the source: its columns, and what they hold
    TRY = "try"  # one harmless call of the plan's first target
    REHEARSE = "rehearse"  # draw the dataset and show the first prompts, calling nobody


INQUIRIES = (Operation.BROWSE, Operation.PREVIEW, Operation.TRY, Operation.REHEARSE)


class Slot(Part):
    """The part of a plan that a chunk executes: rows [start, stop) of the frozen extent for target number `target`."""

    target: int
    start: int
    stop: int


class Order(Part):
    """Control plane → site. `digest` is the plan's; `attempt` counts from 1 and fences the answer."""

    operation: Operation
    job: str
    attempt: int
    run: str
    plan: Plan
    digest: str
    slot: Slot | None = None
    expected: str | None = (
        None  # freeze: the extent's digest when it was frozen before; another one is refused
    )


class Extent(Part):
    """What was frozen: number of rows and a SHA-256 over the canonical rows of the source and the drawing."""

    rows: int
    digest: str
    source_rows: int
    warnings: tuple[str, ...] = ()  # codes, e.g. "source_role_can_write"


class Counts(Part):
    """Numbers over one chunk. `errors` leave n; `answers` (empty, refused, truncated, unparsable) stay in it."""

    done: int = 0  # samples with an answer or a final error
    errors: dict[str, int] = {}
    answers: dict[str, int] = {}
    input_tokens: int = 0
    output_tokens: int = 0
    cost: float = 0.0  # USD paid by this run
    cached: int = 0  # calls saved
    stopped: str | None = (
        None  # why rows of the slot are missing: cost_cap, time_limit, cancelled, endpoint_dead
    )
    stopped_detail: str | None = None  # a code such as "http_401", never text of the endpoint


class Row(Part):
    """One sample as it may leave at level `scores`; text fields only from `redacted` upwards.

    kind: ok, empty, refused, truncated or unparsable for an answer; else the error's code.
    cached: "" called now, "resumed" paid earlier by this run, "reused" paid by another run.
    cost: USD the call costs without cache; 0 for a free target. latency_ms: None when not called now.
    """

    n: int
    key: str
    kind: str
    scores: dict[str, float] = {}
    latency_ms: float | None = None
    input_tokens: int | None = None
    output_tokens: int | None = None
    cost: float | None = None
    cached: Literal["", "resumed", "reused"] = ""
    slices: tuple[str, ...] = ()
    input: str | None = None
    answer: str | None = None
    reference: str | None = None


class ChunkReport(Part):
    kind: Literal["chunk"] = "chunk"
    slot: Slot
    level: Level  # the effective one
    counts: Counts
    rows: tuple[Row, ...] = ()  # empty at level `aggregate`


class FreezeReport(Part):
    kind: Literal["frozen"] = "frozen"
    extent: Extent


class Summary(Part):
    """Sufficient numbers of one metric over one group; `slice` is "" for all rows, else "column=value".

    n, total, squares: count, sum and sum of squares. ranks: order statistics by 1-based rank, for percentiles.
    suppressed: the group (or its complement) is smaller than the site's minimum; the numbers are then zero.
    """

    target: int
    metric: str
    slice: str = ""
    n: int = 0
    total: float = 0.0
    squares: float = 0.0
    ranks: dict[int, float] = {}
    suppressed: bool = False


class TallyReport(Part):
    kind: Literal["tally"] = "tally"
    summaries: tuple[Summary, ...]


class Entry(Part):
    """Something that may be a source. size: bytes of a file; rows: about how many a table holds, when known."""

    name: str
    kind: Literal["folder", "file", "table", "view"]
    size: int | None = None
    rows: int | None = None


class BrowseReport(Part):
    kind: Literal["browsed"] = "browsed"
    entries: tuple[Entry, ...]
    more: bool = False  # there are others, which are not listed


class ColumnFacts(Part):
    """One column over the rows that were read; lengths in characters of the values that are not empty."""

    name: str  # or column#n where the policy keeps names
    filled: int
    distinct: int  # counted up to a limit, see `PreviewReport.most_distinct`
    numeric: int  # values that are numbers
    shortest: int = 0
    longest: int = 0


class PreviewReport(Part):
    """What opening a source showed. `rows` (the first few) only from level `redacted` upwards, masked there."""

    kind: Literal["previewed"] = "previewed"
    level: Level
    columns: tuple[ColumnFacts, ...]
    read: int  # rows that were looked at
    whole: bool  # whether these are all rows there are
    most_distinct: int
    rows: tuple[tuple[str, ...], ...] = ()
    warnings: tuple[str, ...] = ()


class TryReport(Part):
    """One call. answer: ok, empty, refused, truncated, or an error's code; http: the status, when there was one.

    cause: of a connection that was not made: the host's name is not known there, nobody listens, what listens speaks
    no TLS that fits, its certificate is not trusted, or the proxy refuses.
    """

    kind: Literal["tried"] = "tried"
    answer: str
    http: int | None = None
    latency_ms: float | None = None
    input_tokens: int | None = None
    output_tokens: int | None = None
    model: str | None = None  # as the endpoint named it
    cause: Literal["name", "refused", "tls", "certificate", "proxy"] | None = None


class PromptFacts(Part):
    """One sample's prompt for one target: lengths in characters from level `scores`, the text from `redacted`."""

    n: int
    key: str
    target: int
    length: int
    fields: dict[str, int]
    text: str | None = None


class RehearseReport(Part):
    """Drawing the dataset without a run: how many rows it would have, and its first prompts."""

    kind: Literal["rehearsed"] = "rehearsed"
    level: Level
    extent: Extent
    prompts: tuple[PromptFacts, ...] = ()


class FailureReport(Part):
    """An error leaves the site as codes: the text stays in the site's own log."""

    kind: Literal["failure"] = "failure"
    code: str  # see errors.CODES
    stage: str  # freeze, chunk, tally, envelope
    exception: str = ""  # class name only
    row: str | None = None  # keyed hash
    facts: dict[str, Any] = {}  # harmless numbers: {"line": 7, "columns": 10000}


class InHand(Part):
    job: str
    attempt: int
    counts: Counts


class Heartbeat(Part):
    """Sent at start, then every few seconds with work in hand and more rarely without."""

    kind: Literal["heartbeat"] = "heartbeat"
    boot: str  # changes with every start of the worker
    version: str
    level: Level  # the highest the site's policy allows
    names: bool  # whether column names, labels and slice values may leave
    roots: int  # how many data roots are open
    minimum_group: int | None = None  # the smallest group whose numbers leave at level `aggregate`
    limits: dict[str, int] = {}  # what is read of a source at most: rows, bytes, columns, seconds
    in_hand: tuple[InHand, ...] = ()


Body = Annotated[
    ChunkReport
    | FreezeReport
    | TallyReport
    | BrowseReport
    | PreviewReport
    | TryReport
    | RehearseReport
    | FailureReport
    | Heartbeat,
    Field(discriminator="kind"),
]


class Report(Part):
    """Site → control plane. job, attempt and digest are those of the order; empty on a heartbeat."""

    site: str
    job: str = ""
    attempt: int = 0
    digest: str = ""
    body: Body
