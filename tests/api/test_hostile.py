"""Requests that somebody has made up to do harm."""

import io
import json
import time

import pytest

from apps.api.parsers import MOST_VALUES, MOST_VALUES_OF_MANY, StrictJSONParser
from apps.engagements.models import Engagement, LogEntry
from tests.factories import make_engagement

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
    "raw",
    [
        b"[" + b"{}," * MOST_VALUES_OF_MANY + b"{}]",
        b'[{"text": "x", "tags": [' + b"[]," * MOST_VALUES_OF_MANY + b"[]]}]",
        b"[{" + b",".join(b'"%d":1' % n for n in range(MOST_VALUES_OF_MANY + 1)) + b"}]",
        b'[{"text": "x", "rejected": [' + b'{"a":{}},' * (MOST_VALUES_OF_MANY // 2) + b"{}]}]",
    ],
)
def test_a_body_of_very_many_values_is_refused_before_it_is_taken_apart(
    job: Program, log: str, raw: bytes
) -> None:
    problem = is_problem(job.post(log, raw=raw), 413, "too_many_values")
    assert len(json.dumps(problem)) < 500


def test_a_single_one_holds_fewer(job: Program, log: str) -> None:
    made = job.post(log, {"text": "x"}).json()
    raw = b'{"tags": [' + b"[]," * MOST_VALUES + b"[]]}"
    is_problem(job.send("PATCH", f"log/{made['id']}/", raw=raw), 413, "too_many_values")


def test_signs_within_a_text_are_no_values(job: Program, log: str) -> None:
    text = r'[{,"\ ' * 20_000
    assert job.post(log, [{"text": text}]).json()["errors"][0]["code"] == "too_long"
    assert job.post(log, [{"text": '",[' + "\\" * 9 + '"[[,,'}]).status_code == 201


def test_a_text_that_never_ends_is_refused_at_once() -> None:
    class Many:
        takes_many = True

    for raw in (b'[{"a": "' + b'\\"' * 2_000_000, b'[{"a": "' + b"\\" * 4_000_001, b'"' * 4_000_001):
        began = time.process_time()
        with pytest.raises(Exception, match=r"not JSON|values"):
            StrictJSONParser().parse(io.BytesIO(raw), "application/json", {"view": Many()})
        assert time.process_time() - began < 5


@pytest.mark.parametrize("number", ["1e999", "-1e999", "[1e309]"])
def test_a_number_that_nothing_can_hold_is_not_taken_for_the_text_inf(
    job: Program, log: str, number: str
) -> None:
    is_problem(job.post(log, raw=b'{"line": %s}' % number.encode()), 400, "json")
    assert not LogEntry.objects.exists()


def test_a_body_in_chunks_is_refused_rather_than_taken_for_none(job: Program, log: str) -> None:
    made = job.post(log, {"text": "before"}).json()
    answer = job.client.generic(
        "PATCH",
        f"/api/v1/log/{made['id']}/",
        b"",
        content_type="application/json",
        headers={**job.headers, "If-Match": "*", "Transfer-Encoding": "chunked"},
    )
    is_problem(answer, 411, "length_required")
    assert job.get("engagements/").status_code == 200


@pytest.mark.parametrize("coding", ["gzip", "br", "identity, gzip"])
def test_a_body_that_is_packed_is_refused_as_that(job: Program, log: str, coding: str) -> None:
    is_problem(job.post(log, {"line": "x"}, Content_Encoding=coding), 415, "media_type")
    assert job.post(log, {"line": "x"}, Content_Encoding="identity").status_code == 201
