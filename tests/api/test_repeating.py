"""The same request twice does its work once; too many requests are told to wait."""

import json
import threading
from datetime import timedelta

import pytest
from django.db import connection, connections
from django.utils import timezone

from apps.accounts.models import Role
from apps.api.models import Allowance, Answer
from apps.api.services import allowances, answers
from apps.core.errors import Refused
from apps.engagements.models import Engagement, LogEntry
from tests.factories import make_engagement, make_member, make_user
from tests.factories.tokens import make_token

from .calling import Program, is_problem, program

pytestmark = pytest.mark.django_db


@pytest.fixture
def engagement(db: None) -> Engagement:
    return make_engagement()


@pytest.fixture
def log(engagement: Engagement) -> str:
    return f"engagements/{engagement.pk}/log/"


def test_a_request_that_is_sent_again_is_answered_again_and_done_once(
    engagement: Engagement, log: str
) -> None:
    job = program(engagement)
    first = job.post(log, {"text": "once", "tags": ["a"]}, Idempotency_Key="k-1")
    again = job.post(log, raw=b'{"tags":  ["a"], "text": "once"}', Idempotency_Key="k-1")
    assert (first.status_code, first.json()) == (again.status_code, again.json())
    assert (first["Location"], first["ETag"]) == (again["Location"], again["ETag"])
    assert ("Idempotency-Replayed" in first, again["Idempotency-Replayed"]) == (False, "true")
    assert LogEntry.objects.count() == 1
    job.post(log, {"text": "once", "tags": ["a"]}, Idempotency_Key="k-2")
    job.post(log, {"text": "once", "tags": ["a"]})
    assert LogEntry.objects.count() == 3


def test_a_key_is_for_one_request(engagement: Engagement, log: str) -> None:
    person = make_user(Role.ADMIN)
    job, other = program(person), make_engagement()
    job.post(log, {"text": "once"}, Idempotency_Key="k")
    is_problem(job.post(log, {"text": "another"}, Idempotency_Key="k"), 409, "key_reused")
    is_problem(
        job.post(f"engagements/{other.pk}/log/", {"text": "once"}, Idempotency_Key="k"), 409, "key_reused"
    )
    assert LogEntry.objects.count() == 1


def test_a_key_is_its_bearers_own(engagement: Engagement, log: str) -> None:
    person = make_member(engagement).user
    for it in (program(engagement), program(engagement), program(person), Program(browser=person)):
        assert it.post(log, {"text": "mine"}, Idempotency_Key="k").status_code == 201
    assert LogEntry.objects.count() == 4


def test_what_was_refused_can_be_sent_again(engagement: Engagement, log: str) -> None:
    job = program(engagement)
    is_problem(job.post(log, {"line": "/risc x"}, Idempotency_Key="k"), 422)
    assert job.post(log, {"line": "/risk high x"}, Idempotency_Key="k").status_code == 201


def test_an_answer_is_forgotten_after_a_day(engagement: Engagement, log: str) -> None:
    job = program(engagement)
    job.post(log, {"text": "once"}, Idempotency_Key="k")
    Answer.objects.update(created_at=timezone.now() - timedelta(hours=25))
    assert job.post(log, {"text": "another"}, Idempotency_Key="k").status_code == 201
    Answer.objects.update(created_at=timezone.now() - timedelta(hours=25))
    assert answers.forget() == 1
    assert not Answer.objects.exists()


def test_whoever_may_no_longer_write_is_not_answered_from_memory(engagement: Engagement, log: str) -> None:
    member = make_member(engagement)
    job = program(member.user)
    job.post(log, {"text": "once"}, Idempotency_Key="k")
    member.delete()
    is_problem(job.post(log, {"text": "once"}, Idempotency_Key="k"), 404)


@pytest.mark.parametrize("key", ["x" * 201, "é", "a\tb"])
def test_a_key_that_is_none_is_refused(engagement: Engagement, log: str, key: str) -> None:
    is_problem(program(engagement).post(log, {"text": "x"}, Idempotency_Key=key), 400, "idempotency_key")
    assert not LogEntry.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_twins_that_come_at_once_write_once() -> None:
    engagement = make_engagement()
    issued, path = make_token(engagement), f"engagements/{engagement.pk}/log/"
    barrier, statuses = threading.Barrier(4), []

    def send() -> None:
        job = Program(issued)
        barrier.wait()
        statuses.append(job.post(path, {"text": "once"}, Idempotency_Key="k").status_code)
        connections.close_all()

    threads = [threading.Thread(target=send) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert statuses == [201] * 4
    assert LogEntry.objects.count() == 1


def test_too_many_requests_are_told_to_wait(engagement: Engagement, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(allowances.count, "__kwdefaults__", {"limit": 3})
    job, neighbour = program(engagement), program(engagement)
    left = [job.get("token/")["RateLimit-Remaining"] for _ in range(3)]
    assert left == ["2", "1", "0"]
    answer = job.get("engagements/")
    is_problem(answer, 429, "too_many_requests")
    assert 0 < int(answer["Retry-After"]) <= 60
    assert answer["RateLimit-Limit"] == "3"
    is_problem(job.get(f"log/{engagement.pk}/"), 429)  # whatever is asked
    assert neighbour.get("token/").status_code == 200
    Allowance.objects.update(began_at=timezone.now() - timedelta(seconds=61))
    assert job.get("token/")["RateLimit-Remaining"] == "2"


def test_what_is_refused_counts_as_well(engagement: Engagement) -> None:
    reader = program(engagement, "engagements:read")
    reader.get("log/x/")  # nowhere
    for path in (f"engagements/{engagement.pk}/log/", f"engagements/{make_engagement().pk}/"):
        reader.get(path)
    assert Allowance.objects.get().asked == 2


@pytest.mark.django_db(transaction=True)
def test_no_request_is_lost_in_counting_from_many_processes() -> None:
    def count() -> None:
        for _ in range(20):
            allowances.count(bearer="token x")
        connections.close_all()

    threads = [threading.Thread(target=count) for _ in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert allowances.count(bearer="token x").remaining == allowances.PER_MINUTE - 101


def test_work_that_fails_leaves_no_answer() -> None:
    def fails() -> answers.Given:
        Answer.objects.create(bearer="inside", key="k", fingerprint="", status=1, body={}, headers={})
        raise Refused("no", "No.")

    with pytest.raises(Refused):
        answers.once(bearer="b", key="k", fingerprint="f", work=fails)
    assert not Answer.objects.exists()
    assert connection.in_atomic_block


def test_no_two_requests_have_one_fingerprint() -> None:
    assert answers.fingerprint_of(b"ab", b"c") != answers.fingerprint_of(b"a", b"bc")
    assert json.dumps(answers.fingerprint_of(b"")) != json.dumps(answers.fingerprint_of(b"", b""))
