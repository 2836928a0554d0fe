"""Finds while one types: by ctrl-K from anywhere, and as a page without JavaScript."""

from django.http import HttpResponse

from apps.accounts.access import EVERYONE, PersonRequest, access
from apps.core.web import page_or_fragment

from ..selectors.palette import LONGEST, palette

FRAGMENTS = {"dialog": "overview/_palette.html", "palette-hits": "overview/_palette_hits.html"}


@access(roles=EVERYONE)
def find(request: PersonRequest) -> HttpResponse:
    typed = request.GET.get("q", "")[:LONGEST]
    context = {"typed": typed, "found": palette(request.user, typed)}
    return page_or_fragment(request, "overview/palette.html", context, fragments=FRAGMENTS)


@access(roles=EVERYONE)
def keys(request: PersonRequest) -> HttpResponse:
    """Which keys do what."""
    return page_or_fragment(request, "overview/keys.html", {}, fragments={"dialog": "overview/_keys.html"})
