"""Which items belong together."""

from django.db import transaction
from django.db.models import Q

from apps.accounts.models import User
from apps.audit.services import record
from apps.core.errors import Refused
from apps.core.locks import hold

from ..models import Item, Link, Relation
from ..rules import links as rules


@transaction.atomic
def add_link(*, by: User | None, item: Item, other: Item, said: str) -> Link:
    """Link an item to another of its engagement. said: what `item` does to the other, or has done to it, such
    as "blocks" or "blocked_by" (rules.links.SAYINGS). What is linked already stays so.

    Raises Refused for itself, for one of another engagement or a removed one, for an unknown saying, and for
    what would block itself in a circle, which is spelled out.
    """
    if said not in rules.SAYINGS:
        known = ", ".join(map(rules.words, rules.SAYINGS))
        raise Refused("relation_unknown", f"There is no such link; known are {known}.", field="said")
    if item.pk == other.pk:
        raise Refused("itself", f"{item.reference} cannot be linked to itself.", field="other")
    if item.engagement_id != other.engagement_id:
        raise Refused("elsewhere", "There is no such item on this engagement.", field="other")
    # one at a time, so that no two links close a circle that neither of them sees
    hold("engagements.link", str(item.engagement_id))
    if Item.objects.filter(pk__in=[item.pk, other.pk], removed_at=None).count() < 2:
        raise Refused("removed", "One of the two has been removed meanwhile.", field="other")
    relation, from_other = rules.SAYINGS[said]
    source, target = (other, item) if from_other else (item, other)
    if known_link := Link.objects.filter(source=source, target=target, relation=relation).first():
        return known_link
    if relation == Relation.BLOCKS:
        _require_no_circle(source, target)
    link = Link.objects.create(source=source, target=target, relation=relation, by=by)
    record(by=by, verb="linked", subject=link, engagement=item.engagement, **_ends(link))
    return link


@transaction.atomic
def remove_link(*, by: User | None, link: Link) -> None:
    """Part two items again; what is parted already stays so."""
    hold("engagements.link", str(link.source.engagement_id))
    if Link.objects.filter(pk=link.pk).exists():
        record(by=by, verb="unlinked", subject=link, engagement=link.source.engagement, **_ends(link))
        link.delete()


def _require_no_circle(source: Item, target: Item) -> None:
    """Removed items count: they may come back."""
    engagement = source.engagement_id
    blocks = Link.objects.filter(source__engagement=engagement, relation=Relation.BLOCKS)
    found = rules.circle(blocks.values_list("source_id", "target_id"), source.pk, target.pk)
    if found:
        known = {each.pk: each.reference for each in Item.objects.filter(Q(pk__in=found))}
        spelled = " → ".join(known[pk] for pk in found)
        message = f"Nothing may block itself, and this would go round in a circle: {spelled}."
        raise Refused("circle", message, field="other")


def _ends(link: Link) -> dict[str, str]:
    return {
        "source": link.source.reference,
        "target": link.target.reference,
        "relation": link.relation,
        "source_id": str(link.source_id),
        "target_id": str(link.target_id),
    }
