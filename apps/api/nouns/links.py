"""Links: which items belong together."""

from django.db.models import Q, QuerySet
from rest_framework import serializers

from apps.engagements.models import Item, Link, Relation
from apps.engagements.rules.links import SAYINGS
from apps.engagements.services.links import add_link, remove_link
from apps.tokens.selectors import Bearer

from ..fields import Moment, Out, Strict
from ..noun import Act, Asked, Narrow, Noun
from .items import ItemInPassing, reached


class LinkOut(Out):
    """Two items of one engagement; relation: what the source does to the target."""

    id = serializers.UUIDField()
    engagement = serializers.UUIDField(source="source.engagement_id")
    source = ItemInPassing()  # type: ignore[assignment]  # the name of what DRF calls something else
    relation = serializers.ChoiceField(choices=Relation.choices)
    target = ItemInPassing()
    created_at = Moment()


class LinkNew(Strict):
    """said: what the item does to the other, or has done to it, such as blocked_by."""

    item = serializers.UUIDField()
    said = serializers.ChoiceField(choices=sorted(SAYINGS))
    other = serializers.UUIDField(help_text="Another item of the engagement.")


def _rows(bearer: Bearer) -> QuerySet[Link]:
    """Those of which both ends are within reach."""
    seen = bearer.items(Item).order_by().values("pk")
    found = Link.objects.filter(source__in=seen, target__in=seen)
    related = found.select_related("source__engagement__client", "target")
    return related.defer("source__search", "target__search")


def _add(asked: Asked) -> Link:
    item, other = reached(asked, Item, "item"), reached(asked, Item, "other")
    return add_link(by=asked.by, item=item, other=other, said=asked.sent["said"])


def _remove(asked: Asked) -> None:
    remove_link(by=asked.by, link=asked.row)


LINKS = Noun(
    name="links",
    one="link",
    says="Which items belong together: one concerns, blocks, mitigates or replaces the other. What is linked already "
    "stays so.",
    scope="comments",
    rows=_rows,
    engagement="source__engagement",
    out=LinkOut,
    orders={"created_at": "created_at", "-created_at": "created_at"},
    narrow={
        "item": Narrow(
            serializers.UUIDField(required=False, help_text="At either end."),
            lambda rows, pk, bearer: rows.filter(Q(source=pk) | Q(target=pk)),
        ),
        "relation": Narrow(serializers.ChoiceField(choices=Relation.values, required=False), "relation"),
    },
    add=Act(_add, LinkNew),
    remove=Act(_remove, says="Part the two again."),
)
