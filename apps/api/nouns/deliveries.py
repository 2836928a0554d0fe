"""Deliveries: each event on its way to each webhook, with its attempts."""

import json
from collections.abc import Callable, Sequence
from typing import Any

from django.db.models import QuerySet
from rest_framework import serializers

from apps.accounts.models import STAFF, Role
from apps.delivery import selectors
from apps.delivery.models import Delivery
from apps.delivery.presenters.webhooks import reason_of
from apps.delivery.rules.webhooks import events
from apps.delivery.services import webhooks as services
from apps.engagements.models import MemberRole
from apps.tokens.selectors import Bearer

from ..fields import Moment, Out
from ..noun import Act, Asked, Narrow, Noun
from .engagements import governs, placed

KINDS = [*events.KINDS, events.TEST, events.OTHER]


class DeliveryOut(Out):
    """One event on its way to one webhook. message: the header webhook-id; event: null of a test; reason: why its
    latest attempt failed, empty when it did not."""

    id = serializers.UUIDField()
    webhook = serializers.UUIDField(source="webhook_id")
    event = serializers.UUIDField(source="event_id", allow_null=True)
    kind = serializers.ChoiceField(choices=KINDS)
    message = serializers.CharField()
    state = serializers.ChoiceField(choices=Delivery.State.choices)
    attempts = serializers.IntegerField()
    reason = serializers.SerializerMethodField()
    next_at = Moment(allow_null=True)
    ended_at = Moment(allow_null=True)
    created_at = Moment()

    def get_reason(self, delivery: Delivery) -> str:
        """In words."""
        last = self.context["last"].get(delivery.pk)
        return reason_of(last) if last else ""


class AttemptOut(Out):
    """One try. status: of the answer, null without one; reason: why it failed, empty when it was taken; excerpt: how an
    answer in plain text begins."""

    number = serializers.IntegerField()
    at = Moment()
    took_ms = serializers.IntegerField(allow_null=True)
    status = serializers.IntegerField(allow_null=True)
    reason = serializers.SerializerMethodField()
    excerpt = serializers.CharField()

    def get_reason(self, attempt: Any) -> str:
        """In words."""
        return reason_of(attempt)


class DeliveryWhole(DeliveryOut):
    """With what is sent, and its attempts, the latest first."""

    body = serializers.SerializerMethodField()
    tried = AttemptOut(source="api_tried", many=True)

    def get_body(self, delivery: Delivery) -> dict[str, Any]:
        """As it is sent."""
        return dict(json.loads(delivery.body))

    def to_representation(self, delivery: Delivery) -> Any:
        """Its attempts are looked up for a single one alone."""
        delivery.api_tried = list(selectors.attempts_of(delivery))  # type: ignore[attr-defined]
        return super().to_representation(delivery)


def _of_engagements(bearer: Bearer) -> QuerySet[Delivery]:
    """Of the webhooks that the bearer could change."""
    led = Delivery.objects.filter(webhook__engagement__in=placed(bearer, MemberRole.LEAD))
    return led.select_related("webhook__engagement__client").defer("body")


def _of_installation(bearer: Bearer) -> QuerySet[Delivery]:
    known = Delivery.objects.filter(webhook__engagement=None).select_related("webhook").defer("body")
    return known if governs(bearer, None, None) else known.none()


def _replay(asked: Asked) -> Any:
    return services.replay(by=asked.by, delivery=asked.row)


def _last(bearer: Bearer, rows: Sequence[Any]) -> dict[str, Any]:
    return {"last": selectors.last_attempts(rows)}


def _always(bearer: Bearer, engagement: Any, row: Any) -> bool:
    """Whoever sees one may have it sent anew."""
    return True


def _declared(name: str, scope: str, rows: Callable[[Bearer], QuerySet[Delivery]], **more: Any) -> Noun:
    return Noun(
        name=name,
        scope=scope,
        rows=rows,
        out=DeliveryOut,
        whole=DeliveryWhole,
        narrow={
            "webhook": Narrow(serializers.UUIDField(required=False), "webhook"),
            "state": Narrow(serializers.ChoiceField(choices=Delivery.State.values, required=False), "state"),
            "kind": Narrow(serializers.ChoiceField(choices=KINDS, required=False), "kind"),
        },
        verbs={"replay": Act(_replay, may=_always, says="Send it anew, with the same id and content.")},
        beside=_last,
        **more,
    )


DELIVERIES = _declared(
    "deliveries",
    "webhooks",
    _of_engagements,
    one="delivery",
    says="What is on its way to the webhooks of engagements that you lead, and what became of it, for 30 days.",
    roles=STAFF,
    engagement="webhook__engagement",
)
INSTALLATION_DELIVERIES = _declared(
    "installation-deliveries",
    "installation-webhooks",
    _of_installation,
    one="delivery of the installation",
    says="What is on its way to the webhooks of the installation, and what became of it, for 30 days.",
    roles=frozenset({Role.ADMIN}),
    engagement="",
)
