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

from apps.accounts.access import AnyView, Check, PersonRequest
from apps.accounts.access import access as declare
from apps.accounts.models import STAFF, Role, User

from . import selectors
from .models import Client, Engagement

Find = Callable[..., Engagement]


class EngagementRequest(PersonRequest):
    """The request that a view of an engagement receives."""

    engagement: Engagement


class ClientRequest(PersonRequest):
    """The request that a view of a client receives."""

    client: Client


def access(
    *,
    engagement: str | Find,
    client_visible: bool = False,
    work: bool = False,
    staffing: bool = False,
    methods: Iterable[str] = ("GET",),
) -> Callable[[AnyView], AnyView]:
    """Declare a view of one engagement, for those who see it.

    client_visible: client viewers who are members may use it too. work: only those who may change the
    engagement (403 for its viewers). staffing: only those who may change its members.
    """
    roles = STAFF | {Role.CLIENT} if client_visible else STAFF
    return declare(roles=roles, methods=methods, checks=[_check(engagement, work=work, staffing=staffing)])


def client_check(request: HttpRequest, kwargs: dict[str, Any]) -> None:
    """For `declare(checks=[client_check])`: the URL's `pk` is a client that the person sees; the view finds it
    as `request.client`."""
    if not isinstance(request.user, User):
        raise PermissionDenied
    request.client = selectors.get_client(request.user, kwargs["pk"])  # type: ignore[attr-defined]


def _check(find: str | Find, *, work: bool, staffing: bool) -> Check:
    def check(request: HttpRequest, kwargs: dict[str, Any]) -> None:
        user = request.user
        found = selectors.get_visible(user, _id_of(find, kwargs))
        if not isinstance(user, User) or (work and not selectors.may_work_on(user, found)):
            raise PermissionDenied
        if staffing and not selectors.may_staff(user, found):
            raise PermissionDenied
        request.engagement = found  # type: ignore[attr-defined]

    return check


def _id_of(find: str | Find, kwargs: dict[str, Any]) -> Any:
    if isinstance(find, str):
        return kwargs[find]
    try:
        return find(**kwargs).pk
    except ObjectDoesNotExist:
        raise Http404("No such engagement.") from None
