"""The history of an engagement."""

from collections.abc import Sequence
from typing import Any

from django.db.models import QuerySet
from rest_framework import serializers

from apps.accounts.models import STAFF
from apps.audit.models import Event
from apps.engagements.models import Item, Kind
from apps.engagements.selectors.history import told
from apps.tokens.selectors import Bearer

from ..fields import Moment, Out, PersonOut
from ..noun import Narrow, Noun


class ChangedOut(Out):
    """One field: both values in words."""

    name = serializers.CharField()
    before = serializers.CharField()
    after = serializers.CharField()


class EventOut(Out):
    """Who did what, and when; written once. who: also through which token; what: in words; item: on which; subject:
    what was acted on, by its sort and id, which may be gone by now."""

    id = serializers.UUIDField()
    engagement = serializers.UUIDField(source="engagement_id")
    at = Moment()
    person = PersonOut(source="actor", allow_null=True)
    who = serializers.CharField(source="told.who")
    verb = serializers.CharField()
    subject = serializers.CharField(source="subject_type")
    subject_id = serializers.UUIDField()
    what = serializers.CharField(source="told.what")
    item = serializers.CharField(source="told.item")
    changes = ChangedOut(source="told.fields", many=True)
    why = serializers.CharField(source="told.why")


def _rows(bearer: Bearer) -> QuerySet[Event]:
    within = Event.objects.filter(engagement_id__in=bearer.engagements().order_by().values("pk"))
    return within.select_related("actor")


def _told(bearer: Bearer, rows: Sequence[Any]) -> dict[str, Any]:
    for row, words in zip(rows, told(rows), strict=True):
        row.told = words
    return {}


def _of_sort(rows: QuerySet[Event], sort: str, bearer: Bearer) -> QuerySet[Event]:
    if sort in Kind.values:
        return rows.filter(subject_id__in=bearer.items(Item).filter(kind=sort).order_by().values("pk"))
    return rows.filter(subject_type=sort)


HISTORY = Noun(
    name="history",
    one="event",
    says="The history of an engagement: who did what, and when. Not for client viewers.",
    scope="history",
    roles=STAFF,
    rows=_rows,
    engagement="engagement_id",
    everywhere=False,
    out=EventOut,
    orders={"-at": "at", "at": "at"},
    narrow={
        "by": Narrow(serializers.UUIDField(required=False, help_text="A person."), "actor"),
        "subject": Narrow(
            serializers.CharField(
                required=False, max_length=60, help_text="A kind of item, such as risk, or a sort of subject."
            ),
            _of_sort,
        ),
        "subject_id": Narrow(serializers.UUIDField(required=False), "subject_id"),
        "since": Narrow(serializers.DateTimeField(required=False), "at__gte"),
    },
    beside=_told,
)
