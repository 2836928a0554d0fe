"""`{% load delivery %}`: the bell of the navigation."""

from typing import Any

from django import template
from django.db import DatabaseError
from django.http import HttpRequest

from .. import presenters, selectors

register = template.Library()


@register.inclusion_tag("delivery/_bell.html", takes_context=True)
def bell(context: dict[str, Any], *, apart: bool = False) -> dict[str, Any]:
    """How many unread entries there are; one query a page. apart: beside another fragment."""
    request = context["request"]
    return {"request": request, "unread": presenters.unread_words(unread_of(request)), "apart": apart}


def unread_of(request: HttpRequest) -> int:
    """The person's unread entries, asked for once a request. A page that tells of a failure has no number."""
    if not hasattr(request, "unread_entries"):
        try:
            count = selectors.unread_count(request.user)  # type: ignore[arg-type]
        except DatabaseError:
            count = 0
        request.unread_entries = count  # type: ignore[attr-defined]
    return int(request.unread_entries)  # type: ignore[attr-defined]
