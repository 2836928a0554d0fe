"""Where rows stand, for lists with hundreds of links: a route is reversed once."""

from functools import cache
from uuid import UUID

from django.urls import get_script_prefix, get_urlconf, reverse

_PLACE = UUID(int=0)  # in an address, where a row's id goes


def reverse_row(route: str, pk: object) -> str:
    """What `reverse(route, args=[pk])` gives, of a route with the id of a row for its one argument."""
    return _pattern(route, get_script_prefix(), get_urlconf()).replace(str(_PLACE), str(pk), 1)


@cache
def _pattern(route: str, prefix: str, urlconf: str | None) -> str:
    """prefix, urlconf: what `reverse` itself looks at."""
    return reverse(route, urlconf, [_PLACE])
