"""How usage is sent, and what became of it, for a page."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.safestring import SafeString

from apps.core.charts import climb

from ..rules.sent import WANTED
from ..selectors.arrivals import Arrived, ByWay

TOKEN = "fw_…"  # noqa: S105 - where it goes
REASONS = {
    "missing": "Something is missing",
    "no_object": "No event",
    "not_unicode": "Bytes that are no text",
    "in_future": "In the future",
    "too_old": "Too old, or seconds taken for milliseconds",
    "cached_wrong": "More cached tokens than tokens",
    "id_taken": "The id has said something else before",
}


@dataclass(frozen=True)
class Snippet:
    """A few lines that send usage."""

    name: str
    says: str
    text: str


@dataclass(frozen=True)
class Example:
    """An event as it came, and what was wrong with it."""

    title: str
    text: str
    at: str
    detail: str = ""


@dataclass(frozen=True)
class Line:
    """One way."""

    way: ByWay
    reasons: list[tuple[str, int]]
    dropped: list[tuple[str, int]]
    examples: list[Example]


def lines_of(arrived: Arrived) -> list[Line]:
    """One for each way."""
    return [
        Line(
            way,
            [(reason_of(code), times) for code, times in way.reasons.most_common()],
            way.dropped.most_common(),
            list(_examples(way)),
        )
        for way in arrived.by_way
    ]


def reason_of(code: str) -> str:
    """A code of `rules.sent`, in words."""
    field = code.removesuffix("_wrong")
    return REASONS.get(code) or (f"“{field}” is not {WANTED[field]}" if field in WANTED else code)


def picture_of(arrived: Arrived) -> SafeString:
    """Events by day, as columns."""
    days = list(arrived.by_day.items())
    named = {0, len(days) // 2, len(days) - 1}
    steps = [(0.0, float(n), f"{day:%-d %b}" if at in named else "") for at, (day, n) in enumerate(days)]
    total = sum(arrived.by_day.values())
    return climb(steps, label=f"Events taken by day (UTC): {total:,} in {len(days)} days")


def snippets(address: str, now: datetime) -> list[Snippet]:
    """Ways to send, each in a few lines that work as they stand once the token is in."""
    event = {
        "id": "first",
        "time": f"{now:%Y-%m-%dT%H:%M:%SZ}",
        "user": "ada@example.com",
        "outcome": "accepted",
    }
    return [
        Snippet(
            "OpenTelemetry",
            "For an application whose model calls are traced already: two variables of its environment.",
            f"OTEL_EXPORTER_OTLP_TRACES_ENDPOINT={address}/v1/traces\n"
            f'OTEL_EXPORTER_OTLP_TRACES_HEADERS="Authorization=Bearer%20{TOKEN}"',
        ),
        Snippet(
            "Python",
            "One event after each answer, or many in a list.",
            "import datetime, json, urllib.request, uuid\n\n"
            'event = {"id": str(uuid.uuid4()), "time": datetime.datetime.now(datetime.UTC).isoformat(),\n'
            '         "user": "ada@example.com", "outcome": "accepted"}\n'
            f'request = urllib.request.Request("{address}/api/v1/events", json.dumps([event]).encode(),\n'
            f'    {{"Authorization": "Bearer {TOKEN}", "Content-Type": "application/json"}})\n'
            "print(urllib.request.urlopen(request).read())",
        ),
        Snippet(
            "curl",
            "To see at once whether it works.",
            f"curl {address}/api/v1/events -H 'Authorization: Bearer {TOKEN}' \\\n"
            f"  -H 'Content-Type: application/json' -d '[{json.dumps(event)}]'",
        ),
    ]


def _examples(way: ByWay) -> Iterable[Example]:
    if way.good:
        yield Example("The last one taken", _written(way.good), str(way.good.get("at", "")))
    if way.bad:
        at, detail = str(way.bad.get("at", "")), str(way.bad.get("detail", ""))
        yield Example("The last one refused", _written(way.bad), at, detail)


def _written(kept: dict[str, Any]) -> str:
    return json.dumps(kept.get("event", {}), indent=2, ensure_ascii=False)
