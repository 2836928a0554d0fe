"""Webhooks hear of many events at once, where they are written at once."""

import json
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from apps.audit import services
from apps.audit.models import Event
from apps.audit.services import hear, record_many
from apps.delivery.models import Delivery
from apps.delivery.services import webhooks
from apps.engagements.models import Engagement, EntryKind, Kind, LogEntry
from apps.engagements.services import items
from tests.factories import make_engagement

from .receiving_programs import webhook

pytestmark = pytest.mark.django_db


def entries(engagement: Engagement, count: int) -> int:
    """Write so many at once; returns how many queries that takes."""
    rows: list[dict[str, Any]] = [
        {"title": f"n {n}", "text": f"n {n}", "entry_kind": EntryKind.NOTE, "state": "noted"}
        for n in range(count)
    ]
    subjects = [
        (one, {})
        for one in items.write_many(
            by=None, model=LogEntry, engagement=engagement, kind=Kind.ENTRY, rows=rows
        )
    ]
    with CaptureQueriesContext(connection) as queries:
        record_many(by=None, verb="changed", subjects=subjects, engagement=engagement)
    return len(queries)


def test_webhooks_cost_the_same_for_few_events_and_for_many(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(services, "_hearing", {})  # what others do then is theirs
    hear(webhooks.hear, together=webhooks.hear_all)
    engagement = make_engagement()
    webhook("https://hooks.example/", engagement, ["*"], name="all")
    webhook("https://hooks.example/", engagement, ["gate.decided"], name="some")
    webhook("https://hooks.example/", None, ["item.changed"], name="whole")
    webhook("https://hooks.example/", make_engagement(), ["*"], name="other")
    few, many = entries(engagement, 2), entries(engagement, 200)
    assert few == many <= 8
    wanted = Event.objects.filter(verb="changed", engagement_id=engagement.pk).values_list("pk", flat=True)
    told = Delivery.objects.filter(kind="item.changed").values_list("webhook__name", "event_id")
    assert sorted(told) == sorted((name, pk) for name in ("all", "whole") for pk in wanted)
    bodies = Delivery.objects.filter(kind="item.changed", webhook__name="all").values_list("body", flat=True)
    assert len({json.loads(body)["data"]["subject"]["reference"] for body in bodies}) == 202
