"""`application/x-protobuf`."""

from collections.abc import Iterator
from typing import Any

from google.protobuf.message import DecodeError, Message
from google.rpc.status_pb2 import Status
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import (
    ExportTraceServiceRequest,
    ExportTraceServiceResponse,
)
from opentelemetry.proto.common.v1.common_pb2 import AnyValue, KeyValue
from opentelemetry.proto.trace.v1.trace_pb2 import Status as SpanStatus

from apps.adoption.rules.genai import Span

MEDIA_TYPE = "application/x-protobuf"


def spans(body: bytes) -> Iterator[Span]:
    """All spans of a request. Raises ValueError."""
    request = ExportTraceServiceRequest()
    try:
        request.ParseFromString(body)
    except DecodeError:
        raise ValueError("The body is no ExportTraceServiceRequest.") from None
    for group in request.resource_spans:
        resource = _values(group.resource.attributes)
        for scope in group.scope_spans:
            for span in scope.spans:
                yield Span(
                    span.trace_id.hex(),
                    span.span_id.hex(),
                    span.parent_span_id.hex(),
                    span.start_time_unix_nano,
                    span.end_time_unix_nano,
                    span.status.code == SpanStatus.STATUS_CODE_ERROR,
                    _values(span.attributes),
                    resource,
                )


def success(rejected: int, words: str) -> bytes:
    """What is answered to a batch, all of which was taken in or not."""
    response = ExportTraceServiceResponse()
    if rejected or words:
        response.partial_success.rejected_spans = rejected
        response.partial_success.error_message = words
    return _written(response)


def failure(code: int, words: str) -> bytes:
    """What is answered where nothing was taken in."""
    return _written(Status(code=code, message=words))


def _written(message: Message) -> bytes:
    return bytes(message.SerializeToString())


def _values(attributes: "list[KeyValue]") -> dict[str, Any]:
    return {each.key: _value(each.value) for each in attributes}


def _value(value: AnyValue) -> Any:
    kind = value.WhichOneof("value")
    return (
        getattr(value, kind) if kind in ("string_value", "int_value", "double_value", "bool_value") else None
    )
