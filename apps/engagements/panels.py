"""What other apps show on the pages of engagements and clients, without `engagements` knowing them. They
register in `ready()`."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, TypeVar
from uuid import UUID

from django.http import HttpRequest

from apps.accounts.models import STAFF, User

from .models import Client, Engagement

Context = Callable[[HttpRequest, Engagement], dict[str, Any]]
ClientContext = Callable[[HttpRequest, Client], dict[str, Any]]
Facts = Callable[[list[Engagement]], dict[UUID, str]]


@dataclass(frozen=True)
class Panel:
    """A part of an engagement's or a client's page. `template` is rendered with the page's context and what
    `context` returns."""

    order: int
    name: str
    template: str
    context: Context | ClientContext
    audience: frozenset[str]


@dataclass(frozen=True)
class Column:
    """A column in the list of engagements: `facts` gives the text (or safe HTML) of each engagement's
    cell. It is not told who looks, so a column for client viewers must hold nothing internal."""

    order: int
    name: str
    facts: Facts
    audience: frozenset[str]


@dataclass(frozen=True)
class Tab:
    """A page of its own in an engagement's navigation. route: the name of its URL, whose one argument is the
    engagement's id; covers: the names of further URLs beneath it; kinds: of the items whose pages lie beneath
    it. group: what it stands under; a tab without one is a group of its own."""

    order: int
    name: str
    route: str
    audience: frozenset[str]
    covers: frozenset[str]
    group: str
    kinds: frozenset[str]


@dataclass(frozen=True)
class TabGroup:
    """One word of an engagement's navigation, with the tabs beneath it that somebody may see."""

    name: str
    tabs: tuple[Tab, ...]


# The words of an engagement's navigation, in order; any other group follows them.
GROUPS = ("Overview", "Log", "Scope", "Plan", "Data", "Pilot", "Use", "People")

Shown = TypeVar("Shown", Panel, Column, Tab)
_panels: dict[str, Panel] = {}
_client_panels: dict[str, Panel] = {}
_tabs: dict[str, Tab] = {}
_columns: dict[str, Column] = {}


def register(order: int, name: str, template: str, context: Context, audience: Iterable[str] = STAFF) -> None:
    """Show `template` on every engagement's page for the roles of `audience`; a second panel of that name
    replaces the first."""
    _panels[name] = Panel(order, name, template, context, frozenset(audience))


def register_client_panel(
    order: int, name: str, template: str, context: ClientContext, audience: Iterable[str] = STAFF
) -> None:
    """Show `template` on every client's page for the roles of `audience`; a second panel of that name
    replaces the first."""
    _client_panels[name] = Panel(order, name, template, context, frozenset(audience))


def register_tab(
    order: int,
    name: str,
    route: str,
    audience: Iterable[str] = STAFF,
    covers: Iterable[str] = (),
    *,
    group: str = "",
    kinds: Iterable[str] = (),
) -> None:
    """Show a tab on every page of an engagement for the roles of `audience`, below one of GROUPS."""
    _tabs[name] = Tab(
        order, name, route, frozenset(audience), frozenset(covers), group or name, frozenset(kinds)
    )


def register_column(order: int, name: str, facts: Facts, audience: Iterable[str] = STAFF) -> None:
    """Show a column in the list of engagements for the roles of `audience`. `facts` is asked once a page, for
    all its rows."""
    _columns[name] = Column(order, name, facts, frozenset(audience))


def panels_for(user: User) -> list[Panel]:
    """The panels that a person's role may see, in order."""
    return _visible(_panels, user)


def client_panels_for(user: User) -> list[Panel]:
    """The panels of a client's page that a person's role may see, in order."""
    return _visible(_client_panels, user)


def tabs_for(user: User) -> list[Tab]:
    """The tabs that a person's role may see, in order."""
    return _visible(_tabs, user)


def groups_for(user: User) -> list[TabGroup]:
    """The tabs that a person's role may see, in their groups, in order; no group is empty."""
    tabs = tabs_for(user)
    others = [tab.group for tab in tabs if tab.group not in GROUPS]
    grouped = {name: tuple(tab for tab in tabs if tab.group == name) for name in (*GROUPS, *others)}
    return [TabGroup(name, beneath) for name, beneath in grouped.items() if beneath]


def columns_for(user: User) -> list[Column]:
    """The columns that a person's role may see, in order."""
    return _visible(_columns, user)


def _visible(registered: dict[str, Shown], user: User) -> list[Shown]:
    visible = (part for part in registered.values() if user.role in part.audience)
    return sorted(visible, key=lambda part: (part.order, part.name))
