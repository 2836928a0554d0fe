"""A line that was undone comes back into the box. htmx carries it in the notice; without JavaScript the session does,
from the page that says what was logged to the one that follows Undo."""

from django.http import HttpRequest

from .models import Item

_LOGGED = "log.logged"  # [id of the item, the line]
_AGAIN = "log.again"
LINE = "line"  # in the forms of the notice


def remember(request: HttpRequest, item: Item, line: str) -> None:
    """That this line made that item; the last one alone is kept."""
    request.session[_LOGGED] = [str(item.pk), line]


def undone(request: HttpRequest, item: Item, *, removed: bool) -> None:
    """The line is for the box again, or, once restored, no longer."""
    pk, line = request.session.get(_LOGGED, ["", ""])
    if pk == str(item.pk) and removed:
        request.session[_AGAIN] = line
    elif pk == str(item.pk):
        request.session.pop(_AGAIN, None)


def taken(request: HttpRequest) -> str:
    """The line for the box of this page, once."""
    return str(request.session.pop(_AGAIN)) if _AGAIN in request.session else ""
