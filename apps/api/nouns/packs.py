"""Handover packs that somebody brings along from another Fieldwork."""

from typing import Any

from django.db.models import QuerySet
from rest_framework import serializers

from apps.handover.models import PackImport
from apps.handover.services import waiting
from apps.tokens.selectors import Bearer

from ..fields import Moment, Out, Strict
from ..noun import Act, Asked, Noun
from .engagements import is_staff

ENGAGEMENT_NAME = 120  # characters


class PackOut(Out):
    """A pack of yours. state: checking and taking are a worker's, of a large one; size: bytes; wanted: another name for
    its engagement; counts: what the check has found in it, by noun; trouble: why it was refused; engagement: that was
    made of it, null until then."""

    id = serializers.UUIDField()
    name = serializers.CharField()
    size = serializers.IntegerField()
    wanted = serializers.CharField()
    state = serializers.ChoiceField(choices=PackImport.State.choices)
    counts = serializers.DictField(source="looked.counts", child=serializers.IntegerField(), default=dict)
    trouble = serializers.CharField()
    engagement = serializers.UUIDField(source="engagement_id", allow_null=True)
    taken_at = Moment(allow_null=True)
    created_at = Moment()


class PackUpload(Strict):
    """A handover pack, as multipart/form-data. wanted: another name for its engagement."""

    file = serializers.FileField(error_messages={"required": "No file has arrived.", "empty": "It is empty."})
    wanted = serializers.CharField(required=False, allow_blank=True, default="", max_length=ENGAGEMENT_NAME)


def may_bring(bearer: Bearer, engagement: Any, row: Any) -> bool:
    """Managers and administrators as persons, with a token for all that they see."""
    return is_staff(bearer, None, None) and bearer.user is not None and bearer.user.role in waiting.MAY


def _rows(bearer: Bearer) -> QuerySet[PackImport]:
    mine = PackImport.objects.filter(by=bearer.user, by__isnull=False)
    return mine if may_bring(bearer, None, None) else mine.none()


def _upload(asked: Asked) -> PackImport:
    return waiting.begin(by=asked.person, **asked.sent)


def _take(asked: Asked) -> PackImport:
    return waiting.take(by=asked.person, waiting=asked.row)


def _drop(asked: Asked) -> None:
    waiting.drop(by=asked.person, waiting=asked.row)


UPLOAD = Act(_upload, PackUpload, may_bring, says="Bring along a pack")
PACKS = Noun(
    name="packs",
    one="pack",
    says="Handover packs that you bring along from another Fieldwork: sent to `packs/upload/`, checked, then imported "
    "at once or not at all. Yours alone.",
    scope="handover",
    roles=waiting.MAY,
    rows=_rows,
    engagement="",
    out=PackOut,
    remove=Act(_drop, Strict, may_bring, says="Forget one that waits."),
    verbs={"take": Act(_take, Strict, may_bring, says="Import it; a large one, soon.")},
)
