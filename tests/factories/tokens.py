"""Tokens, made through the services."""

from collections.abc import Iterable
from itertools import count

from apps.accounts.models import User
from apps.engagements.models import Engagement
from apps.tokens import scopes as known
from apps.tokens.services import Issued, issue_for_engagement, issue_own

_numbers = count(1)


def make_token(
    holder: User | Engagement,
    *scopes: str,
    name: str = "",
    days: int = 90,
    limited_to: Engagement | None = None,
) -> Issued:
    """A token of that person, or of that engagement; good for all that it can be good for unless `scopes` are
    given."""
    name = name or f"token {next(_numbers)}"
    if isinstance(holder, User):
        return issue_own(
            by=holder, name=name, scopes=scopes or every(holder.role), days=days, limited_to=limited_to
        )
    return issue_for_engagement(by=None, engagement=holder, name=name, scopes=scopes or every(), days=days)


def bearer(issued: Issued) -> dict[str, str]:
    """The headers that show it."""
    return {"Authorization": f"Bearer {issued.text}"}


def every(role: str | None = None) -> Iterable[str]:
    """The names of all scopes that this role may ask for."""
    return [scope.name for scope in known.known(role)]
