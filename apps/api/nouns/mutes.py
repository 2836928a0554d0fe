"""Mutes: engagements of which a person is told nothing."""

from typing import Any

from django.db.models import QuerySet
from rest_framework import serializers

from apps.delivery import services
from apps.delivery.models import Mute
from apps.tokens.selectors import Bearer

from ..fields import Moment, Out, Strict
from ..noun import Act, Asked, Noun
from .inbox import own


class MuteOut(Out):
    """An engagement of which you are told nothing."""

    id = serializers.UUIDField()
    engagement = serializers.UUIDField(source="engagement_id")
    created_at = Moment()


def _rows(bearer: Bearer) -> QuerySet[Mute]:
    if bearer.user is None:
        return Mute.objects.none()
    within = bearer.engagements().order_by().values("pk")
    return Mute.objects.filter(user=bearer.user, engagement__in=within).select_related("engagement__client")


def _mute(asked: Asked) -> Mute:
    return services.mute(by=asked.person, user=asked.person, engagement=asked.engagement)


def _unmute(asked: Asked) -> Any:
    services.unmute(by=asked.person, user=asked.person, engagement=asked.engagement)


MUTES = Noun(
    name="mutes",
    one="mute",
    says="The engagements of which you want to be told nothing, though you are on them.",
    scope="notices",
    rows=_rows,
    out=MuteOut,
    add=Act(_mute, Strict, own, closed=True),
    remove=Act(_unmute, Strict, own, closed=True, says="Be told of it again."),
)
