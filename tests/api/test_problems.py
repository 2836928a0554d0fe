"""Everything below /api/ that goes wrong is a problem in JSON, and tells nothing of our inside."""

import json
import logging

import pytest
from django.conf import settings
from django.test import override_settings
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from apps.api.parsers import MOST_BYTES, MOST_DEPTH
from apps.api.views.token import OwnToken
from apps.engagements.models import Engagement, LogEntry
from tests.factories import make_engagement, make_user
from tests.factories.tokens import make_token

from .calling import Program, is_problem, program

pytestmark = pytest.mark.django_db


@pytest.fixture
def engagement(db: None) -> Engagement:
    return make_engagement()


@pytest.fixture
def job(engagement: Engagement) -> Program:
    return program(engagement)


@pytest.fixture
def log(engagement: Engagement) -> str:
    return f"engagements/{engagement.pk}/log/"


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/api/", 404),
        ("GET", "/api/v1/", 404),
        ("GET", "/api/v2/engagements/", 404),
        ("GET", "/api/v1/engagements/not-an-id/", 404),
        ("GET", "/api/v1/%00/", 404),
        ("GET", "/api/v1/%ff%fe/", 404),
        ("GET", "/api/v1/" + "x" * 5000, 404),
        ("GET", "/api/v1/engagements", 404),
        ("POST", "/api/v1/engagements", 404),
        ("DELETE", "/api/v1/engagements/", 405),
        ("DELETE", "/api/v1/token/", 405),
        ("OPTIONS", "/api/v1/token/", 405),
        ("TRACE", "/api/v1/token/", 405),
    ],
)
def test_no_address_answers_with_a_page(job: Program, method: str, path: str, status: int) -> None:
    answer = job.send(method, path)
    is_problem(answer, status)
    assert (status == 405) == ("Allow" in answer)


def test_a_405_says_what_is_answered(job: Program) -> None:
    assert job.send("DELETE", "token/")["Allow"] == "GET, HEAD"


def test_a_host_that_is_not_ours_is_a_problem_too(job: Program) -> None:
    is_problem(job.get("token/", Host="evil.example"), 400)


@pytest.mark.parametrize("debug", [True, False])
def test_a_failure_of_ours_tells_nothing(
    engagement: Engagement, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, debug: bool
) -> None:
    issued = make_token(engagement)

    def fails(*args: object) -> None:
        raise RuntimeError("the inside: secret-database-name")

    monkeypatch.setattr(OwnToken, "get", fails)
    with override_settings(DEBUG=debug), caplog.at_level(logging.ERROR):
        answer = Program(issued).get("token/")
    is_problem(answer, 500, "failed")
    assert "inside" not in answer.content.decode()
    assert "secret-database-name" in caplog.text
    assert issued.text not in caplog.text


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        (b"{", "json"),
        (b"[1]", "json"),
        (b"[{}, []]", "json"),
        (b'"text"', "json"),
        (b"null", "json"),
        (b"{'line': 'x'}", "json"),
        (b'{"line": NaN}', "json"),
        (b'{"line": Infinity}', "json"),
        (b'{"line": "x", "line": "y"}', "json"),
        (b'{"minutes": ' + b"9" * 5000 + b"}", "json"),
        (b'{"line": "x"} trailing', "json"),
        (b'{"line": "\xff\xfe"}', "encoding"),
        ('{"line": "é"}'.encode("utf-16"), "encoding"),
        (b'{"line": "a\x00b"}', "json"),
        (b'{"line": "a\\u0000b"}', "characters"),
        (b'{"a\\u0000": "b"}', "characters"),
        (b'{"line": "\\ud800"}', "characters"),
        (b'{"line": ' + b"[" * (MOST_DEPTH + 1) + b"]" * (MOST_DEPTH + 1) + b"}", "too_deep"),
        (b'{"line": ' + b"[" * 40_000, "too_deep"),
        (b'{"line": ' + b'{"a":' * 40_000, "too_deep"),
    ],
)
def test_a_body_that_cannot_be_read_is_refused(job: Program, log: str, raw: bytes, code: str) -> None:
    is_problem(job.post(log, raw=raw), 400, code)
    assert not LogEntry.objects.exists()


def test_a_body_with_a_mark_of_its_encoding_is_read(job: Program, log: str) -> None:
    assert job.post(log, raw=b"\xef\xbb\xbf" + '{"line": "Zoë 🚀"}'.encode()).json()["title"] == "Zoë 🚀"


def test_a_body_that_is_too_large_is_refused(job: Program, log: str) -> None:
    is_problem(job.post(log, raw=b'{"line": "' + b"x" * MOST_BYTES + b'"}'), 413, "too_large")
    is_problem(job.post(log, raw=b" " * 10_000_000), 413, "too_large")


@pytest.mark.parametrize(
    "kind", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", "x"]
)
def test_a_body_of_another_type_is_refused(job: Program, log: str, kind: str) -> None:
    is_problem(job.post(log, raw=b"line=x", Content_Type=kind), 415, "media_type")


def test_only_json_is_answered(job: Program) -> None:
    is_problem(job.get("token/", Accept="text/html"), 406)
    is_problem(job.get("token/", Accept="application/xml"), 406)
    assert job.get("token/?format=xml").status_code == 200
    assert job.get("token/", Accept="text/html, */*;q=0.1")["Content-Type"] == "application/json"


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=9), inner, max_size=4),
    max_leaves=12,
)
FIELDS = st.sampled_from(
    ["line", "text", "kind", "tags", "minutes", "client_visible", "at", "reason", "rejected"]
)


@hypothesis_settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.dictionaries(FIELDS, JSON, max_size=5))
def test_no_body_makes_it_fail(job: Program, log: str, body: dict) -> None:
    answer = job.post(log, raw=json.dumps(body).encode())
    assert answer.status_code in (201, 400, 422, 429), answer.content
    if answer.status_code != 201:
        is_problem(answer, answer.status_code)


def test_nothing_on_the_way_keeps_an_answer(job: Program) -> None:
    for answer in (job.get("token/"), Program().get("token/")):
        assert answer["Cache-Control"] == "no-store"
        assert {"Authorization", "Cookie"} <= set(answer["Vary"].split(", "))


def test_pages_stay_pages() -> None:
    answer = Program(browser=make_user()).get("/nothing-here/")
    assert (answer.status_code, answer["Content-Type"]) == (404, "text/html; charset=utf-8")
    assert settings.MIDDLEWARE.index("apps.api.middleware.ProblemsInJson") < settings.MIDDLEWARE.index(
        "django.middleware.common.CommonMiddleware"
    )
