"""Telling people that somebody wrote @them."""

from apps.accounts.models import Role, User

from ..models import Comment, Item
from ..notices import About, Notice, doer, tell
from ..rules.mentions import handles_in, owner_of_handle
from ..selectors.mentions import mentionable, reaches


def tell_mentioned(
    *,
    by: User | None,
    item: Item,
    text: str,
    before: str = "",
    comment: Comment | None = None,
    opened: bool = False,
) -> set[User]:
    """Tell the members whom `text` mentions and `before` did not; returns whom. comment: whose text
    it is, when it is not the item's own; opened: it was internal until now, so what stood in it before is new to
    the client's viewers."""
    handles = handles_in(text)
    new = handles if opened else handles - handles_in(before)
    if not new:
        return set()
    people, old = mentionable(by, item.engagement), handles_in(before)
    said = f"mentioned you in a comment on {item}" if comment else f"mentioned you in {item}"
    internal = comment is not None and comment.internal
    meant = {
        (found, handle)
        for handle in new
        if (found := owner_of_handle(handle, people)) and reaches(found, client_visible=not internal)
    }
    told = {person for person, handle in meant if handle not in old or person.role == Role.CLIENT}
    return {
        person
        for person in told
        if tell(
            Notice(About.MENTION, person, by, item.engagement, item, f"{doer(by, person)} {said}", comment)
        )
    }
