"""Where a sign-in comes from: a browser in which the same person has signed in before, or a network
address."""

import hashlib
import hmac
import secrets

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase

from apps.core.addresses import address_of

COOKIE = "fieldwork_device"
SALT = "apps.accounts.device"
YEAR = 365 * 24 * 3600


def origin(request: HttpRequest | None, email: str) -> str:
    """What failures of this e-mail address are counted by (see `services.attempts`)."""
    if request is None:
        return "nowhere"
    cookie = str(request.get_signed_cookie(COOKIE, default="", salt=SALT, max_age=YEAR) or "")
    whose, _, nonce = cookie.partition(".")
    if nonce and hmac.compare_digest(whose, _digest(email)):
        return f"device {nonce}"
    return f"address {address_of(request)}"


def remember(response: HttpResponseBase, email: str) -> None:
    """Let this browser be known as one of that person's."""
    response.set_signed_cookie(
        COOKIE,
        f"{_digest(email)}.{secrets.token_urlsafe(12)}",
        salt=SALT,
        max_age=YEAR,
        httponly=True,
        samesite="Lax",
        secure=settings.SECURE,
    )


def _digest(email: str) -> str:
    return hashlib.sha256(email.strip().lower().encode()).hexdigest()[:32]
