"""What an event of the audit trail changed, in words: the labels of fields, people and items by name, times in the
reader's zone, digests cut short."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.apps import apps
from django.core.exceptions import FieldDoesNotExist
from django.db.models import Model
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from apps.accounts.models import User
from apps.audit.models import Event
from apps.core.figures import NONE
from apps.core.lines import Line, lines_of

from ..models import Item
from ..rules.grammar_decisions import rejected_lines

_SHORT = 80  # characters that fit beside one another
_DIGEST = 12  # characters of one that are shown
# What another field, the verb or the head of the line says already.
_UNTOLD = frozenset({"title", "closed_at", "removed_at", "removed_by", "id", "search", "version"})
_SAID_ABOVE = frozenset({"before", "after", "via", "token", "why", "concerns", "item"})
_LABELS = {
    "at": "When",
    "client_visible": "Visible to the client",
    "minutes": "Minutes of work",
    "n": "n",
    "text": "Text",
    "why": "Why",
}
ID = re.compile(r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}")
_HEX = re.compile(r"[0-9a-f]{40,}")
_DAY = re.compile(r"\d{4}-\d\d-\d\d")
_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d\S*")


@dataclass(frozen=True)
class FieldChange:
    """One field: both values as words or, for longer texts, the lines between them. new: it had no value before."""

    name: str
    before: str
    after: str
    lines: Sequence[Line]
    new: bool = False


Names = Mapping[str, str]


def items_of_events(events: Iterable[Event]) -> dict[Any, Item]:
    """The items whose ids the events hold, and those that were acted on, removed ones too. One query."""
    return _items({UUID(each) for event in events for each in (*_ids(event.data), str(event.subject_id))})


def names_of(events: Iterable[Event], items: Mapping[Any, Item] | None = None) -> dict[str, str]:
    """The people and items whose ids the events hold, by id: their names. items: when they are read already. A query
    for people, and one for items if an id is nobody's."""
    ids = {UUID(each) for event in events for each in _ids(event.data)} - (items or {}).keys()
    people = dict(User.objects.filter(pk__in=ids).values_list("pk", "name")) if ids else {}
    if items is None:
        items = _items(ids - people.keys())
    return {str(pk): str(each) for pk, each in (*items.items(), *people.items())}


def _items(ids: set[UUID]) -> dict[Any, Item]:
    return Item.objects.only("pk", "kind", "number", "title", "removed_at").in_bulk(ids) if ids else {}


def fields_of(event: Event, names: Names) -> list[FieldChange]:
    """What was there before and is there now, field by field. Of something new, what it began with."""
    before, after = event.data.get("before"), event.data.get("after")
    model = model_of(event)
    if not isinstance(after, dict):
        return [*_moved(before, after), *_facts(event.data, model, names)]
    old: dict[str, Any] = before if isinstance(before, dict) else {}
    told = [
        name for name in after if name not in _UNTOLD or (name == "title" and old and "text" not in after)
    ]
    if not isinstance(before, dict):  # in its first state, with a text that its title says
        told = [name for name in told if name != "state" and after[name] != after.get("title")]
    found = [
        _field(name, old.get(name), after[name], model, names, new=not isinstance(before, dict))
        for name in told
    ]
    return [*(one for one in found if one.before != one.after), *_facts(event.data, model, names)]


def model_of(event: Event) -> type[Model] | None:
    """The model that the event speaks of; None when it is no more."""
    try:
        return apps.get_model(event.app, event.subject_type)
    except LookupError:
        return None


def said(value: Any, names: Names, field: Any = None) -> str:
    """A value of the audit trail as words; empty for nothing, and for the id of what is gone."""
    if value is None or value == "":
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Mapping):
        each = ((str(name).replace("_", " "), said(one, names)) for name, one in value.items())
        return ", ".join(f"{name}: {words}" for name, words in each if words)
    if isinstance(value, (list, tuple)):
        return _several(value, names)
    return _one(str(value), names, dict(getattr(field, "flatchoices", ())))


