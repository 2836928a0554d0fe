"""Reads of what hangs on an item that the person sees: comments, links, attachments. Whatever of it is
internal is left out for client viewers here, once."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet
from django.http import Http404
from django.shortcuts import get_object_or_404

from apps.accounts.models import Role, User

from ..models import Attachment, Comment, Engagement, Item, Link
from ..models.kinds import MODELS
from ..rules import links as rules
from .items import items_of


@dataclass(frozen=True)
class Linked:
    """A link as seen from one of its two items. words: what that one does to the other, such as "blocked
    by"."""

    link: Link
    other: Item
    words: str


def comments_of(user: User, item: Item) -> QuerySet[Comment]:
    """The comments on an item that a person may read, oldest first."""
    found = Comment.objects.filter(item=item, removed_at=None).select_related("by")
    if user.role == Role.CLIENT:
        found = found.filter(internal=False)
    return found.order_by("created_at", "pk")


def get_comment(user: User, item: Item, pk: UUID) -> Comment:
    """That comment on the item. Raises Http404 for one that is internal, removed, elsewhere or missing."""
    comment: Comment = get_object_or_404(comments_of(user, item), pk=pk)
    comment.item = item
    return comment


def links_of(user: User, item: Item) -> list[Linked]:
    """The links of an item to others that the person sees."""
    seen = items_of(user, item.engagement, Item).values("pk")
    touching = Q(source=item, target__in=seen) | Q(target=item, source__in=seen)
    found = Link.objects.filter(touching).select_related("source__owner", "target__owner")
    return [_seen_from(item, link) for link in found.order_by("relation", "created_at", "pk")]


def get_link(user: User, item: Item, pk: UUID) -> Link:
    """That link of the item. Raises Http404 for one whose other item is not to be seen, or that is missing."""
    found = next((each.link for each in links_of(user, item) if each.link.pk == pk), None)
    if found is None:
        raise Http404("No such link.")
    return found


def find_others(user: User, item: Item, search: str, most: int = 20) -> list[Item]:
    """Items of the same engagement that one may mean by a reference or by words of a title, the latest first."""
    others = items_of(user, item.engagement, Item).exclude(pk=item.pk)
    words = search.replace("\0", "").strip()
    if meant := rules.reference_in(words):
        others = others.filter(kind=meant[0], number__startswith=str(meant[1]))
    elif words:
        others = others.filter(title__icontains=words)
    return list(others.order_by("-at", "-pk")[:most])


def by_reference(user: User, engagement: Engagement, text: str) -> Item | None:
    """The item of the engagement whose reference a text begins with, if the person sees it."""
    meant = rules.reference_in(text)
    if meant is None:
        return None
    return items_of(user, engagement, Item).filter(kind=meant[0], number=meant[1]).first()


def attachments_of(item: Item) -> QuerySet[Attachment]:
    """The files that hang on an item, oldest first."""
    return (
        Attachment.objects.filter(item=item, removed_at=None)
        .select_related("by")
        .order_by("created_at", "pk")
    )


def get_attachment(item: Item, pk: UUID) -> Attachment:
    """That file of the item. Raises Http404 for one that is removed, elsewhere or missing."""
    attachment: Attachment = get_object_or_404(attachments_of(item), pk=pk)
    attachment.item = item
    return attachment


def own_row(item: Item) -> Any:
    """An item as a row of the model that keeps its kind; itself where that model is another app's."""
    model = MODELS.get(item.kind)
    row = QuerySet(model).filter(pk=item.pk).first() if model else None
    if row is None:
        return item
    row.engagement, row.owner, row.by = item.engagement, item.owner, item.by
    return row


def _seen_from(item: Item, link: Link) -> Linked:
    from_other = link.target_id == item.pk
    words = rules.words(rules.saying(link.relation, from_other=from_other))
    return Linked(link, link.source if from_other else link.target, words)
