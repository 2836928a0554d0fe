"""What other apps show on an engagement's pages, without `engagements` knowing them. They register in
`ready()`."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.http import HttpRequest

from apps.accounts.models import STAFF, User

from .models import Engagement

Context = Callable[[HttpRequest, Engagement], dict[str, Any]]
Facts = Callable[[list[Engagement]], dict[UUID, str]]


@dataclass(frozen=True)
class Panel:
    """A part of the engagement's page. `template` is rendered with the page's context and what `context`
    returns."""

    order: int
    name: str
    template: str
    context: Context
    audience: frozenset[str]


@dataclass(frozen=True)
class Column:
    """A column in the list of engagements: `facts` gives the text (or safe HTML) of each engagement's
    cell."""

    order: int
    name: str
    facts: Facts


_panels: dict[str, Panel] = {}
_columns: dict[str, Column] = {}


def register(order: int, name: str, template: str, context: Context, audience: Iterable[str] = STAFF) -> None:
    """Show `template` on every engagement's page for the roles of `audience`; a second panel of that name
    replaces the first."""
    _panels[name] = Panel(order, name, template, context, frozenset(audience))


def register_column(order: int, name: str, facts: Facts) -> None:
    """Show a column in the list of engagements. `facts` is asked once a page, for all its rows."""
    _columns[name] = Column(order, name, facts)


def panels_for(user: User) -> list[Panel]:
    """The panels that a person's role may see, in order."""
    visible = (panel for panel in _panels.values() if user.role in panel.audience)
    return sorted(visible, key=lambda panel: (panel.order, panel.name))


def columns() -> list[Column]:
    """The registered columns, in order."""
    return sorted(_columns.values(), key=lambda column: (column.order, column.name))
