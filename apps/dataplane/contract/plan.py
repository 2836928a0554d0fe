"""The frozen plan of a run: everything a site needs to execute it, and nothing it could look up elsewhere."""

import hashlib
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from .privacy import Level


class Part(BaseModel):
    """Base of every contract type: immutable, and silent about fields that a newer peer has added."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class CsvSource(Part):
    kind: Literal["csv"] = "csv"
    path: str


class JsonlSource(Part):
    kind: Literal["jsonl"] = "jsonl"
    path: str


class ParquetSource(Part):
    kind: Literal["parquet"] = "parquet"
    path: str


class XlsxSource(Part):
    kind: Literal["xlsx"] = "xlsx"
    path: str
    sheet: str | None = None  # default: the first sheet


class PostgresSource(Part):
    """Exactly one of `table` (schema-qualified or not) and `query` (one SELECT)."""

    kind: Literal["postgres"] = "postgres"
    dsn: str  # a reference: secret:NAME, env:NAME or file:path, resolved at the site
    table: str | None = None
    query: str | None = None


class FolderSource(Part):
    """A folder to look around in (BROWSE only): its files may be sources, it is none. Empty: the site's data roots."""

    kind: Literal["folder"] = "folder"
    path: str = ""


Source = Annotated[
    CsvSource | JsonlSource | ParquetSource | XlsxSource | PostgresSource | FolderSource,
    Field(discriminator="kind"),
]


class Condition(Part):
    """What a row must satisfy. Values are text; `at_least` and `at_most` compare numbers, and no number fails both."""

    column: str
    operator: Literal["is", "is_not", "contains", "at_least", "at_most", "filled", "empty"]
    values: tuple[str, ...] = ()  # `is` and `contains`: any of them; `is_not`: none of them


def _absent(value: object) -> bool:
    """A field added later stays out of the JSON while it is empty, so that older plans keep their digest."""
    return not value


class Sample(Part):
    """The first `size` rows ordered by md5(seed|key), so every engine draws the same ones."""

    size: int
    seed: int = 0


class Dataset(Part):
    source: Source
    key: str | None = None
    input: tuple[str, ...]
    reference: str | None = None
    slices: tuple[str, ...] = ()
    sample: Sample | None = None
    filter: tuple[Condition, ...] = Field(
        default=(), exclude_if=_absent
    )  # all must hold; drawn from what is left


class Price(Part):
    """USD per million tokens."""

    input: float = 0.0
    output: float = 0.0


class _Callable(Part):
    """What the kinds that call an endpoint share."""

    name: str
    base_url: str
    model: str
    api_key: str | None = None  # a reference
    params: dict[str, Any] = {}
    price: Price | None = None  # None: not given, counted as zero and said so
    headers: dict[str, str] = {}  # values may be references
    ca: str | None = None  # a PEM file at the site
    proxy: str | None = None
    system: str | None = None
    prompt: str | None = None


class OpenAITarget(_Callable):
    kind: Literal["openai"] = "openai"


class AnthropicTarget(_Callable):
    kind: Literal["anthropic"] = "anthropic"
    base_url: str = "https://api.anthropic.com"


class RecordedTarget(Part):
    """Outputs that are already in the data."""

    kind: Literal["recorded"] = "recorded"
    name: str
    column: str


class BaselineTarget(Part):
    """`majority`: the most frequent label (ties: first alphabetically); `nearest`: TF-IDF cosine (ties: first row)."""

    kind: Literal["baseline"] = "baseline"
    name: str
    method: Literal["majority", "nearest"]
    train: Source


Target = Annotated[
    OpenAITarget | AnthropicTarget | RecordedTarget | BaselineTarget, Field(discriminator="kind")
]


class Scorer(Part):
    """`name` is the metric's name: the kind, or kind_2, kind_3 … when a kind is used again."""

    name: str
    kind: Literal["exact", "contains", "regex", "numeric", "json_fields", "token_f1"]
    pattern: str | None = None  # regex
    tolerance: float = 0.0  # numeric
    fields: tuple[str, ...] = ()  # json_fields


class Limits(Part):
    concurrency: int = 16  # calls in flight per endpoint
    rpm: int | None = None  # requests a minute per endpoint
    tpm: int | None = None  # tokens a minute per endpoint
    cost: float = 5.0  # USD for the whole run; 0 runs free targets only
    minutes: float = 60.0  # for the whole run
    retries: int = 4  # after the first attempt
    max_errors: float = 0.01  # share of a target's samples
    timeout: float = 60.0  # seconds for one attempt


Cache = Literal["resume", "reuse", "off"]


class Plan(Part):
    run: str
    dataset: Dataset
    system: str | None = None
    prompt: str | None = None
    targets: tuple[Target, ...]
    scorers: tuple[Scorer, ...] = ()
    privacy: Level = Level.SCORES
    cache: Cache = "resume"
    limits: Limits = Limits()

    def digest(self) -> str:
        """SHA-256 (hex) over the plan's canonical JSON; both sides quote it so that a result answers one plan only."""
        return hashlib.sha256(self.model_dump_json().encode()).hexdigest()
