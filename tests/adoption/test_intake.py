"""Usage events come in: each once, whatever is wrong is named, and nothing of a message or of a name is kept."""

import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection, connections
from django.utils import timezone

from apps.adoption.models import Arrival, DirtyDay, Name, Seen, Usage, UsageEvent
from apps.adoption.services.intake import Taken, take_in
from apps.engagements.models import Engagement
from tests.factories import make_engagement

pytestmark = pytest.mark.django_db
AT = datetime(2026, 3, 2, 9, 15, tzinfo=UTC)


def event(id: str = "1", **said: Any) -> dict[str, Any]:
    return {"id": id, "time": AT.isoformat(), "user": "ada@client.example", **said}


def send(engagement: Engagement, *rows: object) -> Taken:
    return take_in(engagement=engagement, way=Arrival.Way.EVENTS, rows=rows)


def kept(engagement: Engagement) -> list[UsageEvent]:
    return list(UsageEvent.objects.filter(engagement=engagement).order_by("at", "key"))


def codes(done: Taken) -> list[tuple[int, str, str]]:
    return [(refusal.n, refusal.fault.code, refusal.fault.field) for refusal in done.refused]


def test_an_event_is_kept_with_all_that_it_says_but_nobodys_name_and_no_message() -> None:
    engagement = make_engagement()
    full = event(
        team=" North  side ",
        workflow="Triage",
        session="s-1",
        model_requested="fast",
        model_served="fast-2026-01",
        input_tokens="1200",
        output_tokens=80,
        cached_tokens=1000,
        latency_ms=830.5,
        cost="0.0042",
        currency="eur",
        outcome="edited",
        feedback="up",
        intentional=False,
        prompt="My diagnosis is …",
        messages=[{"role": "user", "content": "secret"}],
    )
    done = send(engagement, full)
    assert (done.taken, done.refused, dict(done.dropped)) == (1, [], {"prompt": 1, "messages": 1})
    [row] = kept(engagement)
    names = dict(Name.objects.values_list("pk", "name"))
    said = (names[row.team], names[row.workflow], names[row.model_requested], names[row.model_served])
    assert said == ("North side", "Triage", "fast", "fast-2026-01")
    assert (row.at, row.input_tokens, row.output_tokens, row.cached_tokens) == (AT, 1200, 80, 1000)
    assert (row.latency_ms, str(row.cost), row.currency) == (830.5, "0.004200000", "EUR")
    assert (row.outcome, row.feedback, row.intentional, row.error) == ("edited", "up", False, "")
    assert DirtyDay.objects.get().day == AT.date()
    for table in ("adoption_usageevent", "adoption_seen", "adoption_arrival", "adoption_name"):
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT string_agg({table}::text, ' ') FROM {table}")
            text = cursor.fetchone()[0]
        assert not any(word in text for word in ("ada@", "diagnosis", "secret", "s-1"))


@pytest.mark.parametrize(
    ("change", "code", "field"),
    [
        ({"time": "2026-03-02T09:15:00"}, "time_wrong", "time"),
        ({"time": "yesterday"}, "time_wrong", "time"),
        ({"time": 0}, "too_old", "time"),
        ({"time": "1970-01-01T00:00:00Z"}, "too_old", "time"),
        ({"time": "9999-12-31T23:59:59Z"}, "in_future", "time"),
        ({"time": 10**40}, "time_wrong", "time"),
        ({"id": ""}, "id_wrong", "id"),
        ({"id": None}, "id_wrong", "id"),
        ({"id": "x" * 201}, "id_wrong", "id"),
        ({"input_tokens": -1}, "input_tokens_wrong", "input_tokens"),
        ({"output_tokens": 2**31}, "output_tokens_wrong", "output_tokens"),
        ({"input_tokens": 1.5}, "input_tokens_wrong", "input_tokens"),
        ({"input_tokens": 5, "cached_tokens": 6}, "cached_wrong", "cached_tokens"),
        ({"latency_ms": float("nan")}, "latency_ms_wrong", "latency_ms"),
        ({"latency_ms": -1}, "latency_ms_wrong", "latency_ms"),
        ({"cost": "Infinity"}, "cost_wrong", "cost"),
        ({"cost": -1}, "cost_wrong", "cost"),
        ({"cost": 1, "currency": "XXX"}, "currency_wrong", "currency"),
        ({"outcome": "great"}, "outcome_wrong", "outcome"),
        ({"feedback": 5}, "feedback_wrong", "feedback"),
        ({"intentional": "perhaps"}, "intentional_wrong", "intentional"),
        ({"team": "a\x00b"}, "team_wrong", "team"),
        ({"team": "\ud800"}, "not_unicode", "team"),
        ({"user": "\ud800"}, "not_unicode", "user"),
        ({"id": "\ud800"}, "not_unicode", "id"),
        ({"outcome": "\ud800", "a\x00\ud800": 1}, "not_unicode", "outcome"),
        ({"team": "x" * 201}, "team_wrong", "team"),
        ({"team": ["North"]}, "team_wrong", "team"),
    ],
)
def test_a_bad_event_is_named_with_what_would_be_right(change: dict[str, Any], code: str, field: str) -> None:
    engagement = make_engagement()
    done = send(engagement, event(**change), event("good"))
    assert codes(done) == [(0, code, field)]
    assert done.taken == 1
    assert done.refused[0].fault.detail.endswith((".", "?"))
    arrival = Arrival.objects.get()
    assert (arrival.taken, arrival.refused, arrival.reasons) == (1, 1, {code: 1})
    assert arrival.bad["code"] == code
    assert arrival.good["event"]["id"] == "good"
    assert "ada@" not in f"{arrival.bad}{arrival.good}"


