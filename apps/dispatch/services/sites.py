"""Enrolling sites, letting them go, and hearing what they say of themselves."""

from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from apps.accounts.models import User
from apps.audit.services import record
from apps.core.text import one_line
from apps.dataplane.contract.messages import Heartbeat
from apps.engagements.models import Client

from .. import bell, handlers, rules
from ..models import Job, Site
from . import ledger


@transaction.atomic
def enroll(*, by: User | None, name: str, client: Client | None) -> Site:
    """The client's site of that name, made if absent; without a client the local one, which serves all.

    Raises Refused for a name that cannot be kept.
    """
    name = one_line(name, limit=120, field="name")
    site, created = Site.objects.get_or_create(name=name, client=client)
    if created:
        record(by=by, verb="enrolled", subject=site)
    return site


@transaction.atomic
def introduce(*, by: User | None, site: Site, public_key: str) -> None:
    """Keep the key with which the site signs from now on. Raises Refused for what is no public key."""
    public_key = rules.public_key(public_key)
    if site.public_key == public_key:
        return
    site.public_key = public_key
    site.save(update_fields=["public_key"])
    record(by=by, verb="introduced", subject=site)


@transaction.atomic
def deactivate(*, by: User | None, site: Site) -> None:
    """Send a site nothing more, and accept nothing more from it. What it has in hand is asked for again once it is
    active."""
    _set_active(by, site, active=False)


@transaction.atomic
def activate(*, by: User | None, site: Site) -> None:
    """Work with a site again."""
    if _set_active(by, site, active=True):
        bell.wake()


def _set_active(by: User | None, site: Site, *, active: bool) -> bool:
    locked = Site.objects.select_for_update().get(pk=site.pk)
    site.active = active
    if locked.active == active:
        return False
    locked.active = active
    locked.save(update_fields=["active"])
    record(by=by, verb="activated" if active else "deactivated", subject=locked)
    return True


@transaction.atomic
def hear(site_id: UUID, beat: Heartbeat) -> None:
    """A heartbeat: note the site's facts, keep what it has in hand alive, ask again for what it has lost."""
    now = timezone.now()
    site = Site.objects.select_for_update().get(pk=site_id)
    was_away = rules.is_away(site.heard_at, now) or site.boot != beat.boot
    site.heard_at, site.boot, site.version = now, beat.boot, beat.version
    site.level, site.names, site.roots = beat.level, beat.names, beat.roots
    site.bounds, site.in_hand = _bounds(beat), len(beat.in_hand)
    site.save(update_fields=["heard_at", "boot", "version", "level", "names", "roots", "bounds", "in_hand"])
    in_hand = {item.job: item for item in beat.in_hand}
    moved: set[UUID] = set()
    again = False
    running = Job.objects.select_for_update().filter(plan__site=site, state=Job.State.RUNNING).order_by("pk")
    for job in running:
        item = in_hand.get(str(job.pk))
        if item:
            job.deadline, job.boot = now + rules.HOLD, beat.boot
            job.counts = item.counts.model_dump(mode="json")
            job.save(update_fields=["deadline", "boot", "counts"])
            moved.add(job.plan_id)
        elif job.sent_at and rules.is_lost(sent_at=job.sent_at, sent_to=job.boot, boot=beat.boot, now=now):
            ledger.ask_again(job)
            again = True
    if moved:
        handlers.progressed(moved)
    if was_away or again:
        bell.wake()


def _bounds(beat: Heartbeat) -> dict[str, Any]:
    """What the policy says in numbers, as far as the site's version tells it."""
    group = {} if beat.minimum_group is None else {"minimum_group": beat.minimum_group}
    return {**group, **{name: beat.limits[name] for name in rules.LIMITS if name in beat.limits}}
