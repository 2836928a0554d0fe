"""Long lists, newest first, in pages that cost the same wherever one is: a page says where the next one begins."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, TypeVar
from uuid import UUID

from django.db.models import Q, QuerySet

Row = TypeVar("Row")
Cursor = tuple[datetime, UUID]  # what lies strictly before it follows


@dataclass(frozen=True)
class Part(Generic[Row]):
    """One page of such a list. older: what `?before=` is on the next page, empty on the last; first: whether this
    is where the list begins."""

    rows: Sequence[Row]
    older: str = ""
    first: bool = True


def cursor_of(text: str) -> Cursor | None:
    """The place that `?before=` names; None for nonsense, which is where the list begins."""
    moment, _, pk = text.partition("_")
    try:
        at = datetime.fromisoformat(moment)
        return (at, UUID(pk)) if at.utcoffset() is not None else None
    except (ValueError, OverflowError):
        return None


def before(rows: QuerySet[Any], cursor: Cursor | None) -> QuerySet[Any]:
    """Those rows that lie before the cursor, newest first by `at`, then id."""
    ordered = rows.order_by("-at", "-pk")
    if cursor is None:
        return ordered
    at, pk = cursor
    return ordered.filter(Q(at__lt=at) | Q(pk__lt=pk), at__lte=at)


def part(
    fetch: Callable[[Cursor | None, int], Sequence[Row]],
    asked: str,
    size: int,
    place: Callable[[Row], Cursor],
) -> Part[Row]:
    """The page that `?before=` asks for. fetch: at most so many rows before a cursor; place: of a row."""
    cursor = cursor_of(asked)
    found = fetch(cursor, size + 1)
    rows = found[:size]
    at, pk = place(rows[-1]) if len(found) > size else (None, None)
    return Part(rows, f"{at.isoformat()}_{pk}" if at else "", cursor is None)
