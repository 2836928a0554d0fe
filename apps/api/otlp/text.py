"""`application/json`: as Protobuf's JSON, except that ids are hexadecimal (which `google.protobuf.json_format` would
take for base64), so that it is walked by hand."""

import json
import re
from collections.abc import Iterator
from typing import Any

from apps.adoption.rules.genai import Span

MEDIA_TYPE = "application/json"
_FAILED = (2, "STATUS_CODE_ERROR")
_HEX = re.compile(r"[0-9a-fA-F]+")


def spans(body: bytes) -> Iterator[Span]:
    """All spans of a request. Raises ValueError."""
    try:
        request = json.loads(body)
    except (ValueError, RecursionError):
        raise ValueError("The body is no JSON in UTF-8.") from None
    for group in _list(_object(request), "resourceSpans"):
        resource = _values(_object(group.get("resource", {})))
        for scope in _list(group, "scopeSpans"):
            for span in _list(scope, "spans"):
                yield _span(span, resource)


def success(rejected: int, words: str) -> bytes:
    """What is answered to a batch, all of which was taken in or not."""
    said = {"partialSuccess": {"rejectedSpans": str(rejected), "errorMessage": words}}
    return json.dumps(said if rejected or words else {}).encode()


def failure(code: int, words: str) -> bytes:
    """What is answered where nothing was taken in."""
    return json.dumps({"code": code, "message": words}).encode()


def _span(span: dict[str, Any], resource: dict[str, Any]) -> Span:
    return Span(
        _id(span.get("traceId")),
        _id(span.get("spanId")),
        _id(span.get("parentSpanId")),
        _whole(span.get("startTimeUnixNano")),
        _whole(span.get("endTimeUnixNano")),
        _object(span.get("status", {})).get("code") in _FAILED,
        _values(span),
        resource,
    )


def _values(holder: dict[str, Any]) -> dict[str, Any]:
    return {
        str(each.get("key")): _value(_object(each.get("value", {}))) for each in _list(holder, "attributes")
    }


def _value(value: dict[str, Any]) -> Any:
    """As it was meant; int64 is text in JSON."""
    if "intValue" in value:
        return _whole(value["intValue"])
    return next((value[kind] for kind in ("stringValue", "doubleValue", "boolValue") if kind in value), None)


def _id(said: object) -> str:
    return said.lower() if isinstance(said, str) and _HEX.fullmatch(said) else ""


def _whole(said: object) -> int:
    """Of what should be a whole number; -1 of anything else, which is refused later on."""
    if isinstance(said, int) and not isinstance(said, bool):
        return said
    if isinstance(said, str) and len(said) <= 20 and said.removeprefix("-").isdecimal():
        return int(said)
    return -1


def _object(value: object) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise ValueError(
            "The body is no ExportTraceServiceRequest: there is something else where an object belongs."
        )
    return value


def _list(holder: dict[str, Any], name: str) -> list[dict[str, Any]]:
    found = holder.get(name) or []
    if not isinstance(found, list):
        raise ValueError(f"The body is no ExportTraceServiceRequest: {name} is no list.")
    return [_object(each) for each in found]
