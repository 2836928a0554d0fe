"""The inbox: what a person is told."""

from typing import Any

from django.db.models import QuerySet
from rest_framework import serializers

from apps.delivery import services
from apps.delivery.models import InboxEntry
from apps.delivery.rules.preferences import ABOUT
from apps.delivery.selectors import inbox_of
from apps.tokens.selectors import Bearer

from ..fields import Moment, Out, PersonOut, Strict
from ..noun import Act, Asked, Narrow, Noun


class InboxOut(Out):
    """One thing that one is told. item: that it is about, null when it concerns the whole engagement; engagement: null
    when it concerns the installation; by: who did it."""

    id = serializers.UUIDField()
    about = serializers.ChoiceField(choices=[(name, label) for name, (label, _) in ABOUT.items()])
    text = serializers.CharField()
    engagement = serializers.UUIDField(source="engagement_id", allow_null=True)
    item = serializers.UUIDField(source="item_id", allow_null=True)
    by = PersonOut(allow_null=True)
    at = Moment()
    read_at = Moment(allow_null=True)


def _rows(bearer: Bearer) -> QuerySet[InboxEntry]:
    """One's own. A token for one engagement is told of that one alone."""
    if bearer.user is None:
        return InboxEntry.objects.none()
    found = inbox_of(bearer.user).select_related("by")
    only = bearer.token and bearer.token.limited_to_id
    return found.filter(engagement=only) if only else found


def _mark(read: bool) -> Any:
    def do(asked: Asked) -> Any:
        services.mark(by=asked.person, entry=asked.row, read=read)
        return asked.row

    return do


def own(bearer: Bearer, engagement: Any, row: Any) -> bool:
    """Persons, with what is their own."""
    return bearer.user is not None


class AllRead(Strict):
    """What has been looked at. until: when the newest of them came, its `at`; what came later stays unread."""

    until = serializers.DateTimeField()
    about = serializers.ChoiceField(choices=list(ABOUT), required=False)


def _read_all(asked: Asked) -> int:
    token = asked.bearer.token
    only = token.limited_to if token else None
    return services.mark_all_read(by=asked.person, engagement=only, **asked.sent)


READ_ALL = Act(_read_all, AllRead, own, says="Mark as read all that came up to a moment.")
INBOX = Noun(
    name="inbox",
    one="inbox entry",
    says="What you are told: mentions, assignments, approvals, what is due.",
    scope="inbox",
    rows=_rows,
    engagement="",
    out=InboxOut,
    orders={"-at": "at", "at": "at"},
    narrow={
        "unread": Narrow(
            serializers.BooleanField(required=False, allow_null=True, default=None),
            lambda rows, unread, bearer: rows.filter(read_at__isnull=unread),
        ),
        "about": Narrow(serializers.ChoiceField(choices=list(ABOUT), required=False), "about"),
        "engagement": Narrow(serializers.UUIDField(required=False), "engagement"),
    },
    verbs={
        "read": Act(_mark(True), may=own, says="Mark it as read."),
        "unread": Act(_mark(False), may=own, says="Mark it as unread again."),
    },
)
