"""Usage comes in as OpenTelemetry traces: OTLP over HTTP, at the address that its exporters expect."""

from collections.abc import Iterable
from itertools import islice
from types import ModuleType
from typing import Any

from django.http import HttpResponse
from rest_framework.parsers import BaseParser
from rest_framework.renderers import BaseRenderer

from apps.accounts.models import STAFF
from apps.adoption.models import Arrival
from apps.adoption.rules.genai import events_of
from apps.adoption.services.intake import Taken, take_in

from ..access import access
from ..otlp import binary, text
from ..packed import unpacked
from ..problems import Problem
from .base import Resource
from .usage import SenderQuery, sender

MOST_SPANS = 10_000
MOST_SAID = 3  # reasons in words
CODES = {400: 3, 401: 16, 403: 7, 404: 5, 409: 9, 413: 8, 415: 3, 422: 3, 429: 8, 503: 14}  # google.rpc.Code


class _Parser(BaseParser):
    encoding: ModuleType

    def parse(self, stream: Any, media_type: Any = None, parser_context: Any = None) -> Any:
        """All spans. Raises Problem."""
        headers = (parser_context or {})["request"].headers
        body = unpacked(stream, headers.get("Content-Encoding", "").lower())
        try:
            found = list(islice(self.encoding.spans(body), MOST_SPANS + 1))
        except ValueError as error:
            raise Problem(400, "otlp", str(error)) from None
        if len(found) > MOST_SPANS:
            raise Problem(413, "too_many", f"Send at most {MOST_SPANS:,} spans at once.")
        return found


class BinaryParser(_Parser):
    """OTLP as Protobuf."""

    media_type, encoding = binary.MEDIA_TYPE, binary


class TextParser(_Parser):
    """OTLP as JSON."""

    media_type, encoding = text.MEDIA_TYPE, text


class Bytes(BaseRenderer):
    """What is answered is written by the encoding itself."""

    media_type, format, charset = "*/*", "otlp", None

    def render(self, data: Any, accepted_media_type: Any = None, renderer_context: Any = None) -> Any:
        """As it is."""
        return data


@access(scopes={"POST": "usage:write"}, roles=STAFF, on=sender)
class Traces(Resource):
    """Send traces, of which the calls of models are usage events; other spans are passed over. Protobuf or JSON, packed
    by gzip if you like. 429 and 503 are to be tried again, after as long as Retry-After says."""

    parser_classes = [BinaryParser, TextParser]
    renderer_classes = [Bytes]
    query = SenderQuery
    schema = None  # the specification of OTLP says it

    def post(self, request: Any) -> HttpResponse:
        events = events_of(request.data)
        self.require_still(request)
        passed = len(request.data) - len(events)
        done = take_in(engagement=request.engagement, way=Arrival.Way.OTLP, rows=events, passed=passed)
        encoding = _encoding(request)
        return HttpResponse(
            encoding.success(len(done.refused), _words(done)), content_type=encoding.MEDIA_TYPE
        )

    def handle_exception(self, exc: Exception) -> Any:
        """As a problem, but as OTLP says it."""
        response = super().handle_exception(exc)
        encoding, status = _encoding(self.request), response.status_code
        said = encoding.failure(CODES.get(status, 2), str(response.data.get("detail", "")))
        headers = {name: value for name, value in response.headers.items() if name != "Content-Type"}
        return HttpResponse(said, status=status, content_type=encoding.MEDIA_TYPE, headers=headers)


def _encoding(request: Any) -> ModuleType:
    """The answer is in the encoding of the request."""
    return text if (request.content_type or "").startswith(text.MEDIA_TYPE) else binary


def _words(done: Taken) -> str:
    """Why some were refused: the first few reasons."""
    reasons: Iterable[str] = dict.fromkeys(refusal.fault.detail for refusal in done.refused)
    return " ".join(islice(reasons, MOST_SAID))
