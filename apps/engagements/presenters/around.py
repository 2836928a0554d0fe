"""What hangs on an item as its page shows it: each part is also a fragment of its own."""

from typing import Any

from apps.accounts.models import Role

from .. import selectors
from ..access import ItemRequest
from ..forms.around import AttachmentForm, CommentForm, LinkForm
from ..models import Comment, Item
from ..rules.attachments import SHOWN_INLINE, name_of
from ..selectors.around import attachments_of, comments_of, links_of
from ..selectors.log_links import links_in
from .items import may_work

LATEST = 50  # comments on an item's page; earlier ones have a page of their own


def around(request: ItemRequest, item: Item) -> dict[str, Any]:
    """All that hangs on an item, and the forms that add to it."""
    return {
        **comments_part(request, item),
        **links_part(request, item),
        **attachments_part(request, item),
    }


def comments_part(
    request: ItemRequest, item: Item, form: CommentForm | None = None, page: Any = None
) -> dict[str, Any]:
    """The latest comments, or those of `page`; `earlier`: how many there are before them."""
    latest, count = _latest(request, item) if page is None else (list(page.object_list), page.paginator.count)
    leads = selectors.may_staff(request.user, item.engagement)
    user, still = request.user, item.engagement.is_open
    return {
        **_common(request, item),
        "comments": [
            (one, one.by_id == user.pk, still and (leads or one.by_id == user.pk)) for one in latest
        ],
        "may_comment": still,
        "comment_count": count,
        "earlier": count - len(latest) if page is None else 0,
        "comment_form": form or CommentForm(by=user, item=item),
        "comment_links": _links_in(request, item, latest),
    }


def links_part(request: ItemRequest, item: Item, form: LinkForm | None = None) -> dict[str, Any]:
    """The links of an item, by what they say."""
    return {
        **_common(request, item),
        "links": links_of(request.user, item),
        "link_form": form or LinkForm(by=request.user, item=item),
    }


def attachments_part(request: ItemRequest, item: Item, form: AttachmentForm | None = None) -> dict[str, Any]:
    """The files of an item: each with its kind in words, and whether a browser may show it."""
    files = [(one, name_of(one.media_type), one.media_type in SHOWN_INLINE) for one in attachments_of(item)]
    return {**_common(request, item), "attachments": files, "attachment_form": form or AttachmentForm()}


def _latest(request: ItemRequest, item: Item) -> tuple[list[Comment], int]:
    """The latest comments, oldest of them first, and how many there are; counted only when there are more."""
    found = comments_of(request.user, item)
    latest = list(found.reverse()[: LATEST + 1])[::-1]
    return latest[-LATEST:], len(latest) if len(latest) <= LATEST else found.count()


def _common(request: ItemRequest, item: Item) -> dict[str, Any]:
    return {
        "request": request,
        "item": item,
        "engagement": item.engagement,
        "may_work": may_work(request, item.engagement),
        "is_client": request.user.role == Role.CLIENT,
    }


def _links_in(request: ItemRequest, item: Item, comments: list[Comment]) -> dict[str, str]:
    return links_in(request.user, item.engagement, [one.text for one in comments]) if comments else {}
