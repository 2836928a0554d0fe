"""The samples that one target got fully right and the other did not, by keyset pages."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db import connection

from .pairs import JOINED, Side, given_of
from .samples import whole_number

PER_PAGE = 20
WAYS = {"lost": "right → wrong", "gained": "wrong → right"}
_WAYS = {
    "lost": "was >= 1 AND became < 1",
    "gained": "was < 1 AND became >= 1",
    "": "(was >= 1) <> (became >= 1)",
}


@dataclass(frozen=True)
class Flip:
    """One sample of b, with what a made of it. Texts are None below the level `redacted`."""

    n: int
    key: str
    kind_a: str
    kind_b: str
    was: float
    became: float
    slices: list[str]
    input: str | None
    answer_a: str | None
    answer_b: str | None
    reference: str | None

    @property
    def way(self) -> str:
        return WAYS["lost" if self.became < 1 else "gained"]


@dataclass(frozen=True)
class FlipPage:
    """Flips after number `after` of b, perhaps of one way only; `next` is where the next page begins."""

    rows: list[Flip]
    way: str
    next: int | None
    first: bool


def page(a: Side, b: Side, scorer: str, query: Mapping[str, str], *, size: int = PER_PAGE) -> FlipPage:
    """The page that a query names with way= and after=; what it does not understand it ignores."""
    way = query.get("way", "") if query.get("way", "") in WAYS else ""
    after = whole_number(query.get("after"), -1)
    statement = f"""
    SELECT n, key, kind_a, kind_b, was, became, slices, input, answer_a, answer_b, reference
    FROM (
        SELECT b.n, key, a.kind AS kind_a, b.kind AS kind_b, a.scores[%(place_a)s] AS was,
               b.scores[%(place_b)s] AS became, b.slices, coalesce(b.input, a.input) AS input,
               a.answer AS answer_a, b.answer AS answer_b, coalesce(b.reference, a.reference) AS reference
        {JOINED.format(kind="INNER")}
    ) AS paired
    WHERE {_WAYS[way]} AND n > %(after)s ORDER BY n LIMIT %(most)s
    """  # noqa: S608 - constant text
    given: dict[str, Any] = {
        **given_of(a, b),
        "place_a": a.place(scorer),
        "place_b": b.place(scorer),
        "after": after,
        "most": size + 1,
    }
    with connection.cursor() as cursor:
        cursor.execute(statement, given)
        rows = [Flip(*row) for row in cursor.fetchall()]
    more, rows = len(rows) > size, rows[:size]
    return FlipPage(rows, way, rows[-1].n if more else None, after < 0)
