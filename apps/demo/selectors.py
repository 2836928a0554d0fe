"""Reads of the storyline."""

from django.db.models import QuerySet

from apps.accounts.models import User
from apps.audit.models import Event
from apps.engagements.models import Engagement, Member
from apps.pilots.models import Run

from .models import Chapter, Story

REMOVED = "removed"


def story() -> Story | None:
    """What has been told on this Fieldwork."""
    return Story.objects.first()


def was_removed() -> bool:
    """Whether somebody has removed the demo here, so that a start does not bring it back."""
    return Event.objects.filter(app="demo", subject_type="story", verb=REMOVED).exists()


def is_told(story: Story | None, wanted: str, endpoint: str | None) -> bool:
    """Whether there is nothing left to tell up to that chapter; without an endpoint no pilot can be told of."""
    if story is None or story.wanted != wanted:
        return False
    reachable = [Chapter.SCOPING, *([Chapter.PILOT, Chapter.LIVE] if endpoint else [])]
    untold = set(upto(wanted)) - set(upto(story.told))
    return not untold & set(reachable) and endpoint in (None, story.endpoint)


def upto(chapter: str) -> list[Chapter]:
    """The chapters up to and with this one; none for ""."""
    chapters = list(Chapter)
    return chapters[: chapters.index(Chapter(chapter)) + 1] if chapter else []


def engagements_of(story: Story) -> QuerySet[Engagement]:
    """The storyline's engagements, as far as they are still there."""
    return Engagement.objects.filter(pk__in=story.made["engagement"].values()).order_by("pk")


def runs_of(story: Story) -> QuerySet[Run]:
    """All runs on the storyline's engagements, also those that a person started."""
    return Run.objects.filter(evaluation__engagement__in=story.made["engagement"].values())


def took_part_elsewhere(person: User, story: Story) -> bool:
    """Whether a demo person belongs to, or has done, anything besides the storyline and their own account."""
    own = story.made["engagement"].values()
    if Member.objects.filter(user=person).exclude(engagement__in=own).exists():
        return True
    told = [person.pk, *story.made["client"].values()]
    done = Event.objects.filter(actor=person).exclude(subject_id__in=told)
    return done.exclude(engagement_id__in=list(own)).exists()
