"""Every page that can be opened, by walking the URL resolver."""

from collections.abc import Mapping

from apps.accounts.access import declaration_of
from tests.architecture.routes import Route, routes
from tests.factories.world import kind_of

# Not pages: a download, a fragment that a page asks for, and an address that leads elsewhere at once.
_NO_PAGE = {
    "pilots:evaluation-file",
    "pilots:states",
    "overview:start",
    "overview:view",
    "overview:portfolio-csv",
    "engagements:hours-csv",
    "engagements:hours-sums-csv",
    "overview:cases",
    "log:words",
    "delivery:entry",
    "items:attachment",
    "items:link-others",
    "imports:example",
    "imports:refused",
    "templates:file",
    "handover:file",
}


def pages() -> list[Route]:
    """Routes that answer GET for a person who is signed in, as far as their arguments are ids."""
    found = []
    for route in routes():
        declaration = declaration_of(route.callback)
        if declaration is None or declaration.public or "GET" not in declaration.methods:
            continue
        if hasattr(route.callback, "cls"):  # answers programs
            continue
        if route.name not in _NO_PAGE and all(kind != "StringConverter" for _, kind in route.arguments):
            found.append(route)
    return found


def address_of(route: Route, ids: Mapping[str, object], compared: tuple[object, object]) -> str:
    """Where the page is for those objects. Raises KeyError for a kind that `ids` does not have."""
    values = {name: str(ids[kind_of(route.name) if name == "pk" else name]) for name, _ in route.arguments}
    a, b = compared
    return route.path(values) + (f"?a={a}&b={b}" if route.name == "pilots:compare" else "")
