"""Whoever hears of events hears of many at once, where they are written at once."""

import pytest

from apps.audit import services
from apps.audit.models import Event
from apps.audit.services import hear, record, record_many
from tests.factories import make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def hearing(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody hears but whom a test asks to."""
    monkeypatch.setattr(services, "_hearing", {})


def test_many_events_are_told_together_and_one_by_one_to_others(hearing: None) -> None:
    one: list[Event] = []
    together: list[int] = []
    hear(one.append)
    hear(lambda event: together.append(1), together=lambda events: together.append(len(events)))
    person = make_user()
    one.clear()  # of the person who was made
    together.clear()
    record(by=person, verb="tried", subject=person)
    record_many(by=person, verb="tried", subjects=[(person, {"n": n}) for n in range(3)])
    assert [event.data for event in one] == [{}, {"n": 0}, {"n": 1}, {"n": 2}]
    assert together == [1, 3]
