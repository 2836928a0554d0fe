"""May this person, with this endpoint?"""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest

from apps.accounts.models import User

from . import selectors


def seen(request: HttpRequest, kwargs: dict[str, Any]) -> None:
    """For `access(checks=[…])`: the URL's `pk` is an endpoint that the person sees."""
    if isinstance(request.user, User):
        selectors.get_visible(request.user, kwargs["pk"])


def written(request: HttpRequest, kwargs: dict[str, Any]) -> None:
    """For `access(checks=[…])`: one that the person sees and may change."""
    if isinstance(request.user, User):
        endpoint = selectors.get_visible(request.user, kwargs["pk"])
        if not selectors.may_write(request.user, endpoint):
            raise PermissionDenied


def tried(request: HttpRequest, kwargs: dict[str, Any]) -> None:
    """For `access(checks=[…])`: one that the person sees and may have called."""
    if isinstance(request.user, User):
        endpoint = selectors.get_visible(request.user, kwargs["pk"])
        if not selectors.may_try(request.user, endpoint):
            raise PermissionDenied
