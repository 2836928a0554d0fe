"""Reads of the work that is written down in the log of an engagement. Hours are for staff alone: whoever asks has been
asked for that already (`hours_of` for what everybody reads)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, tzinfo
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.db.models import Case, CharField, OuterRef, QuerySet, Subquery, Sum, Value, When
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Coalesce, TruncDate

from apps.accounts.models import User
from apps.audit.models import Event

from ..models import Engagement, LogEntry
from ..rules.grammar_hours import written
from ..rules.hours import WEEK, Work, monday_of
from .items import items_of
from .writers import NOBODY

EARLIER = "earlier"  # in place of a week: all before those that have a row of their own
_APART = "by:"  # before the name of whoever is no person
_LONGEST = 200  # characters of a key


@dataclass(frozen=True)
class Chosen:
    """What hours are narrowed to. who: a key of `worked`, or "" for all; week: the Monday of one, None for all;
    earlier: all weeks before it instead."""

    who: str = ""
    week: date | None = None
    earlier: bool = False

    @property
    def narrowed(self) -> bool:
        """Whether some hours are left out."""
        return self != Chosen()

    @property
    def is_nobody(self) -> bool:
        """Whether it is the hours of what has no person."""
        return is_nobodys(self.who)

    def takes(self, who: str, monday: date) -> bool:
        """Whether that week of that person is among what is chosen."""
        fits = self.week is None or (monday < self.week if self.earlier else monday == self.week)
        return fits and self.who in {"", who}


@dataclass(frozen=True)
class Worked:
    """What was worked, and the name behind each key."""

    work: list[Work]
    names: dict[str, str]


def chosen_of(query: Mapping[str, str], first: date) -> Chosen:
    """What an address asks for; what it does not understand it ignores. first: the Monday of the earliest week that has
    a row of its own."""
    who, week = query.get("who", "").replace("\0", "")[:_LONGEST], query.get("week", "")
    if not who.startswith(_APART):
        who = _id(who)
    if week == EARLIER:
        return Chosen(who, first, earlier=True)
    return Chosen(who, _monday(week))


def query_of(*, who: str = "", week: date | str | None = None) -> str:
    """The query of the address that asks for that person and that week."""
    said = {"who": who, "week": str(week or "")}
    return urlencode({name: value for name, value in said.items() if value})


def worked(user: User, engagement: Engagement, zone: tzinfo) -> Worked:
    """All work on the engagement by person and day of that zone, in one query however many entries there are. What has
    no person stands under the name of the token through which it was written, or of Fieldwork."""
    return worked_in(items_of(user, engagement, LogEntry), zone)


def worked_in(entries: QuerySet[LogEntry], zone: tzinfo) -> Worked:
    """`worked`, of entries that somebody sees."""
    days = _with_work(entries, zone).values_list("by", "by__name", "via", "day")
    work, names = [], {}
    for by, name, via, day, minutes in days.annotate(Sum("minutes")).order_by():
        who = str(by) if by else f"{_APART}{via}"
        work.append(Work(who, day, minutes))
        names[who] = name if by else via
    return Worked(work, names)


def is_nobodys(who: str) -> bool:
    """Whether a key of `worked` stands for no person."""
    return who.startswith(_APART)


def used_of(engagement: OuterRef) -> QuerySet[Any, Any]:
    """The minutes of all work on an engagement, as a subquery of whoever asks of many engagements at once."""
    rows = LogEntry.objects.filter(engagement=engagement, removed_at=None).order_by()
    return rows.values("engagement").annotate(used=Sum("minutes")).values("used")


def entries_of(user: User, engagement: Engagement, chosen: Chosen, zone: tzinfo) -> QuerySet[Any]:
    """The entries behind the hours that are chosen, each with `day`, in that zone, and `via`, under which name it
    stands when nobody wrote it."""
    found = _entries(user, engagement, zone)
    if chosen.is_nobody:
        found = found.filter(by=None, via=chosen.who.removeprefix(_APART))
    elif chosen.who:
        found = found.filter(by=chosen.who)
    if chosen.week and chosen.earlier:
        found = found.filter(day__lt=chosen.week)
    elif chosen.week:
        found = found.filter(day__gte=chosen.week, day__lt=chosen.week + WEEK)
    return found.select_related("by").defer("search")


def hours_of(user: object, minutes: int | None) -> str:
    """The work of an entry as one writes it, for whoever may know of it: to a client's viewer nothing."""
    return written(minutes) if isinstance(user, User) and user.is_staff_member else ""


def _entries(user: User, engagement: Engagement, zone: tzinfo) -> QuerySet[Any]:
    return _with_work(items_of(user, engagement, LogEntry), zone)


def _with_work(entries: QuerySet[LogEntry], zone: tzinfo) -> QuerySet[Any]:
    """The zone is said here rather than taken from the request, which is over when the last row of a long export is
    read."""
    token = Event.objects.filter(subject_id=OuterRef("pk"), verb="written", data__has_key="via")
    named = Subquery(token.values(said=KeyTextTransform("via", "data"))[:1])
    nobody = Coalesce(named, Value(NOBODY), output_field=CharField())
    return entries.filter(minutes__gt=0).annotate(
        day=TruncDate("at", tzinfo=zone),
        via=Case(When(by=None, then=nobody), default=Value(""), output_field=CharField()),
    )


def _monday(text: str) -> date | None:
    try:
        monday = monday_of(date.fromisoformat(text))
        return monday if monday + WEEK else None  # a week that the calendar has to its end
    except (ValueError, OverflowError):
        return None


def _id(text: str) -> str:
    try:
        return str(UUID(text))
    except ValueError:
        return ""
