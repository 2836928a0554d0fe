"""Comments: what people say about items."""

from typing import Any

from django.db.models import QuerySet
from rest_framework import serializers

from apps.engagements.models import Comment, Item
from apps.engagements.services.comments import (
    COMMENT,
    add_comment,
    edit_comment,
    may_remove_comment,
    remove_comment,
)
from apps.tokens.selectors import Bearer

from ..fields import Moment, Out, PersonOut, Strict
from ..noun import Act, Asked, Narrow, Noun, sees
from .items import ItemInPassing, reached


class CommentOut(Out):
    """What somebody says about an item, in Markdown. internal: whether it is kept from client viewers, who are not told
    that there is such a thing: null for them."""

    id = serializers.UUIDField()
    item = ItemInPassing()
    engagement = serializers.UUIDField(source="item.engagement_id")
    author = PersonOut(source="by", allow_null=True)
    text = serializers.CharField()
    internal = serializers.SerializerMethodField()
    edited_at = Moment(allow_null=True)
    created_at = Moment()
    version = serializers.IntegerField()

    def get_internal(self, comment: Any) -> bool | None:
        """For the team alone."""
        return bool(comment.internal) if self.context["bearer"].is_staff else None


class CommentChange(Strict):
    """One's own words. internal: a client viewer's comment never is."""

    text = serializers.CharField(trim_whitespace=False, max_length=COMMENT)
    internal = serializers.BooleanField(required=False)


class CommentNew(CommentChange):
    """What somebody says about an item; internal unless the item is client-visible, or said otherwise."""

    item = serializers.UUIDField()


def _rows(bearer: Bearer) -> QuerySet[Comment]:
    found = Comment.objects.filter(item__in=bearer.items(Item).order_by().values("pk"), removed_at=None)
    found = found if bearer.is_staff else found.filter(internal=False)
    return found.select_related("item__engagement__client", "by").defer("item__search")


def _add(asked: Asked) -> Comment:
    person, item = asked.person, reached(asked, Item, "item")
    internal = asked.sent.get("internal", not item.client_visible)
    return add_comment(by=person, item=item, text=asked.sent["text"], internal=internal)


def _edit(asked: Asked) -> Comment:
    sent = {"text": asked.row.text, **asked.sent}
    return edit_comment(by=asked.person, comment=asked.row, version=asked.version, **sent)


def _remove(asked: Asked) -> None:
    remove_comment(by=asked.person, comment=asked.row)


def _is_own(bearer: Bearer, engagement: Any, row: Any) -> bool:
    return bearer.user is not None and row.by_id == bearer.user.pk


def _may_remove(bearer: Bearer, engagement: Any, row: Any) -> bool:
    return bearer.user is not None and may_remove_comment(bearer.user, row)


COMMENTS = Noun(
    name="comments",
    one="comment",
    says="What people say about items, under their own names; whoever sees an item may.",
    scope="comments",
    rows=_rows,
    engagement="item__engagement",
    out=CommentOut,
    orders={"created_at": "created_at", "-created_at": "created_at"},
    narrow={
        "item": Narrow(serializers.UUIDField(required=False), "item"),
        "author": Narrow(serializers.UUIDField(required=False, help_text="A person."), "by"),
    },
    add=Act(_add, CommentNew, sees),
    change=Act(_edit, CommentChange, _is_own),
    remove=Act(_remove, Strict, _may_remove, says="Take one's own out of sight; whoever leads may any."),
)
