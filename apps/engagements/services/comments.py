"""What people say about items. An internal comment is for no client viewer: not its words, and not that it is
there."""

from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from apps.accounts.models import Role, User
from apps.audit.services import record
from apps.core.errors import Refused
from apps.core.locks import hold
from apps.core.text import several_lines
from apps.core.versions import keep, lock_at

from .. import selectors
from ..models import Comment, Item
from ..notices import About, Notice, one_event, tell
from .mentions import tell_mentioned

COMMENT = 10_000  # characters


@transaction.atomic
@one_event()
def add_comment(
    *, by: User, item: Item, text: str, internal: bool = False, once: UUID | None = None
) -> Comment:
    """Say something about an item, and tell whom it mentions, its owner and its author. A client viewer's
    comment is never internal. once: an id given out with the form; the same words sent twice with it are one
    comment. Raises Refused for a text that is empty, too long or cannot be shown, and for a removed item."""
    text = _kept(text)
    internal = internal and by.role != Role.CLIENT
    if Item.objects.filter(pk=item.pk, removed_at=None).select_for_update(no_key=True).first() is None:
        raise Refused("removed", "Somebody has removed this meanwhile; nothing can be said about it.")
    fields: dict[str, Any] = {}
    if once is not None:
        hold("engagements.comment", str(once))
        known = Comment.objects.filter(pk=once).first()
        if known and (known.item_id, known.by_id, known.text) == (item.pk, by.pk, text):
            return known
        fields = {} if known else {"id": once}
    comment = Comment.objects.create(item=item, by=by, text=text, internal=internal, **fields)
    record(
        by=by, verb="added", subject=comment, engagement=item.engagement, item=item.pk, after=_shown(comment)
    )
    _tell(by, comment)
    return comment


@transaction.atomic
def edit_comment(
    *, by: User, comment: Comment, text: str, internal: bool | None = None, version: int | None = None
) -> Comment:
    """Put other words in place of one's own. internal: None leaves it. Raises Refused for somebody else's,
    for a `version` that is no longer the comment's, for a removed one, and as `add_comment` does."""
    if comment.by_id != by.pk:
        raise Refused("not_own", "Only the person who wrote a comment may change it.")
    wanted: dict[str, Any] = {"text": _kept(text)}
    if internal is not None and by.role != Role.CLIENT:
        wanted["internal"] = internal
    locked, before = lock_at(comment, version, **wanted)
    if locked.removed_at:
        raise Refused("removed", "This comment has been removed meanwhile.")
    if not before:
        return locked
    locked.edited_at = timezone.now()
    keep(locked, [*before, "edited_at"])
    item = locked.item
    after = {name: getattr(locked, name) for name in before}
    record(
        by=by,
        verb="edited",
        subject=locked,
        engagement=item.engagement,
        item=item.pk,
        before=before,
        after=after,
    )
    opened = "internal" in before and not locked.internal
    _tell_mentioned(by, locked, before=before.get("text", locked.text), opened=opened)
    return locked


@transaction.atomic
def remove_comment(*, by: User, comment: Comment) -> None:
    """Take a comment out of sight. Raises Refused unless it is one's own, or one leads the engagement."""
    locked = Comment.objects.select_for_update().select_related("item__engagement").get(pk=comment.pk)
    if not may_remove_comment(by, locked):
        raise Refused("not_own", "Only who wrote a comment, a lead or a manager may remove it.")
    if locked.removed_at is None:
        locked.removed_at = timezone.now()
        keep(locked, ["removed_at"])
        item = locked.item
        record(
            by=by,
            verb="removed",
            subject=locked,
            engagement=item.engagement,
            item=item.pk,
            before=_shown(locked),
        )


def may_remove_comment(user: User, comment: Comment) -> bool:
    """Whether a person who sees a comment may remove it."""
    return comment.by_id == user.pk or selectors.may_staff(user, comment.item.engagement)


def _tell(by: User, comment: Comment) -> None:
    """Whom the comment mentions first, for they are told nothing twice."""
    item = comment.item
    told = _tell_mentioned(by, comment)
    said = f"{by.name} commented on {item}"
    for person in {one for one in (item.owner, item.by) if one} - told:
        if not (comment.internal and person.role == Role.CLIENT):
            tell(Notice(About.COMMENT, person, by, item.engagement, item, said, comment))


def _tell_mentioned(by: User, comment: Comment, *, before: str = "", opened: bool = False) -> set[User]:
    return tell_mentioned(
        by=by,
        item=comment.item,
        text=comment.text,
        before=before,
        comment=comment,
        opened=opened,
    )


def _shown(comment: Comment) -> dict[str, Any]:
    return {"text": comment.text, "internal": comment.internal}


def _kept(text: str) -> str:
    plain = several_lines(text, limit=COMMENT, field="text")
    if not plain:
        raise Refused("empty", "A comment needs some words.", field="text")
    return plain