def test_what_is_missing_and_what_is_no_event_is_said() -> None:
    engagement = make_engagement()
    done = send(engagement, {"id": "1"}, {"time": AT.isoformat()}, None, 7, [], "x")
    assert codes(done)[:2] == [(0, "missing", "time"), (1, "missing", "id")]
    assert {code for _, code, _ in codes(done)[2:]} == {"no_object"}
    assert not kept(engagement)


def test_an_event_counts_once_however_often_it_is_sent() -> None:
    engagement = make_engagement()
    first = send(engagement, event("1"), event("2"), event("1"))
    again = send(engagement, event("2"), event("3"), event("1"))
    assert (first.taken, first.repeated, again.taken, again.repeated) == (2, 1, 1, 2)
    assert len(kept(engagement)) == 3


@pytest.mark.parametrize("other", [{"time": (AT + timedelta(days=40)).isoformat()}, {"outcome": "edited"}])
def test_an_id_that_says_something_else_is_refused_and_the_first_one_stays(other: dict[str, Any]) -> None:
    engagement = make_engagement()
    send(engagement, event("1"))
    done = send(engagement, event("1", **other), event("2"), event("2", **other))
    assert codes(done) == [(0, "id_taken", "id"), (2, "id_taken", "id")]
    assert done.taken == 1
    assert {row.at for row in kept(engagement)} == {AT}
    assert {row.outcome for row in kept(engagement)} == {"none"}


def test_one_id_and_one_user_of_two_engagements_have_nothing_to_do_with_each_other() -> None:
    one, other = make_engagement(), make_engagement()
    assert send(one, event("1")).taken == send(other, event("1")).taken == 1
    assert kept(one)[0].user != kept(other)[0].user
    assert kept(one)[0].key != kept(other)[0].key


def test_a_user_is_one_however_the_address_is_written() -> None:
    engagement = make_engagement()
    send(engagement, event("1", user="Ada@Client.example "), event("2"), event("3", user="  "))
    assert len({row.user for row in kept(engagement)} - {None}) == 1


def test_a_name_is_one_however_it_is_written_and_ten_thousand_are_kept() -> None:
    engagement = make_engagement()
    send(engagement, event("a", team="North"), event("b", team="NORTH"), event("c", team="\uff2eorth"))
    assert Name.objects.get().name in {"North", "NORTH", "\uff2eorth"}
    done = send(engagement, *(event(f"t{n}", team=f"Team {n}") for n in range(10_000)))
    assert done.taken == 10_000
    assert Name.objects.filter(sort="team").count() == 10_001


def test_every_month_of_a_backfill_has_its_partition() -> None:
    engagement = make_engagement()
    since = timezone.now() - timedelta(days=4 * 365)
    done = send(
        engagement, *(event(str(n), time=(since + timedelta(days=n)).isoformat()) for n in range(0, 1400, 7))
    )
    assert (done.taken, done.refused) == (200, [])


def test_a_day_is_the_clients_own() -> None:
    engagement = make_engagement()
    Usage.objects.create(engagement=engagement, timezone="Pacific/Auckland")
    send(engagement, event("1", time="2026-03-02T13:00:00Z"))
    assert DirtyDay.objects.get().day.isoformat() == "2026-03-03"


@pytest.fixture
def committed(transactional_db: None) -> Iterator[Engagement]:
    """An engagement that other connections see; its events are no Django model's, so they are emptied by hand."""
    yield make_engagement()
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE adoption_usageevent")


def test_two_writers_with_the_same_events_never_deadlock_and_keep_each_once(committed: Engagement) -> None:
    batches = [
        [event(str(n), team=f"T{n % 7}") for n in range(start, start + 60)] for start in range(0, 1200, 20)
    ]
    results: list[Taken] = []
    failures: list[Exception] = []

    def write(mine: list[list[dict[str, Any]]]) -> None:
        try:
            results.extend(send(committed, *batch) for batch in mine)
        except Exception as error:
            failures.append(error)
        finally:
            connections.close_all()

    writers = [
        threading.Thread(target=write, args=(order,)) for order in (batches, batches[::-1], batches[::2])
    ]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    assert not failures
    expected = len({one["id"] for batch in batches for one in batch})
    assert (
        sum(done.taken for done in results) == UsageEvent.objects.count() == Seen.objects.count() == expected
    )
    assert not any(done.refused for done in results)
