"""What the palette finds while one types: a few of each, of what the person may know."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from django.contrib.postgres.search import SearchQuery
from django.db.models import F, Q
from django.urls import reverse

from apps.accounts.models import STAFF, Role, User
from apps.accounts.selectors import active_people
from apps.engagements.models import Item, Kind
from apps.engagements.rules.items import KIND_OF_PREFIX
from apps.engagements.selectors import SEE_ALL, items_visible_to, visible_to
from apps.pilots.models import Run

FEW = 5  # of each sort
LONGEST = 100  # characters of what is typed
SHORTEST = 2  # letters from which items are searched
_REFERENCE = re.compile(r"([a-z])-?(\d{1,6})", re.IGNORECASE)
_WORD = re.compile(r"\w+")


@dataclass(frozen=True)
class Hit:
    """Where one can go. note: what it belongs to; key: what one presses instead, if there is something."""

    title: str
    href: str
    note: str = ""
    key: str = ""


@dataclass(frozen=True)
class Hits:
    """Some of one sort."""

    name: str
    hits: list[Hit]


@dataclass(frozen=True)
class Verb:
    """Something that one can do. words: that find it besides its title; roles: who may."""

    title: str
    route: str
    words: str = ""
    key: str = ""
    roles: frozenset[str] = frozenset(Role)


VERBS = (
    Verb("Today", "overview:start", "home", "g t", STAFF),
    Verb("Portfolio", "overview:portfolio", "health forecast", "g p", STAFF),
    Verb("Engagements", "engagements:list", "", "g e"),
    Verb("Inbox", "delivery:inbox", "notices mentions", "g i"),
    Verb("Log", "log:list", "entries", "g l"),
    Verb("Runs", "pilots:runs", "pilots evaluations", "g r", STAFF),
    Verb("Search everything written down", "log:search", "find", "/"),
    Verb("Write it down", "log:new", "log note decision risk action", "l", STAFF),
    Verb("New engagement", "engagements:new", "start create template", "", STAFF),
    Verb("New client", "clients:new", "create", "", SEE_ALL),
    Verb("Clients", "clients:list", "customers", "", STAFF),
    Verb("Endpoints", "catalog:endpoints", "models", "", STAFF),
    Verb("Sites", "dispatch:sites", "", "", STAFF),
    Verb("People", "accounts:people", "users accounts", "", frozenset({Role.ADMIN})),
    Verb("Your tokens", "tokens:list", "api key"),
    Verb("Your profile", "accounts:profile", "password time zone"),
    Verb("Notices you get", "delivery:preferences", "e-mail mute"),
)


def palette(user: User, typed: str) -> list[Hits]:
    """What fits, by sort; with nothing typed, what one can do. At most one query a sort."""
    words = typed.replace("\0", "").strip()[:LONGEST]
    sorts: list[tuple[str, Iterable[Hit]]] = [("Go and do", _verbs(user, words))]
    if words:
        sorts = [("Engagements", _engagements(user, words)), *sorts, ("Written down", _items(user, words))]
        if user.role in STAFF:
            sorts += [("Runs", _runs(user, words)), ("People", _people(user, words))]
    found = [Hits(name, list(hits)) for name, hits in sorts]
    return [one for one in found if one.hits]


def _verbs(user: User, words: str) -> list[Hit]:
    """Those of which a word begins with each word typed; the ones whose title does so first."""
    typed = words.lower().split()

    def fits(text: str) -> bool:
        return all(any(word.startswith(one) for word in text.lower().split()) for one in typed)

    offered = [verb for verb in VERBS if user.role in verb.roles and fits(f"{verb.title} {verb.words}")]
    offered.sort(key=lambda verb: not fits(verb.title))
    most = FEW if words else len(VERBS)
    return [Hit(verb.title, reverse(verb.route), key=verb.key) for verb in offered[:most]]


def _engagements(user: User, words: str) -> Iterator[Hit]:
    found = visible_to(user)
    for word in words.split()[:8]:
        found = found.filter(Q(name__icontains=word) | Q(client__name__icontains=word))
    shown = found.only("name", "closed_at", "archived_at", "client__name")
    for one in shown.order_by(F("closed_at").asc(nulls_first=True), "name", "pk")[:FEW]:
        note = one.client.name if one.is_open else f"{one.client.name}, {one.state}"
        yield Hit(one.name, one.get_absolute_url(), note)


def _items(user: User, words: str) -> Iterator[Hit]:
    """By reference, or by words that begin so; the criteria, actions and whatever else waits for somebody."""
    found = items_visible_to(user, Item)
    named = _REFERENCE.fullmatch(words)
    kind = KIND_OF_PREFIX.get(named[1].upper()) if named else None
    if named and kind:
        found = found.filter(kind=kind, number=int(named[2]))
    else:
        query = beginnings(words)
        if query is None:
            return
        found = found.filter(search=query).exclude(kind=Kind.ENTRY)
    # an order that no index has: all that fit are fetched by their words, rather than all rows until enough have fitted
    first = found.order_by(F("closed_at").asc(nulls_first=True), "-at", "pk").values("pk")[:FEW]
    shown = Item.objects.filter(pk__in=first).order_by(F("closed_at").asc(nulls_first=True), "-at", "pk")
    names = ("kind", "number", "title", "engagement__name", "engagement__client__name")
    for one in shown.select_related("engagement__client").only(*names):
        yield Hit(str(one), one.get_absolute_url(), str(one.engagement))


def beginnings(words: str) -> SearchQuery | None:
    """A search for texts in which each word begins as typed; None for too little to search for."""
    typed = [word for word in _WORD.findall(words) if len(word) >= SHORTEST][:8]
    if not typed:
        return None
    return SearchQuery(" & ".join(f"'{word}':*" for word in typed), search_type="raw", config="english")


def _runs(user: User, words: str) -> Iterator[Hit]:
    found = Run.objects.filter(evaluation__engagement__in=visible_to(user).values("pk"))
    for word in words.split()[:8]:
        found = found.filter(Q(evaluation__name__icontains=word) | Q(label__icontains=word))
    for run in found.select_related("evaluation__engagement__client").order_by("-created_at", "pk")[:FEW]:
        yield Hit(str(run), reverse("pilots:run", args=[run.pk]), str(run.evaluation.engagement))


def _people(user: User, words: str) -> Iterator[Hit]:
    """Staff find one another: an administrator the account, everybody else what that person has logged."""
    found = active_people().filter(Q(name__icontains=words) | Q(email__icontains=words)).only("name", "role")
    if user.role == Role.ADMIN:
        for one in found[:FEW]:
            yield Hit(one.name, reverse("accounts:person", args=[one.pk]), one.get_role_display())
        return
    for one in found.exclude(role=Role.CLIENT)[:FEW]:
        yield Hit(
            one.name, f"{reverse('log:list')}?by={one.pk}", f"{one.get_role_display()}, what they logged"
        )
