"""Reads: whom and what an engagement names beyond its own rows."""

from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import Q, QuerySet

from apps.accounts.models import User
from apps.catalog.models import Endpoint
from apps.dispatch.models import Site
from apps.engagements.models import Engagement
from apps.pilots.models import Evaluation, Run

from .models import PackImport

_SPOKEN_OF = """
    SELECT DISTINCT found[1]::uuid FROM (
        SELECT data::text AS said FROM audit_event WHERE engagement_id = %(engagement)s
        UNION ALL
        SELECT d.evidence::text || d.conditions::text FROM engagements_gatedecision d
        JOIN engagements_item g ON g.id = d.gate_id WHERE g.engagement_id = %(engagement)s
    ) texts, regexp_matches(said, '"([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})"', 'g') AS found
"""


def people_spoken_of(engagement: Engagement) -> set[UUID]:
    """The ids of people that stand in the audit trail and in frozen evidence."""
    with connection.cursor() as cursor:
        cursor.execute(_SPOKEN_OF, {"engagement": engagement.pk})
        ids = [found for (found,) in cursor.fetchall()]
    return set(User.objects.filter(pk__in=ids).values_list("pk", flat=True))


def sites_of(engagement: Engagement) -> QuerySet[Site]:
    """The sites at which something of the engagement was run or frozen."""
    there = Q(runs__evaluation__engagement=engagement) & ~Q(runs__state__in=Run.OPEN)
    return Site.objects.filter(there | Q(snapshots__dataset__source__engagement=engagement)).distinct()


def endpoints_of(engagement: Engagement) -> list[Endpoint]:
    """The endpoints that its evaluations call: those of the client and of everybody that speak of the same address and
    model; of two with the same name the client's own."""
    called = set()
    for data in Evaluation.objects.filter(engagement=engagement).values_list("spec", flat=True):
        called |= {(one.get("base_url"), one.get("model")) for one in data.get("targets", [])}
    known = Endpoint.objects.filter(Q(client=engagement.client_id) | Q(client=None))
    found: dict[str, Endpoint] = {}
    for one in sorted(known, key=lambda one: one.client_id is not None):
        if (one.base_url, one.model) in called:
            found[one.name.casefold()] = one
    return list(found.values())


def counts_of(engagement: Engagement) -> list[tuple[str, int]]:
    """What a pack of the engagement would hold, for whoever is about to make it: words and numbers."""
    items = engagement.items.filter(removed_at=None)
    runs = Run.objects.filter(evaluation__engagement=engagement)
    found: list[tuple[str, Any]] = [
        ("log entries", items.filter(kind="entry")),
        ("other items", items.exclude(kind="entry")),
        ("evaluations", Evaluation.objects.filter(engagement=engagement)),
        ("runs", runs.exclude(state__in=Run.OPEN)),
    ]
    return [(words, rows.count()) for words, rows in found]


def open_runs_of(engagement: Engagement) -> int:
    """How many runs are under way, which no pack holds."""
    return Run.objects.filter(evaluation__engagement=engagement, state__in=Run.OPEN).count()


def imports_of(user: User) -> QuerySet[PackImport]:
    """The packs that a person has brought along, newest first."""
    return PackImport.objects.filter(by=user).select_related("engagement__client").order_by("-created_at")
