"""What a client viewer finds on the page of their engagement."""

from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db.models import OuterRef, Q, QuerySet, Subquery
from django.urls import reverse

from apps.accounts.models import Role, User

from .. import accountable, expected
from ..accountable import Accountable
from ..expected import Expected
from ..models import Engagement, Item, Kind, LogEntry, Member, MemberRole
from .approvals import asked_of
from .items import items_of
from .registers.decisions import decisions_of

DECISIONS = 5
MILESTONES = 12


@dataclass
class Waiting:
    """What waits for the client, and what was promised and decided. theirs: for the reader; others: for somebody else
    of the client; what one of the team sees to waits for neither."""

    theirs: list[Expected] = field(default_factory=list)
    others: list[Expected] = field(default_factory=list)
    milestones: list[Item] = field(default_factory=list)
    decisions: list[LogEntry] = field(default_factory=list)


def waiting_of(user: User, engagement: Engagement) -> Waiting:
    """What a client viewer is expected to do there, the most urgent first, and what they know of milestones and
    of the last decisions; all that is written down in one query. Of what is closed, nothing is expected."""
    found = Waiting(theirs=expected.of(user, engagement) if engagement.is_open else [])
    for item in _known(user, engagement):
        if item.asked and engagement.is_open:  # type: ignore[attr-defined]  # annotated
            found.theirs.append(_approval(item))
        if item.kind == Kind.MILESTONE:
            found.milestones.append(item)
        elif item.kind == Kind.ENTRY:
            found.decisions.append(item.logentry)
        elif item.kind in {Kind.ACTION, Kind.ACCESS_REQUEST} and item.is_open and engagement.is_open:
            _sort_in(found, user, item)
    found.theirs.sort(key=_urgency)
    found.milestones = _lately(found.milestones)
    found.decisions.sort(key=lambda entry: entry.at, reverse=True)
    return found


def _known(user: User, engagement: Engagement) -> QuerySet[Item]:
    """Of what the person may know: what may wait for them, milestones, the last decisions."""
    asked = asked_of(user, engagement).filter(item=OuterRef("pk"))
    decided = decisions_of(user, engagement)[:DECISIONS].values("pk")
    waiting = Q(kind__in=[Kind.ACTION, Kind.ACCESS_REQUEST], closed_at=None)
    known = items_of(user, engagement, Item).annotate(
        asked=Subquery(asked.values("pk")[:1]), asked_until=Subquery(asked.values("due")[:1])
    )
    wanted = Q(kind=Kind.MILESTONE) | waiting | Q(pk__in=decided) | Q(asked__isnull=False)
    return (
        known.filter(wanted)
        .exclude(state="dropped")
        .select_related("owner", "logentry", "accessrequest", "milestone")
        .order_by("due", "number")
    )


def _sort_in(found: Waiting, user: User, item: Item) -> None:
    if item.owner_id == user.pk or (item.owner_id is None and item.kind == Kind.ACCESS_REQUEST):
        found.theirs.append(_expected(item))
    elif item.kind == Kind.ACCESS_REQUEST and item.owner is not None and item.owner.role == Role.CLIENT:
        found.others.append(_expected(item, who=item.owner.name))


def accountable_people(user: User, engagement: Engagement) -> list[Accountable]:
    """Who leads and who works on the engagement, leads first; then whom other apps name."""
    roles = [MemberRole.LEAD, MemberRole.ENGINEER]
    found = Member.objects.filter(engagement=engagement, role__in=roles, user__is_active=True)
    people = list(found.select_related("user").order_by("user__name", "pk"))
    people.sort(key=lambda member: member.role != MemberRole.LEAD)
    members = [Accountable(one.user.name, one.get_role_display(), one.user.email) for one in people]
    return members + accountable.of(user, engagement)


def _approval(item: Any) -> Expected:
    href = reverse("approvals:answer", args=[item.asked])
    return Expected("Approval", str(item), href, "Approve or decline", item.asked_until)


def _expected(item: Item, who: str = "") -> Expected:
    if item.kind == Kind.ACCESS_REQUEST:
        kind = item.accessrequest.get_asked_for_display()  # a review is asked for like access
        href, action = reverse("registers:request-answer", args=[item.pk]), "Answer"
    else:
        kind, href, action = item.get_kind_display(), item.get_absolute_url(), "Open"
    return Expected(kind, str(item), href, action, item.due, who)


def _urgency(one: Expected) -> tuple[date, str]:
    return (one.due or date.max, one.what)


def _lately(milestones: list[Item]) -> list[Item]:
    """The last ones that were reached, then those to come."""
    reached = [one for one in milestones if not one.is_open]
    coming = [one for one in milestones if one.is_open]
    return [*reached[-3:], *coming[: MILESTONES - 3]]
