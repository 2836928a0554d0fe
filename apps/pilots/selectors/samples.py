"""Samples of a run, by keyset: the thousandth page costs what the first does."""

from collections.abc import Mapping
from dataclasses import dataclass

from ..models import Result, Run

PER_PAGE = 50


@dataclass
class SamplePage:
    """Rows of one target from number `after` on, perhaps of one kind only; `next` is where the next page begins."""

    rows: list[Result]
    target: int
    kind: str
    next: int | None
    first: bool


def page(run: Run, query: Mapping[str, str], *, size: int = PER_PAGE) -> SamplePage:
    """The page that a query names with target=, kind= and after=; what it does not understand it ignores."""
    target = whole_number(query.get("target"), 0)
    after = whole_number(query.get("after"), -1)
    kind = query.get("kind", "")[:40]
    found = Result.objects.filter(run=run, target=target, n__gt=after).order_by("n")
    if kind:
        found = found.filter(kind=kind)
    rows = list(found[: size + 1])
    more = len(rows) > size
    rows = rows[:size]
    return SamplePage(rows, target, kind, rows[-1].n if more else None, after < 0)


def whole_number(text: str | None, otherwise: int) -> int:
    """A number out of a query, kept within what the database takes; `otherwise` for what is none."""
    try:
        return min(max(int(text or ""), -1), 2**31 - 1)
    except ValueError:
        return otherwise
