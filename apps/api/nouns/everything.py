"""Items of every sort: found by their words, and brought back when they were removed."""

from typing import Any

from django.db.models import QuerySet
from rest_framework import serializers

from apps.engagements.models import Item, Kind
from apps.engagements.selectors import items_visible_to
from apps.engagements.services import items
from apps.tokens.selectors import Bearer

from ..fields import Moment
from ..noun import Act, Asked, Narrow, Noun
from .items import NOUN_OF, ORDERS, ItemOut, narrowings


class AnyItemOut(ItemOut):
    """Whatever is written down on an engagement, as far as all sorts have it in common. noun: at whose addresses the
    rest is; removed_at: null unless it was removed, which staff alone see."""

    noun = serializers.SerializerMethodField()
    removed_at = Moment(allow_null=True)

    def get_noun(self, item: Item) -> str:
        """Such as actions."""
        return NOUN_OF[Kind(item.kind)]


def _rows(bearer: Bearer) -> QuerySet[Item]:
    seen = items_visible_to(bearer.user, Item, removed=True) if bearer.user else Item.objects.all()
    within = seen.filter(engagement__in=bearer.engagements().order_by().values("pk"))
    return within.select_related("engagement__client", "by", "owner").defer("search")


def _restore(asked: Asked) -> Any:
    return items.restore(by=asked.by, item=asked.row)


ITEMS = Noun(
    name="items",
    one="item",
    says="Whatever is written down on engagements, of every sort, to be found by its words; what was removed is listed "
    "with removed=true, for staff.",
    scope="items",
    rows=_rows,
    out=AnyItemOut,
    orders={name: ORDERS[name] for name in ("-at", "at")},
    narrow={
        **narrowings(*Kind.values),
        "kind": Narrow(serializers.ChoiceField(choices=Kind.choices, required=False), "kind"),
        "removed": Narrow(
            serializers.BooleanField(required=False, default=False),
            lambda rows, removed, bearer: rows.filter(removed_at__isnull=not removed),
        ),
    },
    verbs={"restore": Act(_restore, says="Bring it back, with all that hangs on it.")},
)
