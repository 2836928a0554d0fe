"""Lists of the API, in pages that cost the same wherever one is.

{"results": […], "next_cursor": "…"}      the next page is asked for with ?cursor=…; null on the last
"""

from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Any

from django.core.signing import BadSignature, Signer
from django.db.models import F, Q, QuerySet
from rest_framework import serializers

from apps.tokens.selectors import Bearer

from .fields import Strict

SIZE, MOST = 50, 100
LONGEST = 600  # characters of a cursor
_TYPES: Mapping[str, Callable[[Any], Any]] = {
    "t": datetime.fromisoformat,
    "d": date.fromisoformat,
    "i": int,
    "s": str,
}


class PageQuery(Strict):
    """What every list understands. cursor: as the page before has given it."""

    cursor = serializers.CharField(required=False, max_length=LONGEST)
    limit = serializers.IntegerField(required=False, min_value=1, max_value=MOST, default=SIZE)


class Pages:
    """The pages of one list, for one bearer, in one order. orders: as of a Noun; order: one of its names."""

    def __init__(self, bearer: Bearer, path: str, orders: Mapping[str, str], order: str) -> None:
        self.field, self.down = orders[order], order.startswith("-")
        self.signer = Signer(salt=f"api.cursor {bearer.key} {path} {order}")

    def page(self, rows: QuerySet[Any], cursor: str | None, limit: int) -> tuple[list[Any], str | None]:
        """The rows behind the cursor, and the cursor of the next page, None on the last. Raises ValidationError for a
        cursor that was not given to this bearer for this list in this order."""
        if cursor:
            value, pk = self._place(cursor)
            beyond = "lt" if self.down else "gt"
            further = Q(**{f"{self.field}__{beyond}": value}) | Q(**{f"pk__{beyond}": pk})
            rows = rows.filter(further, **{f"{self.field}__{beyond}e": value})
        place = F(self.field)
        order = (place.desc(), F("pk").desc()) if self.down else (place.asc(), F("pk").asc())
        found = list(rows.order_by(*order)[: limit + 1])
        shown = found[:limit]
        return shown, self._cursor(shown[-1]) if len(found) > limit else None

    def _cursor(self, row: Any) -> str:
        value = row
        for name in self.field.split("__"):
            value = getattr(value, name)
        kind = (
            "t"
            if isinstance(value, datetime)
            else "d"
            if isinstance(value, date)
            else "i"
            if isinstance(value, int)
            else "s"
        )
        text = value.isoformat() if kind in "td" else value
        return str(self.signer.sign_object([kind, text, str(row.pk)]))

    def _place(self, cursor: str) -> tuple[Any, Any]:
        try:
            kind, value, pk = self.signer.unsign_object(cursor)
        except BadSignature:
            words = "This is no cursor of this list, in this order, for this bearer; begin again without one."
            raise serializers.ValidationError({"cursor": [words]}, "cursor") from None
        return _TYPES[kind](value), pk
