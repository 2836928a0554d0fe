"""May this person, on this engagement? The engagement-aware declaration for views.

    @access(engagement="pk", client_visible=True)                     # the URL's `pk` is the engagement's
    @access(engagement=engagement_of_run, work=True, methods=["POST"])  # a function of the URL's arguments

The function gets the URL's keyword arguments and returns the engagement (or raises Http404, or DoesNotExist
of any model). The view finds the engagement as `request.engagement`; a person to whom it is not visible gets
the 404 that a missing one gives.
"""

from collections.abc import Callable, Iterable
from typing import Any

from django.core.exceptions import ObjectDoesNotExist, PermissionDenied
from django.http import Http404, HttpRequest
from django.urls import reverse

from apps.accounts.access import AnyView, Check, PersonRequest
from apps.accounts.access import access as declare
from apps.accounts.models import STAFF, Role, User
from apps.core.errors import Gone, Refused
from apps.core.figures import ago

from . import selectors
from .models import AccessRequest, Client, Engagement, Item
from .rules.endings import CLOSED_WORDS

Find = Callable[..., Engagement]
SAFE = frozenset({"GET", "HEAD", "OPTIONS"})


class EngagementRequest(PersonRequest):
    """The request that a view of an engagement receives."""

    engagement: Engagement


class ItemRequest(EngagementRequest):
    """The request that a view of an item receives; the item is a row of the declared model."""

    item: Any


class ClientRequest(PersonRequest):
    """The request that a view of a client receives."""

    client: Client


def access(
    *,
    engagement: str | Find,
    client_visible: bool = False,
    work: bool = False,
    staffing: bool = False,
    closed: bool = False,
    methods: Iterable[str] = ("GET",),
) -> Callable[[AnyView], AnyView]:
    """Declare a view of one engagement, for those who see it.

    client_visible: client viewers who are members may use it too. work: only those who may change the
    engagement (403 for its viewers). staffing: only those who may change its members. Of a closed engagement
    nothing changes (409), except by a view that is for closed ones, too.
    """
    roles = STAFF | {Role.CLIENT} if client_visible else STAFF
    return declare(
        roles=roles, methods=methods, checks=[_check(engagement, work=work, staffing=staffing, closed=closed)]
    )


def item_access(
    model: type[Item],
    *,
    client_visible: bool = False,
    work: bool = False,
    methods: Iterable[str] = ("GET",),
    removed: bool = False,
) -> Callable[[AnyView], AnyView]:
    """Declare a view of one item, whose id is the URL's `pk`; the view finds it as `request.item` and its
    engagement as `request.engagement`. Hidden, foreign and missing ones give the same 404, as do removed ones but
    for staff who see the engagement.

    client_visible: client viewers may use it for the items they may see. work: only those who may change
    the engagement. removed: also for an item that was removed (for staff).
    """
    roles = STAFF | {Role.CLIENT} if client_visible else STAFF
    return declare(roles=roles, methods=methods, checks=[_item_check(model, work=work, removed=removed)])


def _item_check(model: type[Item], *, work: bool, removed: bool) -> Check:
    def check(request: HttpRequest, kwargs: dict[str, Any]) -> None:
        user = request.user
        try:
            item = selectors.get_item(user, kwargs["pk"], model, removed=removed)
        except Http404:
            _say_if_removed(user, kwargs["pk"], model)
            raise
        if not isinstance(user, User) or (work and not selectors.works_on(user, item.engagement)):
            raise PermissionDenied
        refuse_closed(request, item.engagement, changes=work)
        request.item, request.engagement = item, item.engagement  # type: ignore[attr-defined]

    return check


def _say_if_removed(user: Any, pk: Any, model: type[Item]) -> None:
    """Who was at work on something that is gone is told who removed it; staff who see the engagement alone. Raises
    Gone."""
    item = selectors.get_item(user, pk, model, removed=True)
    if item.removed_at is None:
        return
    who = item.removed_by.name if item.removed_by else "Fieldwork"
    message = f"{who} removed {item.reference} {ago(item.removed_at)}."
    if selectors.may_work_on(user, item.engagement):
        raise Gone(message, href=reverse("items:restore", args=[item.pk]), action="Restore it")
    raise Gone(message)


def may_answer(user: User, request: AccessRequest) -> bool:
    """Whether a person may answer an access request that they see: a client viewer when it is theirs or
    nobody's, and whoever may change the engagement, when the answer has reached them some other way."""
    if user.role == Role.CLIENT:
        asked = request.client_visible and request.owner_id in {None, user.pk}
        return asked and request.engagement.is_open
    return selectors.may_work_on(user, request.engagement)


def client_check(request: HttpRequest, kwargs: dict[str, Any]) -> None:
    """For `declare(checks=[client_check])`: the URL's `pk` is a client that the person sees; the view finds it
    as `request.client`."""
    if not isinstance(request.user, User):
        raise PermissionDenied
    request.client = selectors.get_client(request.user, kwargs["pk"])  # type: ignore[attr-defined]


def refuse_closed(request: HttpRequest, engagement: Engagement, *, changes: bool = False) -> None:
    """Raises Refused when a request would change something on a closed engagement, or shows what `changes` it."""
    if not engagement.is_open and (changes or request.method not in SAFE):
        raise Refused("closed", CLOSED_WORDS)


def _check(find: str | Find, *, work: bool, staffing: bool, closed: bool) -> Check:
    def check(request: HttpRequest, kwargs: dict[str, Any]) -> None:
        user = request.user
        found = selectors.get_visible(user, _id_of(find, kwargs))
        if not isinstance(user, User) or (work and not selectors.works_on(user, found)):
            raise PermissionDenied
        if staffing and not selectors.may_staff(user, found):
            raise PermissionDenied
        if not closed:
            refuse_closed(request, found, changes=work or staffing)
        request.engagement = found  # type: ignore[attr-defined]

    return check


def _id_of(find: str | Find, kwargs: dict[str, Any]) -> Any:
    if isinstance(find, str):
        return kwargs[find]
    try:
        return find(**kwargs).pk
    except ObjectDoesNotExist:
        raise Http404("No such engagement.") from None
