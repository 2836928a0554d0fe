"""May this person, with this site?"""

from typing import Any

from django.http import HttpRequest

from apps.accounts.models import User

from . import selectors


def site_check(request: HttpRequest, kwargs: dict[str, Any]) -> None:
    """For `access(checks=[site_check])`: the URL's `pk` is a site that the person sees."""
    if isinstance(request.user, User):
        selectors.get_visible(request.user, kwargs["pk"])
