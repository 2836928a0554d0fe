"""Removing the demo: what the storyline has made, by the ids it wrote down, through the services of each room."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from uuid import UUID

from django.db import transaction

from apps.accounts.models import User
from apps.accounts.services import deactivate
from apps.accounts.services.removal import remove_person
from apps.audit.models import Event
from apps.audit.services import record
from apps.core.errors import Refused
from apps.core.locks import hold
from apps.dispatch.models import Job, Plan, Site
from apps.dispatch.services import ledger
from apps.dispatch.services.removal import remove_plans
from apps.engagements.models import Client, Engagement
from apps.engagements.services.removal import remove_client, remove_engagement
from apps.pilots.models import Run
from apps.pilots.services import runs
from apps.pilots.services.removal import remove_evaluation

from .. import files, people
from ..models import Story
from ..selectors import REMOVED, engagements_of, runs_of, took_part_elsewhere
from . import endpoints


@dataclass
class Removed:
    """What a removal leaves to do outside of the database, and what it has left.

    at_sites: runs of which a site keeps files. closed: e-mail addresses that can no longer sign in. kept: sentences
    for a person.
    """

    at_sites: dict[Site, list[UUID]] = field(default_factory=dict)
    closed: list[str] = field(default_factory=list)
    kept: list[str] = field(default_factory=list)


@transaction.atomic
def cancel_runs(*, by: User | None, story: Story) -> int:
    """Cancel the storyline's open runs, so that their site is told to stop while it still can be told. Returns how
    many there were."""
    found = runs_of(story).filter(state__in=Run.OPEN).order_by("pk")
    # Jobs are locked before runs, as by whoever takes in a report; the other way round they would wait for each other.
    list(
        Job.objects.select_for_update().filter(plan__in=found.values("pk"), state__in=Job.OPEN).order_by("pk")
    )
    cancelled = [runs.cancel(by=by, run=run) for run in found]
    return len(cancelled)


def is_quiet(story: Story, *, since: datetime) -> bool:
    """Whether nothing more is to be sent of the storyline's runs, and their sites have said since then that they have
    put away whatever they had in hand."""
    runs = runs_of(story)
    if Job.objects.filter(plan__in=runs.values("pk"), state__in=Job.OPEN).exists():
        return False
    sites = Site.objects.filter(pk__in=runs.values("site"))
    return not sites.exclude(heard_at__gt=since, in_hand=0).exists()


@transaction.atomic
def remove(*, by: User | None, story: Story) -> Removed:
    """Remove what the storyline has made, all of it or, with Refused, none.

    What somebody else has added to one of its clients stays, with that client, and so do files that somebody has
    changed and people who took part elsewhere. The audit trail stays.
    """
    hold("demo.story")
    found = Removed()
    for run in runs_of(story).select_related("site"):
        found.at_sites.setdefault(run.site, []).append(run.pk)
    for engagement in engagements_of(story):
        for evaluation in engagement.evaluations.all():
            remove_evaluation(by=by, evaluation=evaluation)
        _forget_inquiries(by, engagement)
        remove_engagement(by=by, engagement=engagement)
    endpoints.remove(by=by, story=story)
    found.kept += _remove_clients(by, story)
    _remove_people(by, story, found)
    left = User.objects.filter(pk__in=story.made["person"].values()).values_list("pk", flat=True)
    # who is left is used again when the demo is told anew, and what they did here is not done elsewhere
    of = list(story.made["engagement"].values())
    record(by=by, verb=REMOVED, subject=story, left=[str(pk) for pk in left], of=of)
    story.delete()
    return found


def remove_files(*, home: Path, known: dict[str, str], closed: list[str]) -> list[str]:
    """Delete the storyline's files, and the passwords of people who can sign in no more. Returns a sentence for each
    file that is left."""
    people.forget(home / people.FILE, closed)
    return [f"{name} is not what the demo wrote; it stays." for name in files.remove(home, known)]


def _forget_inquiries(by: User | None, engagement: Engagement) -> None:
    """Questions to a site that were asked on an engagement, answered or not; only the audit trail knows which."""
    asked = Event.objects.filter(app="dispatch", subject_type="inquiry", engagement_id=engagement.pk)
    plans = list(Plan.objects.filter(run__in=asked.values("subject_id")).values_list("run", flat=True))
    for plan in plans:
        ledger.cancel(run=plan)
    remove_plans(by=by, engagement=engagement, plans=plans)


def _remove_clients(by: User | None, story: Story) -> Iterator[str]:
    for client in Client.objects.filter(pk__in=story.made["client"].values()).order_by("name"):
        try:
            remove_client(by=by, client=client)
        except Refused as refused:
            yield refused.message


def _remove_people(by: User | None, story: Story, found: Removed) -> None:
    known = {str(pk): user for pk, user in User.objects.in_bulk(story.made["person"].values()).items()}
    for email, _, _ in reversed(people.PEOPLE):  # the administrator last
        person = known.get(pk := story.made["person"].get(email, ""))
        if person is None:
            continue
        if took_part_elsewhere(person, story):
            found.kept.append(f"{email} took part elsewhere; the account stays.")
        elif left := _remove_person(by, person):
            found.kept.append(f"{email}: {left}")
        if not User.objects.filter(pk=pk, is_active=True).exists():
            found.closed.append(email)
    closed = User.objects.filter(pk__in=known, is_active=False).order_by("email")
    if named := ", ".join(closed.values_list("email", flat=True)):
        found.kept.append(f"The audit trail goes on naming {named}; deactivated instead of removed.")


def _remove_person(by: User | None, person: User) -> str:
    """Why the person is still active, in words; empty when the account is removed, or closed because the audit trail
    names its person."""
    try:
        try:
            remove_person(by=by, user=person)
        except Refused as refused:
            if refused.code != "took_part":
                raise
            deactivate(by=by, user=person)
    except Refused as refused:
        return refused.message
    return ""
