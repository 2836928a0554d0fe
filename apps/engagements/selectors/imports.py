"""Reads of imports, and of what rows that are brought along are compared with. An import that waits is its owner's
alone."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.contrib.auth.models import AnonymousUser
from django.db.models import Count, QuerySet, Sum
from django.http import Http404

from apps.accounts.models import User

from ..models import Engagement, Import, Imported, Item, Kind
from ..rules.imports import sameness
from .mentions import mentionable

KINDS: dict[str, tuple[str, ...]] = {
    Imported.ACTIONS: (Kind.ACTION,),
    Imported.RISKS: (Kind.RISK, Kind.ASSUMPTION, Kind.ISSUE, Kind.DEPENDENCY),
    Imported.MILESTONES: (Kind.MILESTONE,),
    Imported.LOG: (Kind.ENTRY,),
}


def get_import(
    user: User | AnonymousUser, engagement: Engagement, pk: UUID, *, content: bool = True
) -> Import:
    """That person's import on the engagement. Raises Http404, the same for somebody else's as for a missing one.
    content: whether what the file holds is read at once."""
    found = imports_of(user, engagement)
    pending = (found if not content else found.defer(None)).filter(pk=pk).first()
    if pending is None:
        raise Http404("No such import.")
    return pending


def imports_of(user: User | AnonymousUser, engagement: Engagement) -> QuerySet[Import]:
    """What that person has brought along, or begun to, newest first; without the files."""
    mine = Import.objects.filter(engagement=engagement, by=user.pk).order_by("-created_at", "pk")
    return mine.select_related("engagement__client", "by").defer("content")


def imports_in_hand(engagement: Engagement) -> str:
    """A sentence that says whose file is being written down there or removed again, or nothing. What the file is
    called is its owner's alone."""
    doing = Import.objects.filter(engagement=engagement, counts__doing__in=["take", "undo"])
    found = doing.select_related("by").defer("content").order_by("created_at").first()
    if found is None:
        return ""
    what = "imported" if found.counts["doing"] == "take" else "removed again"
    return f"A file of {found.by} is being {what}: wait until that is done."


def people_for(what: str, user: User, engagement: Engagement) -> Sequence[User]:
    """Whom a name may stand for: members as owners; as writers of the log those who may write it."""
    people = mentionable(user, engagement)
    return [one for one in people if one.is_staff_member] if what == Imported.LOG else people


def known_on(engagement: Engagement, what: str) -> sameness.Known:
    """What of that sort stands on the engagement; what was removed does not."""
    there = Item.objects.filter(engagement=engagement, kind__in=KINDS[what], removed_at=None).order_by()
    keys: set[Any]
    if what == Imported.LOG:
        keys = sameness.entries_known(there.values_list("text", "at").iterator(chunk_size=5_000))
    else:
        rows = there.values_list("kind", "title", "due").iterator(chunk_size=5_000)
        keys = {sameness.item_key(*row) for row in rows}
    return sameness.Known(keys)


def standing_on(engagement: Engagement, what: str) -> tuple[int, int]:
    """How many of that sort stand on the engagement, and how often they were changed in all."""
    there = Item.objects.filter(engagement=engagement, kind__in=KINDS[what], removed_at=None).order_by()
    found = there.aggregate(count=Count("pk"), versions=Sum("version"))
    return found["count"], found["versions"] or 0