def _one(text: str, names: Names, choices: Mapping[Any, Any]) -> str:
    if text in choices:
        return str(choices[text])
    if ID.fullmatch(text):
        return names.get(text, "")
    if _HEX.fullmatch(text):
        return f"{text[:_DIGEST]}…"
    if _DAY.fullmatch(text):
        return _day(text)
    return _moment(text) if _MOMENT.fullmatch(text) else text


def _several(values: Sequence[Any], names: Names) -> str:
    """A list on one line; rows of a form, such as the steps of a process, each on a line of its own."""
    rows = [dict(each) for each in values if isinstance(each, Mapping)]
    if not rows:
        return ", ".join(filter(None, (said(each, names) for each in values)))
    if all(row.keys() == {"option", "why"} for row in rows):
        return rejected_lines(rows)
    return "\n".join(f"{number}. {_row(row, names)}" for number, row in enumerate(rows, 1))


def _row(row: dict[str, Any], names: Names) -> str:
    """What comes first is what it is; the rest stands behind it."""
    (_, first), *rest = row.items()
    more = [
        said({name: value}, names) if isinstance(value, (int, float)) else said(value, names)
        for name, value in rest
    ]
    return " · ".join(words for words in (said(first, names), *more) if words)


def _field(name: str, before: Any, after: Any, model: Any, names: Names, *, new: bool) -> FieldChange:
    field = _field_named(model, name)
    old, now = said(before, names, field), said(after, names, field)
    if new:
        return FieldChange(_label(name, field), "", _cut(now) if after is not False else "", [], new=True)
    lines = [] if _is_short(old, now) else lines_of(old, now)
    return FieldChange(_label(name, field), old or NONE, now or NONE, lines)


def _moved(before: Any, after: Any) -> Iterator[FieldChange]:
    """From one word to another, without a field's name."""
    if after is not None:
        yield FieldChange("", said(before, {}) or NONE, said(after, {}) or NONE, [])


def _facts(data: Mapping[str, Any], model: Any, names: Names) -> Iterator[FieldChange]:
    """What else the event says, the same thing once."""
    before: set[str] = set()
    for name, value in data.items():
        known = name in _SAID_ABOVE or name in _UNTOLD or name.endswith("_id")
        words = "" if known else _cut(said(value, names, _field_named(model, name)))
        if words and words not in before:
            yield FieldChange(_label(name, _field_named(model, name)), "", words, [], new=True)
        before.add(words)


def _field_named(model: Any, name: str) -> Any:
    try:
        return model._meta.get_field(name) if model else None
    except FieldDoesNotExist:
        return None


def _label(name: str, field: Any) -> str:
    words = str(getattr(field, "verbose_name", "") or name.replace("_", " "))
    return _LABELS.get(name, words[:1].upper() + words[1:])


def _cut(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _SHORT else f"{line[: _SHORT - 1].rstrip()}…"


def _is_short(before: str, after: str) -> bool:
    return all("\n" not in text and len(text) <= _SHORT for text in (before, after))


def _day(text: str) -> str:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return text
    return f"{day.day} {day:%b %Y}"


def _moment(text: str) -> str:
    """In the reader's zone."""
    try:
        moment = parse_datetime(text)
        local = timezone.localtime(moment) if moment and timezone.is_aware(moment) else None
    except (ValueError, OverflowError):
        return text
    return f"{local.day} {local:%b %Y, %H:%M}" if local else text


def _ids(value: Any) -> Iterator[str]:
    """Every id within a value."""
    if isinstance(value, str):
        yield from [value] if ID.fullmatch(value) else []
    elif isinstance(value, Mapping):
        for each in value.values():
            yield from _ids(each)
    elif isinstance(value, (list, tuple)):
        for each in value:
            yield from _ids(each)
