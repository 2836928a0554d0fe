"""One usage event as a program sends it: what it may say, and what is wrong with what it says. Pure.

Whatever else an event holds, such as the text of a message, is dropped here: nothing to the right of this file ever
sees it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
    TypeAdapter,
    ValidationError,
)

from .currencies import CURRENCIES

OUTCOMES = ("accepted", "edited", "rejected", "abandoned", "none")
AHEAD = timedelta(minutes=10)  # clocks differ
BEHIND = timedelta(days=5 * 366)
MOST_TOKENS = 2**31 - 1
MOST_COST = Decimal(10) ** 8
A_DAY = 86_400_000.0  # ms
_ON_A_LINE = r"^[^\x00-\x1f\x7f]*$"


def _known(code: str) -> str:
    if code.upper() not in CURRENCIES:
        raise ValueError("unknown currency")
    return code.upper()


Word = Annotated[str, StringConstraints(max_length=200, strip_whitespace=True, pattern=_ON_A_LINE)]
Count = Annotated[int, Field(ge=0, le=MOST_TOKENS)]


class Sent(BaseModel):
    """The fields of an event. input_tokens hold the cached ones, output_tokens those of reasoning, so that nothing is
    counted twice; latency_ms: until the answer was complete; error: a code, of a call that failed."""

    model_config = ConfigDict(extra="ignore", coerce_numbers_to_str=True, allow_inf_nan=False)

    id: Annotated[str, Field(min_length=1, max_length=200)]
    time: AwareDatetime
    user: Annotated[str, Field(max_length=320)] | None = None
    team: Word | None = None
    workflow: Word | None = None
    session: Annotated[str, Field(max_length=320)] | None = None
    model_requested: Word | None = None
    model_served: Word | None = None
    input_tokens: Count | None = None
    output_tokens: Count | None = None
    cached_tokens: Count | None = None
    latency_ms: Annotated[float, Field(ge=0, le=A_DAY)] | None = None
    cost: Annotated[Decimal, Field(ge=0, le=MOST_COST)] | None = None
    currency: Annotated[str, AfterValidator(_known)] | None = None
    outcome: Literal["accepted", "edited", "rejected", "abandoned", "none"] = "none"
    feedback: Literal["up", "down"] | None = None
    intentional: bool = True
    error: (
        Annotated[str, StringConstraints(max_length=60, strip_whitespace=True, pattern=_ON_A_LINE)] | None
    ) = None


FIELDS = frozenset(Sent.model_fields)
WANTED = {
    "id": "1 to 200 characters, the same whenever this event is sent again",
    "time": "a moment with its offset, such as 2026-03-02T09:15:00+01:00, or seconds since 1970",
    "user": "at most 320 characters; only a keyed hash of it is kept",
    "session": "at most 320 characters; only a hash of it is kept",
    "team": "at most 200 characters on one line",
    "workflow": "at most 200 characters on one line",
    "model_requested": "at most 200 characters on one line",
    "model_served": "at most 200 characters on one line",
    "input_tokens": "a whole number from 0 to 2,147,483,647",
    "output_tokens": "a whole number from 0 to 2,147,483,647",
    "cached_tokens": "a whole number from 0 to 2,147,483,647",
    "latency_ms": "milliseconds from 0 to a day",
    "cost": "a number from 0 to 100,000,000",
    "currency": "an ISO 4217 code, such as EUR",
    "outcome": "one of " + ", ".join(OUTCOMES),
    "feedback": "up or down",
    "intentional": "true or false",
    "error": "a code of at most 60 characters",
}
_ADAPTER = TypeAdapter(Sent)


@dataclass(frozen=True, slots=True)
class Fault:
    """Why an event was not taken in. field: empty for the event as a whole; code: stable, such as "in_future"; detail:
    what would be right."""

    code: str
    detail: str
    field: str = ""


def read(raw: object, *, now: datetime) -> Sent | Fault:
    """The event, or its first fault."""
    if not isinstance(raw, Mapping):
        return Fault("no_object", 'An event is an object, such as {"id": "…", "time": "…", "user": "…"}.')
    try:
        sent = _ADAPTER.validate_python(raw)
    except ValidationError as error:
        return _fault(error, raw)
    return _untimely(sent, now) or sent


def unknown(raw: object) -> list[str]:
    """The names in an event that are not kept."""
    return [showable(name, 60) for name in raw.keys() - FIELDS] if isinstance(raw, Mapping) else []


def showable(value: object, longest: int) -> str:
    """What somebody has sent, fit to be kept and shown again."""
    text = str(value)[:longest].replace("\0", "\ufffd")
    return text.encode(errors="replace").decode()


def _fault(error: ValidationError, raw: Mapping[Any, Any]) -> Fault:
    first = error.errors(include_url=False, include_context=False, include_input=False)[0]
    field = str(first["loc"][0]) if first["loc"] else ""
    if first["type"] == "string_unicode":
        return Fault(
            "not_unicode", f"“{field}” holds bytes that are not UTF-8, or half of a character.", field
        )
    if field not in raw:
        return Fault("missing", f"“{field}” is missing: {WANTED.get(field, '')}.", field)
    return Fault(f"{field}_wrong", f"“{field}” must be {WANTED.get(field, 'something else')}.", field)


def _untimely(sent: Sent, now: datetime) -> Fault | None:
    if sent.time > now + AHEAD:
        words = (
            f"This is in the future: it is {now.astimezone(UTC):%Y-%m-%dT%H:%M}Z here. Is the clock right?"
        )
        return Fault("in_future", words, "time")
    if sent.time < now - BEHIND:
        words = "This is more than five years ago. Seconds are read as such; milliseconds have 13 digits."
        return Fault("too_old", words, "time")
    if sent.cached_tokens and sent.cached_tokens > (sent.input_tokens or 0):
        return Fault(
            "cached_wrong", "“cached_tokens” are part of “input_tokens”, so not more.", "cached_tokens"
        )
    return None
