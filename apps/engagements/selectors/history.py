"""The history of an engagement: every event of its audit trail, in words."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.apps import apps
from django.db.models import QuerySet

from apps.accounts.models import User
from apps.audit.models import Event
from apps.audit.selectors import events_of_engagement
from apps.core.pages import Filter

from ..models import Engagement, Item, Kind
from ..rules.excerpts import plain_title
from .changes import ID, FieldChange, Names, fields_of, items_of_events, names_of

# Of these the event names the item that they hang on.
_ON_ITEM = ("item", "source_id")
_AGAIN = frozenset({"open", "planned", "asked", "involved", "candidate"})  # states that one comes back to


@dataclass(frozen=True)
class Told:
    """One event. what: such as "risk changed"; item: on which, and `href` unless it was removed; why: in somebody's
    own words."""

    who: str
    at: datetime
    what: str
    item: str
    href: str
    fields: Sequence[FieldChange]
    why: str


@dataclass(frozen=True)
class Narrowed:
    """by: a person's id, or "" for all; kind: of item, or the name of another model, or "" for all."""

    by: str = ""
    kind: str = ""


def narrowed(engagement: Engagement, by: str, kind: str) -> tuple[Narrowed, list[Filter]]:
    """What a query asks for, as far as there is such a thing, and the choices. Two queries."""
    events = events_of_engagement(engagement.pk).order_by()
    people = User.objects.filter(pk__in=events.exclude(actor=None).values("actor")).order_by("name", "pk")
    persons = [(str(pk), name) for pk, name in people.values_list("pk", "name")]
    kinds = [*Kind.choices, *_others(events)]
    want = Narrowed(by if by in dict(persons) else "", kind if kind in dict(kinds) else "")
    return want, [
        Filter("by", "By anyone", persons, want.by),
        Filter("kind", "Everything", kinds, want.kind),
    ]


def _others(events: QuerySet[Event]) -> list[tuple[str, str]]:
    """What else was acted on: members, comments, runs, …"""
    found = {}
    for app, name in events.values_list("app", "subject_type").distinct():
        model = apps.all_models.get(app, {}).get(name)
        if model and not issubclass(model, Item):
            found[name] = str(model._meta.verbose_name)
    return sorted(
        ((name, words[:1].upper() + words[1:]) for name, words in found.items()), key=lambda one: one[1]
    )


def events_that_fit(engagement: Engagement, want: Narrowed) -> QuerySet[Event]:
    """The events, newest first."""
    events = events_of_engagement(engagement.pk)
    if want.by:
        events = events.filter(actor=UUID(want.by))
    if want.kind in Kind.values:
        items = Item.objects.filter(engagement=engagement, kind=want.kind).order_by().values("pk")
        return events.filter(subject_id__in=items)
    return events.filter(subject_type=want.kind) if want.kind else events


def told(events: Sequence[Event]) -> list[Told]:
    """The events of one page in words. At most two queries."""
    items = items_of_events(events)
    names = names_of(events, items)
    return [_told(event, items, names) for event in events]


def _told(event: Event, items: dict[Any, Item], names: Names) -> Told:
    itself = items.get(event.subject_id)
    about = itself or items.get(UUID(_about(event) or str(event.subject_id)))
    noun = (Kind(itself.kind).label if itself else event.subject_name).lower()
    data = event.data
    done = "open again" if event.verb in _AGAIN else event.verb
    what = done if noun[:7] == done[:7] else f"{noun} {done}"  # "measured", not "measurement measured"
    named = f"{about.reference} {plain_title(about.title)}" if about else _called(data)
    return Told(
        who=event.who,
        at=event.at,
        what=what[:1].upper() + what[1:],
        item=named,
        href=about.get_absolute_url() if about and about.removed_at is None else "",
        fields=[field for field in fields_of(event, names) if field.after or field.lines],
        why=str(data.get("why") or data.get("concerns") or ""),
    )


def _about(event: Event) -> str:
    """The id of the item on which the subject hangs, if any."""
    held = (str(event.data.get(name, "")) for name in _ON_ITEM)
    return next((pk for pk in held if ID.fullmatch(pk)), "")


def _called(data: dict[str, Any]) -> str:
    """What something was called that is no more."""
    for side in (data, data.get("after"), data.get("before")):
        if isinstance(side, dict) and side.get("title"):
            return str(side["title"])
    return ""
