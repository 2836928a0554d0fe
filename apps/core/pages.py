"""Lists come in pages, and can be narrowed."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.core.paginator import Page, Paginator
from django.db.models import QuerySet
from django.http import HttpRequest

SIZE = 50


def page_of(request: HttpRequest, rows: QuerySet[Any] | list[Any], size: int = SIZE) -> Page[Any]:
    """The page that `?page=` asks for; the first one for nonsense, the last one for a number beyond it."""
    return Paginator(rows, size).get_page(request.GET.get("page"))


@dataclass(frozen=True)
class Filter:
    """A choice above a list (components/list_head.html). name: in the query; every: the words for no choice;
    choices: (value, label) of each; chosen: the present value."""

    name: str
    every: str
    choices: Iterable[tuple[str, str]]
    chosen: str
