"""What a delivery says: what happened, when, by whom, and where to look. Thin on purpose: no text that anybody has
written, since whoever receives it can fetch what they may see."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.urls import reverse

from apps.accounts.models import User
from apps.audit.models import Event
from apps.engagements.models import Item

from .letters import address_of
from .models import Webhook
from .rules.webhooks import events

# of what is no item; a test sees to it that there are such pages
PAGES = {"run": "pilots:run", "client": "clients:detail", "template": "templates:detail"}


def of_events(told: Sequence[tuple[Event, str]]) -> list[str]:
    """The body about each event of that kind, the same for each webhook; in one query for all."""
    subjects = [event.subject_id for event, _ in told]
    items = Item.objects.filter(pk__in=subjects).only("kind", "number").in_bulk()
    return [_of_event(event, kind, items) for event, kind in told]


def _of_event(event: Event, kind: str, items: Mapping[UUID, Item]) -> str:
    return _body(
        kind,
        event.at,
        event=str(event.pk),
        verb=event.verb,
        subject=_subject(event, items.get(event.subject_id)),
        engagement=_engagement(event.engagement_id),
        by=_person(event.actor),
    )


def of_test(webhook: Webhook, by: User | None, at: datetime) -> str:
    """The body of a test, which is about the webhook itself."""
    page = address_of(webhook.get_absolute_url())
    subject = {"kind": "webhook", "id": str(webhook.pk), "reference": None, "url": page}
    engagement = _engagement(webhook.engagement_id)
    return _body(
        events.TEST, at, event=None, verb="tested", subject=subject, engagement=engagement, by=_person(by)
    )


def _body(kind: str, at: datetime, **data: Any) -> str:
    said = {"type": kind, "timestamp": at.isoformat(), "data": data}
    return json.dumps(said, ensure_ascii=False, separators=(",", ":"))


def _subject(event: Event, item: Item | None) -> dict[str, Any]:
    """An item goes by its reference, too. url: its page; None for what has none."""
    found = {"kind": event.subject_type, "id": str(event.subject_id), "reference": None, "url": None}
    if item is not None:
        page = reverse("items:detail", args=[item.pk])
        return {**found, "reference": item.reference, "url": address_of(page)}
    if route := PAGES.get(event.subject_type):
        found["url"] = address_of(reverse(route, args=[event.subject_id]))
    return found


def _engagement(pk: UUID | None) -> dict[str, str] | None:
    if pk is None:
        return None
    page, api = reverse("engagements:detail", args=[pk]), f"/api/v1/engagements/{pk}/"
    return {"id": str(pk), "url": address_of(page), "api": address_of(api)}


def _person(user: Any) -> dict[str, str] | None:
    """None for Fieldwork itself, and for a program that acts for an engagement."""
    return {"id": str(user.pk), "name": user.name} if user is not None else None
