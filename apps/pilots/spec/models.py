"""The pilot as it is written: the contract's types made strict, and what only the author of a spec says.

A strict type is the contract's with its defaults, that refuses unknown keys and checks its values (see
`fields`).
"""

import math
from typing import Annotated, Any, ClassVar, Literal, Self, get_args

from pydantic import (
    BaseModel,
    ConfigDict,
    Discriminator,
    Field,
    SerializerFunctionWrapHandler,
    Tag,
    ValidationInfo,
    field_validator,
    model_serializer,
    model_validator,
)

from apps.dataplane.contract import plan
from apps.dataplane.contract.privacy import Level

from .fields import Column, Name, Pattern, address, filled, headers, name, reference, refuse

Range = tuple[float, float]  # both ends included


class Strict(BaseModel):
    """Stands last among the bases, so that its settings win."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class CsvSource(plan.CsvSource, Strict):
    _path = field_validator("path")(filled)


class JsonlSource(plan.JsonlSource, Strict):
    _path = field_validator("path")(filled)


class ParquetSource(plan.ParquetSource, Strict):
    _path = field_validator("path")(filled)


class XlsxSource(plan.XlsxSource, Strict):
    _texts = field_validator("path", "sheet")(filled)


class PostgresSource(plan.PostgresSource, Strict):
    _dsn = field_validator("dsn")(reference)
    _texts = field_validator("table", "query")(filled)


Source = Annotated[
    CsvSource | JsonlSource | ParquetSource | XlsxSource | PostgresSource, Field(discriminator="kind")
]


class Sample(plan.Sample, Strict):
    size: Annotated[int, Field(ge=1, le=10**9)]
    seed: Annotated[int, Field(ge=0, lt=2**63)] = plan.Sample.model_fields["seed"].default


class Condition(plan.Condition, Strict):
    """`filled` and `empty` have no values, `at_least` and `at_most` one number, the others at least one text."""

    column: Column

    @field_validator("values", mode="before")
    @classmethod
    def _as_texts(cls, values: Any) -> Any:
        if not isinstance(values, list | tuple):
            return values
        return tuple(f"{value}" if type(value) in (int, float) else value for value in values)

    @model_validator(mode="after")
    def _fitting(self) -> Self:
        values = self.values
        if self.operator in ("filled", "empty") and values:
            refuse(f"'{self.operator}' takes no values")
        if self.operator in ("at_least", "at_most") and (len(values) != 1 or not _is_number(values[0])):
            refuse(f"'{self.operator}' takes one number", "such as values: [5]")
        if self.operator in ("is", "is_not", "contains") and not values:
            refuse(f"'{self.operator}' needs at least one value", "such as values: [mail, chat]")
        return self


def _is_number(text: str) -> bool:
    try:
        return math.isfinite(float(text)) and "_" not in text
    except ValueError:
        return False


class Dataset(plan.Dataset, Strict):
    source: Source
    key: Column | None = None
    input: Annotated[tuple[Column, ...], Field(min_length=1)]
    reference: Column | None = None
    slices: tuple[Column, ...] = ()
    sample: Sample | None = None
    filter: tuple[Condition, ...] = ()


class Price(plan.Price, Strict):
    @field_validator("input", "output")
    @classmethod
    def _not_negative(cls, value: float) -> float:
        return value if value >= 0 else refuse("must be at least 0")


class Called(Strict):
    """What the targets that call an endpoint check alike."""

    _name = field_validator("name", check_fields=False)(name)
    _texts = field_validator("model", "ca", "system", "prompt", check_fields=False)(filled)
    _addresses = field_validator("base_url", "proxy", check_fields=False)(address)
    _key = field_validator("api_key", check_fields=False)(reference)
    _headers = field_validator("headers", check_fields=False)(headers)


class OpenAITarget(plan.OpenAITarget, Called):
    price: Price | None = None


class AnthropicTarget(plan.AnthropicTarget, Called):
    price: Price | None = None


class RecordedTarget(plan.RecordedTarget, Strict):
    name: Name
    column: Column


class BaselineTarget(plan.BaselineTarget, Strict):
    name: Name
    train: Source


Target = Annotated[
    OpenAITarget | AnthropicTarget | RecordedTarget | BaselineTarget, Field(discriminator="kind")
]


class RegexScorer(Strict):
    regex: Pattern


class Tolerance(Strict):
    tolerance: Annotated[float, Field(ge=0)] = plan.Scorer.model_fields["tolerance"].default


class NumericScorer(Strict):
    numeric: Tolerance


class JsonFieldsScorer(Strict):
    json_fields: Annotated[tuple[Column, ...], Field(min_length=1)]


NamedScorer = Literal["exact", "contains", "numeric", "token_f1"]


def _scorer_tag(value: Any) -> str | None:
    """Which form of a scorer this is, by its name or its first key."""
    if isinstance(value, str):
        return "scorer" if value in get_args(NamedScorer) else None
    keys = value if isinstance(value, dict) else getattr(type(value), "model_fields", ())
    first = next(iter(keys), None)
    return f"{first} scorer" if first in ("regex", "numeric", "json_fields") else None


Scorer = Annotated[
    Annotated[NamedScorer, Tag("scorer")]
    | Annotated[RegexScorer, Tag("regex scorer")]
    | Annotated[NumericScorer, Tag("numeric scorer")]
    | Annotated[JsonFieldsScorer, Tag("json_fields scorer")],
    Discriminator(_scorer_tag),
]


class Criterion(Strict):
    """Either a metric with exactly one of `at_least` and `at_most`, in the metric's unit; or the reference of a
    success criterion of the engagement, which says what decides."""

    target: str
    criterion: str | None = None
    metric: str | None = None
    at_least: float | None = None
    at_most: float | None = None

    @model_serializer(mode="wrap")
    def _without_nothing(self, serialize: SerializerFunctionWrapHandler) -> dict[str, Any]:
        """As specs were stored before a criterion could be named, so that the same one is found to be the same."""
        said: dict[str, Any] = serialize(self)
        if said.get("criterion") is None:
            said.pop("criterion", None)
        return said

    @property
    def direction(self) -> Literal["at_least", "at_most"]:
        return "at_most" if self.at_least is None else "at_least"

    @property
    def threshold(self) -> float:
        threshold = self.at_most if self.at_least is None else self.at_least
        assert threshold is not None, "checked when the spec was read"
        return threshold


class Limits(plan.Limits, Strict):
    RANGES: ClassVar[dict[str, Range]] = {
        "concurrency": (1, 1024),
        "rpm": (1, 10_000_000),
        "tpm": (1, 10_000_000_000),
        "cost": (0, 1_000_000),
        "minutes": (0.01, 7 * 24 * 60),
        "retries": (0, 20),
        "max_errors": (0, 1),
        "timeout": (1, 600),
    }

    @field_validator("*")
    @classmethod
    def _within(cls, value: float | None, info: ValidationInfo) -> float | None:
        low, high = cls.RANGES[str(info.field_name)]
        if value is not None and not low <= value <= high:
            refuse(f"must be between {low:,} and {high:,}")
        return value


def _usual_scorers(data: dict[str, Any]) -> tuple[Scorer, ...]:
    """`exact` where there is a reference to compare with, else none."""
    dataset = data.get("dataset")
    return ("exact",) if dataset is not None and dataset.reference is not None else ()


class PilotSpec(Strict):
    client: Name
    engagement: Name
    dataset: Dataset
    system: str | None = None
    prompt: str | None = None
    targets: Annotated[tuple[Target, ...], Field(min_length=1)]
    scorers: tuple[Scorer, ...] = Field(default_factory=_usual_scorers)
    criteria: tuple[Criterion, ...] = ()
    privacy: Level = plan.Plan.model_fields["privacy"].default
    cache: plan.Cache = plan.Plan.model_fields["cache"].default
    limits: Limits = Limits()

    _texts = field_validator("system", "prompt")(filled)

    def plan_dataset(self) -> plan.Dataset:
        """The dataset as the contract knows it."""
        return plan.Dataset.model_validate(self.dataset.model_dump())


# Which model stands where, by the last name in the place of an error: a field's or a union member's.
PLACES: dict[str, type[BaseModel]] = {
    "": PilotSpec,
    "dataset": Dataset,
    "csv": CsvSource,
    "jsonl": JsonlSource,
    "parquet": ParquetSource,
    "xlsx": XlsxSource,
    "postgres": PostgresSource,
    "sample": Sample,
    "filter": Condition,
    "openai": OpenAITarget,
    "anthropic": AnthropicTarget,
    "recorded": RecordedTarget,
    "baseline": BaselineTarget,
    "price": Price,
    "regex scorer": RegexScorer,
    "numeric scorer": NumericScorer,
    "numeric": Tolerance,
    "json_fields scorer": JsonFieldsScorer,
    "criteria": Criterion,
    "limits": Limits,
}
