"""Usage comes in over HTTP: as JSON events, as OTLP in both encodings, packed or not; whoever may not send is told."""

import gzip
import json
from datetime import UTC, datetime
from typing import Any

import pytest
from django.test import Client
from google.rpc.status_pb2 import Status
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import (
    ExportTraceServiceRequest,
    ExportTraceServiceResponse,
)

from apps.accounts.models import Role
from apps.adoption.models import Arrival, Name, UsageEvent
from apps.adoption.rules.sent import FIELDS
from apps.api.views.usage import UsageEventIn
from apps.engagements.models import Engagement, MemberRole
from apps.engagements.services.endings import close
from tests.factories import make_engagement, make_member, make_user
from tests.factories.tokens import bearer, make_token

pytestmark = pytest.mark.django_db
EVENTS, TRACES = "/api/v1/events", "/v1/traces"
AT = datetime(2026, 3, 2, 9, 15, tzinfo=UTC)


def event(id: str = "1", **said: Any) -> dict[str, Any]:
    return {"id": id, "time": AT.isoformat(), "user": "ada@client.example", **said}


def post(engagement: Engagement, body: Any, address: str = EVENTS, **headers: str) -> Any:
    """Sent with the engagement's own token."""
    sent = body if isinstance(body, bytes) else json.dumps(body).encode()
    shown = bearer(make_token(engagement, "usage:write"))
    media_type = headers.pop("content_type", "application/json")
    return Client().post(address, sent, content_type=media_type, headers={**shown, **headers})


@pytest.mark.parametrize("address", [EVENTS, f"{EVENTS}/"])
@pytest.mark.parametrize("wrapped", [False, True])
def test_a_batch_is_kept_and_what_became_of_it_is_said(address: str, wrapped: bool) -> None:
    engagement = make_engagement()
    batch: Any = [event("1", prompt="…"), event("2", outcome="great"), event("3"), event("1", prompt="…")]
    response = post(engagement, {"events": batch} if wrapped else batch, address)
    said = response.json()
    assert response.status_code == 200
    assert (said["taken"], said["repeated"], said["refused"], said["dropped"]) == (2, 1, 1, {"prompt": 2})
    [error] = said["refusals"]
    assert (error["n"], error["id"], error["code"], error["field"]) == (1, "2", "outcome_wrong", "outcome")
    assert UsageEvent.objects.filter(engagement=engagement).count() == 2


def test_a_packed_batch_is_unpacked() -> None:
    body = gzip.compress(json.dumps([event()]).encode())
    assert post(make_engagement(), body, **{"Content-Encoding": "gzip"}).json()["taken"] == 1


def test_a_bomb_is_refused_before_it_is_large(monkeypatch: pytest.MonkeyPatch) -> None:
    bomb = gzip.compress(b"[" + b" " * 64 * 2**20 + b"]")
    response = post(make_engagement(), bomb, **{"Content-Encoding": "gzip"})
    assert (response.status_code, response.json()["code"]) == (413, "too_large")


@pytest.mark.parametrize(
    ("body", "headers", "status", "code"),
    [
        (b"{", {}, 400, "json"),
        (b"7", {}, 400, "json"),
        (b'{"events": 7}', {}, 400, "json"),
        (b"", {}, 400, "json"),
        (b"[" * 100_000, {}, 400, "too_deep"),
        (b"[" + b"9" * 5000 + b"]", {}, 400, "json"),
        (b"[]", {"Content-Encoding": "br"}, 415, "media_type"),
        (b"[]", {"Content-Encoding": "gzip"}, 400, "gzip"),
        (gzip.compress(b"[]", mtime=0)[:-9], {"Content-Encoding": "gzip"}, 400, "gzip"),
        (b"[]", {"content_type": "text/csv"}, 415, "media_type"),
        (b"[" + b"{}," * 10_000 + b"{}]", {}, 413, "too_many"),
        (b"[" + b"[]," * 600_000 + b"[]]", {}, 413, "too_many_values"),
    ],
)
def test_a_body_that_is_no_batch_is_a_problem(
    body: bytes, headers: dict[str, str], status: int, code: str
) -> None:
    response = post(make_engagement(), body, **headers)
    assert (response.status_code, response.json()["code"]) == (status, code)
    assert not UsageEvent.objects.exists()


