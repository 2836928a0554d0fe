"""Where the @mentions and references within texts lead, as far as their reader may go there."""

from collections.abc import Iterable

from django.db.models import Q
from django.urls import reverse

from apps.accounts.models import Role, User

from ..models import Engagement, Item, Member
from ..rules.grammar import REFERENCE, masked
from ..rules.items import KIND_OF_PREFIX
from ..rules.mentions import handles_in, owner_of_handle
from .items import items_of

MOST = 200  # references of one page


def links_in(user: User, engagement: Engagement, texts: Iterable[str]) -> dict[str, str]:
    """ "R-4" or "@maria" → address, for `{{ text|markdown:links }}`, for all texts of a page together: at most
    one query for each. Mentions lead staff to what that person has written; client viewers nowhere."""
    together = "\n".join(texts)
    return {**_references(user, engagement, together), **_mentions(user, engagement, together)}


def referred(together: str) -> set[tuple[str, int]]:
    """(kind, number) of each reference in a text."""
    named = REFERENCE.finditer(masked(together))
    return {(KIND_OF_PREFIX[found["prefix"]], int(found["number"])) for found in named}


def existing(user: User | None, engagement: Engagement, named: Iterable[tuple[str, int]]) -> list[Item]:
    """Those of the named items that there are, and of which the person may know; without a person, of which
    Fieldwork itself knows."""
    each = [Q(kind=kind, number=number) for kind, number in sorted(named)[:MOST]]
    if not each:
        return []
    there = (
        items_of(user, engagement, Item)
        if user
        else Item.objects.filter(engagement=engagement, removed_at=None)
    )
    found = there.filter(Q(*each, _connector=Q.OR))
    return list(found.only("pk", "kind", "number", "title", "engagement_id"))


def _references(user: User, engagement: Engagement, together: str) -> dict[str, str]:
    return {
        item.reference: item.get_absolute_url() for item in existing(user, engagement, referred(together))
    }


def _mentions(user: User, engagement: Engagement, together: str) -> dict[str, str]:
    handles = handles_in(together) if user.role != Role.CLIENT else set()
    if not handles:
        return {}
    places = Member.objects.filter(engagement=engagement).select_related("user")
    people = [place.user for place in places]
    log = reverse("log:engagement", args=[engagement.pk])
    return {
        f"@{handle}": f"{log}?by={person.pk}"
        for handle in handles
        if (person := owner_of_handle(handle, people))
    }
