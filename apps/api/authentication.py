"""Who asks: whoever holds the token in `Authorization: Bearer fw_…`. Browsers: their session, and its form token."""

from typing import Any

from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import AuthenticationFailed

from apps.accounts.models import User
from apps.accounts.services import attempts
from apps.core.addresses import address_of
from apps.core.errors import Refused
from apps.tokens import selectors, services
from apps.tokens.models import Token
from apps.tokens.rules import terms

from .problems import Problem

WRONG = 30  # tokens from one network address in a quarter of an hour
LONGEST = 200  # characters of a header that may be a token
CHALLENGE = 'Bearer realm="fieldwork"'
UNKNOWN = "This is no token of this Fieldwork. Was all of it copied?"
ENDED = {
    terms.EXPIRED: "This token has expired; make another one.",
    terms.REVOKED: "This token has been revoked.",
    terms.CLOSED: "The account that this token acts for is closed.",
}


class Program:
    """The user of a request that an engagement's token has made: nobody. The token is `request.auth`."""

    is_authenticated = True
    is_active = True
    is_anonymous = False
    pk = None
    role = ""
    timezone = "UTC"


class TokenAuthentication(BaseAuthentication):
    """Gives (person or Program, token). Wrong tokens are counted by where they come from; right ones never are, so
    that nobody is locked out by a neighbour."""

    def authenticate(self, request: Any) -> tuple[User | Program, Token] | None:
        """None when no token is shown. Raises AuthenticationFailed, or Problem after too many wrong ones."""
        scheme, _, written = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() != "bearer":
            return None
        address = address_of(request)
        token = selectors.recognise(written.strip()) if len(written) <= LONGEST else None
        if token is None:
            _count_wrong(address)
            raise AuthenticationFailed(UNKNOWN, "token_unknown")
        _require_active(token)
        services.note_use(token=token, address=address)
        return token.user or Program(), token

    def authenticate_header(self, request: Any) -> str:
        """What a 401 says in WWW-Authenticate."""
        shown = request.headers.get("Authorization", "").lower().startswith("bearer")
        return f'{CHALLENGE}, error="invalid_token"' if shown else CHALLENGE


def look_again(token: Token) -> None:
    """Raises AuthenticationFailed where the token has ended since it was shown."""
    now = selectors.as_it_is(token)
    if now is None:
        raise AuthenticationFailed(UNKNOWN, "token_unknown")
    _require_active(now)


def _require_active(token: Token) -> None:
    if token.state != terms.ACTIVE:
        raise AuthenticationFailed(ENDED[token.state], f"token_{token.state}")


def _count_wrong(address: str) -> None:
    try:
        attempts.begin(bucket=attempts.bucket_of("token", address), limit=WRONG)
    except Refused:
        words = "Too many wrong tokens from here. Wait a quarter of an hour."
        wait = {"Retry-After": str(int(attempts.WINDOW.total_seconds()))}
        raise Problem(429, "too_many_attempts", words, headers=wait) from None
