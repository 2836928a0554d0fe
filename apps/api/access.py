"""May this bearer, on this engagement? The declaration of the API's views.

    access(scopes={"GET": "log:read", "POST": "log:write"}, on=of_engagement(noun.add))(view)

Whoever reads needs to reach what the address names (else 404), whoever writes also to be one of those who may change
the engagement (else 403).
"""

from collections.abc import Callable, Mapping
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404
from rest_framework.permissions import SAFE_METHODS

from apps.accounts.access import EVERYONE, AnyView, Check
from apps.accounts.access import access as declare
from apps.accounts.models import User
from apps.engagements.access import refuse_closed
from apps.tokens.models import Token
from apps.tokens.selectors import Bearer

from .noun import Act, Noun


def access(
    *, scopes: Mapping[str, str], on: Check | None = None, roles: frozenset[str] = EVERYONE
) -> Callable[[AnyView], AnyView]:
    """Declare a view of the API, for persons of these roles and tokens that have the method's scope, and for
    browsers."""
    return declare(roles=roles, scopes=scopes, checks=[on] if on else ())


def bearer_of(request: Any) -> Bearer:
    """Who asks."""
    user = request.user if isinstance(request.user, User) else None
    return Bearer(user, request.auth if isinstance(request.auth, Token) else None)


def of_engagement(act: Act | None) -> Check:
    """The address's `pk` is an engagement within reach, on which the bearer may do what is asked; the view finds it as
    `request.engagement`."""

    def check(request: Any, kwargs: dict[str, Any]) -> None:
        bearer = bearer_of(request)
        engagement = bearer.engagements().filter(pk=kwargs["pk"]).first()
        if engagement is None:
            raise Http404("No such engagement.")
        request.engagement = engagement
        _require(request, act, None)

    return check


def of_row(noun: Noun, acts: Mapping[str, Act]) -> Check:
    """The address's `pk` is a row of the noun within reach, with which the bearer may do what is asked; the view finds
    it as `request.row`, and its engagement as `request.engagement`."""

    def check(request: Any, kwargs: dict[str, Any]) -> None:
        row = noun.rows(bearer_of(request)).filter(pk=kwargs["pk"]).first()
        if row is None:
            raise Http404(f"No such {noun.one}.")
        request.row, request.engagement = row, noun.engagement_of(row)
        _require(request, acts.get(request.method), row)

    return check


def of_none(act: Act | None) -> Check:
    """Nothing is named by the address; the bearer may do what is asked."""

    def check(request: Any, kwargs: dict[str, Any]) -> None:
        request.engagement = None
        _require(request, act, None)

    return check


def _require(request: Any, act: Act | None, row: Any) -> None:
    if request.method in SAFE_METHODS or act is None:
        return
    if request.engagement is not None and not act.closed:
        refuse_closed(request, request.engagement)
    if not act.may(bearer_of(request), request.engagement, row):
        raise PermissionDenied
