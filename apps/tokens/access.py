"""May this person, with this token?"""

from typing import Any

from django.http import Http404, HttpRequest

from apps.accounts.access import PersonRequest
from apps.accounts.models import User

from . import selectors
from .models import Token


class TokenRequest(PersonRequest):
    """The request that a view of a token receives."""

    token: Token


def revocable(request: HttpRequest, kwargs: dict[str, Any]) -> None:
    """For `access(checks=[revocable])`: the URL's `pk` is a token that the person may revoke; the view finds it as
    `request.token`. Somebody else's gives the same 404 as none."""
    known = Token.objects.select_related("user", "engagement__client")
    token = known.filter(pk=kwargs["pk"]).first()
    if token is None or not isinstance(request.user, User) or not selectors.may_revoke(request.user, token):
        raise Http404("No such token.")
    request.token = token  # type: ignore[attr-defined]
