"""Which page shows an item. Everything has the page of all items, unless an app registers its own for a kind."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest

Context = Callable[[HttpRequest, Any], dict[str, Any]]  # asked with the row of the kind's own model


@dataclass(frozen=True)
class Page:
    """template: the middle of an item's page, rendered with what `context` returns besides `item` (the row of
    its own model) and `engagement`. edit: the name of the route that edits it, its one argument the item's
    id."""

    template: str
    context: Context | None = None
    edit: str = ""


_pages: dict[str, Page] = {}
_routes: dict[str, str] = {}


def register(kind: str, template: str, context: Context | None = None, edit: str = "") -> None:
    """Show items of that kind on the page of all items with `template` in its middle."""
    _pages[kind] = Page(template, context, edit)


def register_route(kind: str, route: str) -> None:
    """Show items of that kind on a page of their own: the URL of that name, whose one argument is the item's
    id. That page brings along `{% item_around item %}`."""
    _routes[kind] = route


def page_of(kind: str) -> Page | None:
    """What is registered for the middle of the page of all items."""
    return _pages.get(kind)


def route_of(kind: str) -> str | None:
    """The name of the kind's own page, if it has one."""
    return _routes.get(kind)