def test_bytes_that_are_no_text_spoil_their_own_event_alone() -> None:
    engagement = make_engagement()
    body = json.dumps([event("1"), event("2", team="X"), event("3")]).encode().replace(b'"X"', b'"\xff"')
    said = post(engagement, body).json()
    assert (said["taken"], [error["code"] for error in said["refusals"]]) == (2, ["not_unicode"])


def test_whoever_may_not_send_is_told() -> None:
    engagement, other = make_engagement(), make_engagement()
    lead = make_member(engagement, MemberRole.LEAD).user
    reader = make_user(role=Role.CLIENT)
    named = f"{EVENTS}?engagement={engagement.pk}"

    def status(holder: Any, address: str, *scopes: str) -> int:
        headers = bearer(make_token(holder, *scopes))
        body = json.dumps([event()])
        return Client().post(address, body, content_type="application/json", headers=headers).status_code

    assert status(lead, named, "usage:write") == 200
    assert status(lead, EVENTS, "usage:write") == 422
    assert status(lead, f"{EVENTS}?engagement={other.pk}", "usage:write") == 404
    assert status(lead, f"{EVENTS}?engagement=7", "usage:write") == 422
    assert status(lead, named, "log:write") == 403
    assert status(other, named, "usage:write") == 404
    assert status(engagement, named, "usage:write") == 200
    assert status(reader, named, "log:read") == 403
    onlooker = make_member(engagement, MemberRole.VIEWER).user
    assert status(onlooker, named, "usage:write") == 403
    assert Client().post(EVENTS, "[]", content_type="application/json").status_code == 401
    close(by=lead, engagement=engagement, ending="delivered", words="Done", learning="None")
    assert status(engagement, EVENTS, "usage:write") == 409


def traces(**said: Any) -> dict[str, Any]:
    """One letter handled by one call, as OTLP's JSON."""

    def values(**named: Any) -> list[dict[str, Any]]:
        return [
            {
                "key": name,
                "value": {"intValue": str(value)} if isinstance(value, int) else {"stringValue": value},
            }
            for name, value in named.items()
        ]

    nano = int(AT.timestamp()) * 10**9
    outer = {
        "traceId": "5b8efff798038103d269b633813fc60c",
        "spanId": "eee19b7ec3c1b173",
        "startTimeUnixNano": str(nano),
        "endTimeUnixNano": nano + 2 * 10**9,
        "name": "letter",
        "attributes": values(**{"enduser.id": "ada", "fieldwork.team": "North"}),
    }
    call = {
        **outer,
        "spanId": "eee19b7ec3c1b174",
        "parentSpanId": "EEE19B7EC3C1B173",
        "name": "chat",
        "status": {"code": "STATUS_CODE_OK"},
        "attributes": values(
            **{
                "gen_ai.operation.name": "chat",
                "gen_ai.request.model": "fast",
                "gen_ai.usage.prompt_tokens": 120,
                "gen_ai.usage.output_tokens": 7,
                "gen_ai.input.messages": "my secret",
                "fieldwork.outcome": "accepted",
                **said,
            }
        ),
    }
    resource = {"attributes": values(**{"service.name": "Triage"})}
    return {"resourceSpans": [{"resource": resource, "scopeSpans": [{"spans": [outer, call]}]}]}


def as_protobuf(body: dict[str, Any]) -> bytes:
    """The same, in the other encoding."""
    request = ExportTraceServiceRequest()
    for group in body["resourceSpans"]:
        kept = request.resource_spans.add()
        for scope in group["scopeSpans"]:
            into = kept.scope_spans.add()
            for span in scope["spans"]:
                new = into.spans.add()
                new.trace_id, new.span_id = bytes.fromhex(span["traceId"]), bytes.fromhex(span["spanId"])
                new.parent_span_id = bytes.fromhex(span.get("parentSpanId", ""))
                new.start_time_unix_nano = int(span["startTimeUnixNano"])
                new.end_time_unix_nano = int(span["endTimeUnixNano"])
                _fill(new.attributes, span["attributes"])
        _fill(kept.resource.attributes, group["resource"]["attributes"])
    return request.SerializeToString()


