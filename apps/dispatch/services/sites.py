"""Enrolling sites and hearing what they say of themselves."""

from uuid import UUID

from django.db import transaction
from django.utils import timezone

from apps.accounts.models import User
from apps.audit.services import record
from apps.dataplane.contract.messages import Heartbeat
from apps.engagements.models import Client

from .. import bell, handlers, rules
from ..models import Job, Site
from . import ledger


@transaction.atomic
def enroll(*, by: User | None, name: str, client: Client | None) -> Site:
    """The client's site of that name, made if absent; without a client the local one, which serves all."""
    site, created = Site.objects.get_or_create(name=name, client=client)
    if created:
        record(by=by, verb="enrolled", subject=site)
    return site


@transaction.atomic
def introduce(*, by: User | None, site: Site, public_key: str) -> None:
    """Keep the key with which the site signs from now on."""
    if site.public_key == public_key:
        return
    site.public_key = public_key
    site.save(update_fields=["public_key"])
    record(by=by, verb="introduced", subject=site)


@transaction.atomic
def hear(site_id: UUID, beat: Heartbeat) -> None:
    """A heartbeat: note the site's facts, keep what it has in hand alive, ask again for what it has lost."""
    now = timezone.now()
    site = Site.objects.select_for_update().get(pk=site_id)
    was_away = rules.is_away(site.heard_at, now) or site.boot != beat.boot
    site.heard_at, site.boot, site.version = now, beat.boot, beat.version
    site.level, site.names, site.roots = beat.level, beat.names, beat.roots
    site.save(update_fields=["heard_at", "boot", "version", "level", "names", "roots"])
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
