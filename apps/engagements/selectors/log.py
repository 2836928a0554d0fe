"""Reads of the log, always through the eyes of one person. The log is everything that is written down in one line:
entries, and the risks, actions, milestones and access requests that lines make."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any

from django.db.models import F, QuerySet
from django.db.models.functions import Left
from django.utils import timezone

from apps.accounts.models import Role, User
from apps.core.pages import Filter

from ..models import Engagement, EntryKind, Item, Kind
from ..rules.excerpts import excerpt
from ..rules.grammar import COMMANDS
from .engagements import SEE_ALL, visible_to
from .hours import hours_of
from .items import items_of, items_visible_to
from .words import matching
from .writers import with_writer, writer_of

OPEN = "open"  # in place of a kind: the blockers that are still open
ENTRIES = "entries"  # in place of a kind: what is nothing but an entry of the log
LOGGED = sorted({command.kind for command in COMMANDS.values()})
_REGISTERED = [kind for kind in Kind if kind in LOGGED and kind != Kind.ENTRY]
LONGEST = 300  # characters of what is searched for
_MOST_PEOPLE = 300  # offered as a choice
_SHOWN = (
    "kind", "number", "title", "state", "client_visible", "by__name", "at", "owner__name", "due", "closed_at", "tags",
    "engagement__name", "engagement__client__name",
)  # fmt: skip
_BEGINS = 600  # characters of a text that are read for a list


@dataclass(frozen=True)
class Wanted:
    """What the log is narrowed to; "" is everything. kind: of entry, of item, OPEN or ENTRIES; by: a person's id;
    since, until: dates, both included."""

    kind: str = ""
    by: str = ""
    tag: str = ""
    since: str = ""
    until: str = ""
    words: str = ""

    @property
    def is_anything(self) -> bool:
        return self != Wanted()


def wanted(query: Mapping[str, str]) -> Wanted:
    """What a query asks for; what it does not understand it ignores."""
    kind, by = query.get("kind", ""), query.get("by", "")
    return Wanted(
        kind=kind if kind in {*EntryKind.values, *_REGISTERED, OPEN, ENTRIES} else "",
        by=by if by.isascii() and len(by) == 36 and by.count("-") == 4 and _is_hex(by) else "",
        tag=cleaned(query.get("tag", "")).lstrip("#").lower()[:40],
        since=_day(query.get("since", "")),
        until=_day(query.get("until", "")),
        words=cleaned(query.get("q", "")),
    )


def cleaned(text: str) -> str:
    """Words to be searched for, as the database takes them."""
    return text.replace("\0", " ").encode("utf-8", "ignore").decode()[:LONGEST].strip()


def found(user: User, want: Wanted, engagement: Engagement | None = None) -> QuerySet[Item]:
    """What of the log fits, of one engagement that the person sees or of all."""
    rows = items_of(user, engagement, Item) if engagement else items_visible_to(user, Item)
    narrow: dict[str, Any] = {
        **_kinds(want.kind),
        "by": want.by,
        "tags__contains": [want.tag] if want.tag else "",
        "at__gte": _moment(want.since),
        "at__lt": _moment(want.until, after=True),
        "search": matching(want.words) if want.words else "",
    }
    rows = rows.filter(**{name: value for name, value in narrow.items() if value})
    return with_writer(rows.select_related("by", "owner", "engagement__client"), user)


def _kinds(kind: str) -> dict[str, Any]:
    """What a kind asks of the rows."""
    if kind == OPEN:
        return {"kind": Kind.ENTRY, "logentry__entry_kind": EntryKind.BLOCKER, "state": "open"}
    if kind in EntryKind.values:
        return {"kind": Kind.ENTRY, "logentry__entry_kind": kind}
    return {"kind": Kind.ENTRY} if kind == ENTRIES else {"kind": kind} if kind else {"kind__in": LOGGED}


def listed(user: User, rows: QuerySet[Item], limit: int) -> list[Item]:
    """The first of them, each with `excerpt`, how its text goes on behind the title, its `writer`, its kind of entry,
    its hours of work and `local`, when it happened by the reader's clock."""
    own = {"entry_kind": F("logentry__entry_kind"), "minutes": F("logentry__minutes")}
    shown: list[Any] = list(rows.annotate(begins=Left("text", _BEGINS), **own).only(*_SHOWN)[:limit])
    for item in shown:
        item.excerpt = excerpt(item.title, item.begins)
        item.hours = hours_of(user, item.minutes)
        item.writer = writer_of(item)
        item.local = timezone.localtime(item.at)
    return shown


def filters(user: User, want: Wanted, engagement: Engagement | None = None) -> list[Filter]:
    """The choices above the log. Client viewers are offered no people: that would name them all."""
    offered = [
        Filter("kind", "Everything", _choices(), want.kind),
    ]
    if user.role != Role.CLIENT:
        people = [(str(pk), name) for pk, name in _writers(user, engagement)]
        offered.append(Filter("by", "By anyone", people, want.by))
    return offered


def _choices() -> list[tuple[str, str]]:
    """What the log can be narrowed to."""
    registered = [(kind.value, kind.label) for kind in _REGISTERED]
    return [(ENTRIES, "Log entries only"), *EntryKind.choices, (OPEN, "Open blockers"), *registered]


def _writers(user: User, engagement: Engagement | None) -> QuerySet[User, tuple[Any, str]]:
    """Who may have written: the engagement's members, or those of all that this person sees."""
    if engagement:
        people = User.objects.filter(memberships__engagement=engagement)
    elif user.role in SEE_ALL:
        people = User.objects.exclude(role=Role.CLIENT)
    else:
        people = User.objects.filter(memberships__engagement__in=visible_to(user).values("pk")).distinct()
    return people.order_by("name", "pk").values_list("pk", "name")[:_MOST_PEOPLE]


def _day(text: str) -> str:
    try:
        return date.fromisoformat(text).isoformat()
    except ValueError:
        return ""


def _is_hex(text: str) -> bool:
    return all(character in "0123456789abcdefABCDEF-" for character in text)


def _moment(day: str, *, after: bool = False) -> datetime | None:
    """When a day begins, or ends, in the reader's zone."""
    if not day:
        return None
    start = datetime.combine(date.fromisoformat(day), time.max if after else time.min)
    try:
        return timezone.make_aware(start)
    except OverflowError:
        return None
