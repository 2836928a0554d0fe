"""Events are written once."""

from uuid import uuid4

import pytest
from django.db import DatabaseError, connection, transaction

from apps.audit.models import Event
from apps.audit.services import record
from tests.factories import make_engagement, make_user

pytestmark = pytest.mark.django_db
SQL = [
    "UPDATE audit_event SET verb = 'other'",
    "DELETE FROM audit_event",
    "TRUNCATE audit_event CASCADE",
    "INSERT INTO audit_event SELECT * FROM audit_event ON CONFLICT (id) DO UPDATE SET verb = 'other'",
]


@pytest.mark.parametrize("statement", SQL)
def test_the_database_refuses_to_change_an_event(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE audit_event ENABLE TRIGGER audit_event_no_truncate")
        record(by=None, verb="made", subject=make_user())
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
            cursor.execute(statement)
    assert Event.objects.filter(verb="made").count() == 1


def test_neither_the_model_nor_a_query_changes_an_event() -> None:
    event = record(by=None, verb="made", subject=make_user())
    event.verb = "other"
    for change in (event.save, event.delete, Event.objects.all().delete):
        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
            change()


def test_an_event_names_who_what_and_where() -> None:
    person, engagement = make_user(), make_engagement()
    event = record(by=person, verb="opened", subject=engagement, engagement=engagement, why="because")
    assert (event.actor, event.app, event.subject_type) == (person, "engagements", "engagement")
    assert (event.subject_id, event.engagement_id) == (engagement.pk, engagement.pk)
    assert event.data == {"why": "because"}


def test_an_undone_change_leaves_no_event() -> None:
    person = make_user()
    with transaction.atomic():
        record(by=person, verb="tried", subject=person)
        transaction.set_rollback(True)
    assert not Event.objects.filter(verb="tried").exists()


def test_details_are_words_for_people() -> None:
    event = Event(app="engagements", subject_type="engagement", verb="stage set")
    event.data = {"before": "scoping", "after": "pilot", "user": str(uuid4()), "rows": 3}
    assert event.details == "rows: 3, change: scoping → pilot"
    assert event.subject_name == "engagement"
    assert Event(app="gone", subject_type="old thing").subject_name == "old thing"
