"""The start page."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from apps.accounts.access import access
from apps.accounts.selectors import anyone_exists


@access(public=True, reason="leads everybody to where they can begin")
def start(request: HttpRequest) -> HttpResponse:
    """To the engagements; without a session to the sign-in page; in an empty Fieldwork to its first page."""
    if request.user.is_authenticated:
        return redirect("engagements:list")
    return redirect("accounts:sign-in" if anyone_exists() else "accounts:first-administrator")
