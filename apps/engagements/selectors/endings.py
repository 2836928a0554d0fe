"""What an engagement that ends leaves open."""

from dataclasses import dataclass

from django.db.models import Count

from ..models import Engagement, Item, Kind

# What is still to be done by somebody; the rest of what is open merely describes.
TO_DO = (Kind.ENTRY, Kind.ISSUE, Kind.ACTION, Kind.MILESTONE, Kind.ACCESS_REQUEST, Kind.GATE, Kind.CRITERION)
_NAMES = {Kind.ENTRY: "Blocker", Kind.CRITERION: "Success criterion to decide"}


@dataclass(frozen=True)
class Left:
    """How many of one kind are open."""

    name: str
    count: int


def still_open(engagement: Engagement) -> list[Left]:
    """What is open there, by kind: one query."""
    rows = Item.objects.filter(engagement=engagement, closed_at=None, removed_at=None, kind__in=TO_DO)
    counts = dict(rows.exclude(kind=Kind.CRITERION, state="stated").values_list("kind").annotate(Count("pk")))
    return [Left(_NAMES.get(kind, kind.label), counts[kind]) for kind in TO_DO if counts.get(kind)]