def _fill(into: Any, attributes: list[dict[str, Any]]) -> None:
    for each in attributes:
        new = into.add(key=each["key"])
        if "intValue" in each["value"]:
            new.value.int_value = int(each["value"]["intValue"])
        else:
            new.value.string_value = each["value"]["stringValue"]


@pytest.mark.parametrize("binary", [False, True])
@pytest.mark.parametrize("packed", [False, True])
def test_the_calls_among_spans_are_events(binary: bool, packed: bool) -> None:
    engagement = make_engagement()
    body = as_protobuf(traces()) if binary else json.dumps(traces()).encode()
    media_type = "application/x-protobuf" if binary else "application/json"
    headers = {"Content-Encoding": "gzip"} if packed else {}
    sent = gzip.compress(body) if packed else body
    response = post(engagement, sent, TRACES, content_type=media_type, **headers)
    assert (response.status_code, response["Content-Type"]) == (200, media_type)
    if binary:
        assert not ExportTraceServiceResponse.FromString(response.content).HasField("partial_success")
    else:
        assert response.json() == {}
    [row] = UsageEvent.objects.filter(engagement=engagement)
    names = dict(Name.objects.values_list("pk", "name"))
    said = [names[number] for number in (row.team, row.workflow, row.model_requested) if number is not None]
    assert said == ["North", "Triage", "fast"]
    assert (row.at, row.input_tokens, row.output_tokens, row.latency_ms) == (AT, 120, 7, 2000)
    assert (row.outcome, row.error, row.user is not None) == ("accepted", "", True)
    arrival = Arrival.objects.get()
    assert (arrival.way, arrival.taken, arrival.passed) == ("otlp", 1, 1)
    assert "secret" not in str(arrival.good)


@pytest.mark.parametrize("binary", [False, True])
def test_what_is_wrong_with_one_call_is_a_partial_success(binary: bool) -> None:
    engagement, bad = make_engagement(), traces(**{"fieldwork.outcome": "great"})
    body = as_protobuf(bad) if binary else json.dumps(bad).encode()
    media_type = "application/x-protobuf" if binary else "application/json"
    response = post(engagement, body, TRACES, content_type=media_type)
    assert response.status_code == 200
    if binary:
        partial = ExportTraceServiceResponse.FromString(response.content).partial_success
        assert (partial.rejected_spans, "outcome" in partial.error_message) == (1, True)
    else:
        partial = response.json()["partialSuccess"]
        assert (partial["rejectedSpans"], "outcome" in partial["errorMessage"]) == ("1", True)


@pytest.mark.parametrize(
    ("body", "media_type", "status"),
    [
        (b"\xff\xff", "application/x-protobuf", 400),
        (b"{", "application/json", 400),
        (b"[]", "application/json", 400),
        (b'{"resourceSpans": 7}', "application/json", 400),
        (b'{"resourceSpans": [7]}', "application/json", 400),
        (
            b'{"resourceSpans": [{"scopeSpans": [{"spans": [{"attributes": [{"value": 7}]}]}]}]}',
            "application/json",
            400,
        ),
        (b"a,b", "text/csv", 415),
    ],
)
def test_what_is_no_otlp_is_said_as_otlp_says_it(body: bytes, media_type: str, status: int) -> None:
    response = post(make_engagement(), body, TRACES, content_type=media_type)
    assert response.status_code == status
    if response["Content-Type"] == "application/json":
        said = response.json()
        assert (said["code"], bool(said["message"])) == (3, True)
    else:
        known = Status.FromString(response.content)
        assert (known.code, bool(known.message)) == (3, True)


def test_a_database_that_is_away_is_to_be_asked_again(monkeypatch: pytest.MonkeyPatch) -> None:
    from django.db import OperationalError

    def away(**said: Any) -> None:
        raise OperationalError("server closed the connection")

    monkeypatch.setattr("apps.api.views.usage.take_in", away)
    monkeypatch.setattr("apps.api.views.traces.take_in", away)
    engagement = make_engagement()
    for address, body in ((EVENTS, [event()]), (TRACES, traces())):
        response = post(engagement, body, address)
        assert response.status_code == 503
        assert int(response["Retry-After"]) > 0
        assert b"server closed" not in response.content


def test_the_schema_names_the_fields_that_are_kept_and_no_others() -> None:
    assert UsageEventIn().fields.keys() == FIELDS
