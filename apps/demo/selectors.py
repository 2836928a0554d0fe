"""Reads of the storyline."""

from django.db.models import QuerySet

from apps.accounts.models import Role, User
from apps.audit.models import Event
from apps.engagements.models import Engagement, Member, MemberRole
from apps.pilots.models import Run

from . import people
from .models import Chapter, Part, Story
from .tale import Tale

REMOVED = "removed"
VIEWER = "viewer"  # of a tale's cast; the others go by their e-mail addresses


def story() -> Story | None:
    """What has been told on this Fieldwork."""
    return Story.objects.first()


def was_removed() -> bool:
    """Whether somebody has removed the demo here, so that a start does not bring it back."""
    return _removals().exists()


def left_behind() -> set[str]:
    """The ids of the people whom removed demos have left, because the audit trail names them."""
    return {pk for event in _removals() for pk in event.data.get("left", ())}


def _removals() -> QuerySet[Event]:
    return Event.objects.filter(app="demo", subject_type="story", verb=REMOVED)


def is_told(story: Story | None, wanted: str, endpoint: str | None) -> bool:
    """Whether there is nothing left to tell up to that chapter; without an endpoint no pilot can be told of."""
    if story is None or story.wanted != wanted:
        return False
    reachable = [Chapter.SCOPING, *([Chapter.PILOT, Chapter.LIVE] if endpoint else [])]
    untold = set(upto(wanted)) - set(upto(story.told))
    if untold_parts(story, upto(story.told)):
        return False
    return not untold & set(reachable) and endpoint in (None, story.endpoint)


def upto(chapter: str) -> list[Chapter]:
    """The chapters up to and with this one; none for ""."""
    chapters = list(Chapter)
    return chapters[: chapters.index(Chapter(chapter)) + 1] if chapter else []


def untold_parts(story: Story, chapters: list[Chapter]) -> list[str]:
    """What belongs to these chapters and has not been told, such as "pilot/notes", in order."""
    told = set(story.made.get("parts", ()))
    keys = [f"{chapter}/{part}" for chapter in chapters for part in Part if part.of(chapter)]
    return [key for key in keys if key not in told]


def cast_of(story: Story, tale: Tale) -> dict[str, User]:
    """Who acts in a tale, as far as they still can: the FDE who leads it, the manager, and its viewer."""
    emails = {people.FDE: people.FDE, people.MANAGER: people.MANAGER, tale.viewer: VIEWER}
    wanted = {story.made["person"].get(email, ""): name for email, name in emails.items()}
    found = User.objects.filter(pk__in=filter(None, wanted), is_active=True)
    places = Member.objects.filter(engagement=story.made["engagement"][tale.folder])
    roles = dict(places.values_list("user_id", "role"))
    cast = {wanted[str(user.pk)]: user for user in found}
    leads = {user for user in found if roles.get(user.pk) == MemberRole.LEAD}
    managers = {user for user in found if user.role == Role.MANAGER}
    looking_on = {user for user in found if user.pk in roles}
    fits = {people.FDE: leads, people.MANAGER: managers, VIEWER: looking_on}
    return {name: user for name, user in cast.items() if user in fits[name]}


def engagements_of(story: Story) -> QuerySet[Engagement]:
    """The storyline's engagements, as far as they are still there."""
    return Engagement.objects.filter(pk__in=story.made["engagement"].values()).order_by("pk")


def runs_of(story: Story) -> QuerySet[Run]:
    """All runs on the storyline's engagements, also those that a person started."""
    return Run.objects.filter(evaluation__engagement__in=story.made["engagement"].values())


def took_part_elsewhere(person: User, story: Story) -> bool:
    """Whether a demo person belongs to, or has done, anything besides the storyline and their own account."""
    own = {
        *story.made["engagement"].values(),
        *(one for event in _removals() for one in event.data.get("of", ())),
    }
    if Member.objects.filter(user=person).exclude(engagement__in=own).exists():
        return True
    told = [person.pk, *story.made["client"].values()]
    done = Event.objects.filter(actor=person).exclude(subject_id__in=told)
    return done.exclude(engagement_id__in=list(own)).exists()
