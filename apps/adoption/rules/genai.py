"""Spans of OpenTelemetry traces that are calls of a model, as usage events. Pure.

The names of attributes follow OpenTelemetry's GenAI conventions, the newest first, then what they were called before
(1.36 and earlier), then OpenInference and Traceloop. Attributes named `fieldwork.<field>` come before all of these.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from .sent import FIELDS

OWN = "fieldwork."
ALIASES: Mapping[str, tuple[str, ...]] = {
    "user": (
        "enduser.id",
        "user.id",
        "enduser.pseudo.id",
        "langfuse.user.id",
        "traceloop.association.properties.user_id",
    ),
    "session": (
        "gen_ai.conversation.id",
        "session.id",
        "langfuse.session.id",
        "traceloop.association.properties.session_id",
    ),
    "workflow": ("gen_ai.workflow.name", "gen_ai.agent.name", "traceloop.workflow.name", "service.name"),
    "model_requested": ("gen_ai.request.model", "llm.request.model", "llm.model_name"),
    "model_served": ("gen_ai.response.model", "llm.response.model"),
    "input_tokens": (
        "gen_ai.usage.input_tokens",
        "gen_ai.usage.prompt_tokens",
        "llm.usage.prompt_tokens",
        "llm.token_count.prompt",
    ),
    "output_tokens": (
        "gen_ai.usage.output_tokens",
        "gen_ai.usage.completion_tokens",
        "llm.usage.completion_tokens",
        "llm.token_count.completion",
    ),
    "cached_tokens": (
        "gen_ai.usage.cache_read.input_tokens",
        "gen_ai.usage.cache_read_input_tokens",
        "gen_ai.usage.input_tokens.cached",
        "llm.token_count.prompt_details.cache_read",
    ),
}
OPERATION = ("gen_ai.operation.name", "llm.request.type", "openinference.span.kind")
CALLS = {"chat", "completion", "text_completion", "generate_content", "llm"}
UNASKED = {"embeddings", "embedding"}  # tokens that cost, of calls that are no use of their own


INHERITED = ("user", "session", "workflow")  # is said of a request as a whole, by a span around the calls
DEEPEST = 50


class Span(NamedTuple):
    """A span, from whichever encoding. trace, span, parent: hexadecimal; start, end: nanoseconds since 1970; resource:
    the attributes of what has sent it."""

    trace: str
    span: str
    parent: str
    start: int
    end: int
    failed: bool
    attributes: Mapping[str, Any]
    resource: Mapping[str, Any]


def events_of(spans: Sequence[Span]) -> list[dict[str, Any]]:
    """The usage events among spans that were sent together: the calls of models. A span around calls, such as an
    agent's, is none: its tokens are those of the calls within it, which are told by spans of their own. Who asked may
    be said by one around them."""
    known = {(span.trace, span.span): span for span in spans}
    return [
        _event(span, _around(span, known)) for span in spans if _operation(span.attributes) in CALLS | UNASKED
    ]


def _around(span: Span, known: Mapping[tuple[str, str], Span]) -> list[Mapping[str, Any]]:
    """The attributes of the spans around one, the nearest first, then of what has sent it."""
    found: list[Mapping[str, Any]] = []
    outer = known.get((span.trace, span.parent))
    while outer is not None and len(found) < DEEPEST:
        found.append(outer.attributes)
        outer = known.get((outer.trace, outer.parent))
    return [*found, span.resource]


def _event(span: Span, around: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    event: dict[str, Any] = {"id": f"{span.trace}:{span.span}", "time": span.start / 1e9}
    if _operation(span.attributes) in UNASKED:
        event["intentional"] = False
    for field, names in ALIASES.items():
        places = [span.attributes, *around] if field in INHERITED else [span.attributes]
        if (value := _first(names, places)) is not None:
            event[field] = value
    if span.end >= span.start:
        event["latency_ms"] = (span.end - span.start) / 1e6
    if error := span.attributes.get("error.type") or ("error" if span.failed else ""):
        event["error"] = str(error)[:60]
    for attributes in reversed([span.attributes, *around]):
        event |= _own(attributes)
    return event


def _operation(attributes: Mapping[str, Any]) -> str:
    said = next((attributes[name] for name in OPERATION if name in attributes), None)
    if said is None:  # the oldest instrumentations name none
        tokens = any(name in attributes for name in ALIASES["output_tokens"])
        return "chat" if tokens and any(name in attributes for name in ALIASES["model_requested"]) else ""
    return str(said).lower()


def _first(names: Iterable[str], places: Iterable[Mapping[str, Any]]) -> Any:
    """The nearest place's, by the newest name."""
    return next((place[name] for place in places for name in names if place.get(name) is not None), None)


def _own(attributes: Mapping[str, Any]) -> dict[str, Any]:
    if not any(name.startswith(OWN) for name in attributes):
        return {}
    named = ((name.removeprefix(OWN), value) for name, value in attributes.items() if name.startswith(OWN))
    return {field: value for field, value in named if field in FIELDS}
