"""Reads of one person's inbox. What they may no longer see is neither shown nor counted."""

from dataclasses import dataclass
from uuid import UUID

from django.db.models import OuterRef, Q, QuerySet, Subquery
from django.http import Http404

from apps.accounts.models import Role, User
from apps.engagements.models import Item
from apps.engagements.selectors import items_visible_to, visible_to

from ..models import InboxEntry
from ..rules import preferences

SIZE = 50
SHOWN_AT_MOST = 9  # a larger number of unread entries is "9+"


def entries_of(user: User) -> QuerySet[InboxEntry]:
    """Everything a person was told, by whatever channel, as far as they may still see what it is about.

    Scalar subqueries: of EXISTS and IN the planner makes a hash of every item there is, on every page's bell.
    """
    item = items_visible_to(user, Item).filter(pk=OuterRef("item_id")).values("pk")[:1]
    engagement = visible_to(user).filter(pk=OuterRef("engagement_id")).values("pk")[:1]
    said = Q(comment=None) | Q(comment__removed_at=None)
    if user.role == Role.CLIENT:
        said &= Q(comment=None) | Q(comment__internal=False)
    told = InboxEntry.objects.filter(said, to=user).alias(seen=Subquery(item), whole=Subquery(engagement))
    shown = Q(seen__isnull=False) | Q(item=None, whole__isnull=False)
    if user.role == Role.ADMIN:
        shown |= Q(engagement=None)  # of the installation
    return told.filter(shown)


def inbox_of(user: User) -> QuerySet[InboxEntry]:
    """What stands in a person's inbox, newest first."""
    return entries_of(user).filter(shown=True).order_by("-at", "-pk")


def unread_count(user: User) -> int:
    """How many unread entries there are; never more than one beyond `SHOWN_AT_MOST`."""
    return inbox_of(user).filter(read_at=None)[: SHOWN_AT_MOST + 1].count()


def get_entry(user: User, pk: UUID) -> InboxEntry:
    """That entry of theirs. Raises Http404, the same for somebody else's and for one of what they may no
    longer see."""
    found = (
        entries_of(user).filter(pk=pk).select_related("item", "engagement__client", "webhook", "by").first()
    )
    if found is None:
        raise Http404("No such entry.")
    return found


def get_entry_or_none(user: User, pk: str) -> InboxEntry | None:
    """The entry of theirs that has this id, which may be any text."""
    return InboxEntry.objects.filter(pk=pk, to=user).first() if _is_id(pk) else None


@dataclass(frozen=True)
class InboxPage:
    """A part of an inbox. older: whether there is more; first: whether nothing is newer."""

    entries: list[InboxEntry]
    older: bool
    first: bool

    @property
    def newest(self) -> InboxEntry | None:
        """The first entry."""
        return self.entries[0] if self.entries else None

    @property
    def oldest(self) -> InboxEntry | None:
        """The last entry; what comes before it is the next page."""
        return self.entries[-1] if self.entries else None


def inbox_page(user: User, *, unread: bool = False, about: str = "", before: str = "") -> InboxPage:
    """Up to `SIZE` entries of an inbox. before: the id of an entry of theirs, the last of the page before;
    nonsense gives the first page. As quick with ten thousand entries as with ten."""
    found = inbox_of(user).select_related("engagement__client", "item")
    if unread:
        found = found.filter(read_at=None)
    if about in preferences.ABOUT:
        found = found.filter(about=about)
    last = get_entry_or_none(user, before)
    if last is not None:
        found = found.filter(Q(at__lt=last.at) | Q(at=last.at, pk__lt=last.pk))
    entries = list(found[: SIZE + 1])
    return InboxPage(entries[:SIZE], older=len(entries) > SIZE, first=last is None)


def _is_id(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True
