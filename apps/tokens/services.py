"""The only writers of tokens."""

import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from apps.accounts.models import User
from apps.audit.services import record
from apps.core.errors import Refused
from apps.core.locks import hold
from apps.core.text import one_line
from apps.engagements.models import Engagement
from apps.engagements.selectors import visible_to

from . import scopes as known_scopes
from .models import Token
from .rules import terms, text

NAME = 60  # characters


@dataclass(frozen=True)
class Issued:
    """A token together with its text, which is known only now."""

    token: Token
    text: str

    def __repr__(self) -> str:
        return f"Issued({self.token.public})"  # never the text, wherever this may be printed


@transaction.atomic
def issue_own(
    *,
    by: User,
    name: str,
    scopes: Iterable[str],
    days: int = terms.DEFAULT_DAYS,
    limited_to: Engagement | None = None,
) -> Issued:
    """A token that acts as `by`, with at most the rights they have at the time of each request.

    limited_to: the one engagement it shall reach. Raises Refused for a name that is taken, a scope that their role
    may not ask for, a term that is not offered, and an engagement that they do not see.
    """
    if not User.objects.select_for_update().get(pk=by.pk).is_active:
        raise Refused("closed", "This account was closed meanwhile.")
    if limited_to and not visible_to(by).filter(pk=limited_to.pk).exists():
        raise Refused("engagement_unknown", "There is no such engagement.", field="limited_to")
    offered = {scope.name for scope in known_scopes.known(by.role)}
    return _issue(by, name, scopes, offered, days, user=by, limited_to=limited_to)


@transaction.atomic
def issue_for_engagement(
    *,
    by: User | None,
    engagement: Engagement,
    name: str,
    scopes: Iterable[str],
    days: int = terms.DEFAULT_DAYS,
) -> Issued:
    """A token that acts for the engagement, without a person, and reaches nothing else. Raises Refused as
    `issue_own` does."""
    offered = {scope.name for scope in known_scopes.known()}
    return _issue(by, name, scopes, offered, days, engagement=engagement)


@transaction.atomic
def revoke(*, by: User | None, token: Token) -> None:
    """Let a token work no more, from the next request on."""
    locked = Token.objects.select_for_update().get(pk=token.pk)
    if locked.revoked_at is None:
        locked.revoked_at = token.revoked_at = timezone.now()
        locked.revoked_by = token.revoked_by = by
        locked.save(update_fields=["revoked_at", "revoked_by"])
        record(by=by, verb="revoked", subject=locked, engagement=locked.engagement, name=locked.name)


def revoke_all_of(by: User | None, user: User) -> None:
    """Let all tokens of a person work no more, for good: their account was closed."""
    for token in Token.objects.filter(user=user, revoked_at=None).order_by("pk"):
        revoke(by=by, token=token)


def note_use(*, token: Token, address: str) -> None:
    """Write down when and from which network a token was used last, at most once a minute.

    Whoever finds the row locked leaves it to the one who holds it; nobody waits. No event: a use is none.
    """
    now = timezone.now()
    if not terms.is_use_due(token.used_at, now):
        return
    with transaction.atomic():
        free = Token.objects.select_for_update(skip_locked=True, of=("self",)).filter(pk=token.pk).first()
        if free and terms.is_use_due(free.used_at, now):
            token.used_at, token.used_from = now, terms.truncated(address)
            Token.objects.filter(pk=token.pk).update(used_at=now, used_from=token.used_from)


def _issue(
    by: User | None,
    name: str,
    wanted: Iterable[str],
    offered: set[str],
    days: int,
    *,
    user: User | None = None,
    engagement: Engagement | None = None,
    limited_to: Engagement | None = None,
) -> Issued:
    name = one_line(name, limit=NAME, field="name")
    hold("tokens.name", str(user.pk if user else ""), str(engagement.pk if engagement else ""))
    if Token.objects.filter(user=user, engagement=engagement, name=name, revoked_at=None).exists():
        message = f"There is a token {name} already; revoke it first, or choose another name."
        raise Refused("name_taken", message, field="name")
    public, secret = _chosen(text.PUBLIC), _chosen(text.SECRET)
    now = timezone.now()
    token = Token.objects.create(
        public=public,
        digest=terms.digest_of(secret),
        name=name,
        scopes=_scopes(wanted, offered),
        user=user,
        engagement=engagement,
        limited_to=limited_to,
        created_by=by,
        created_at=now,
        expires_at=now + timedelta(days=_days(days)),
    )
    facts = {"name": name, "scopes": token.scopes, "expires_at": token.expires_at}
    record(by=by, verb="made", subject=token, engagement=engagement, **facts)
    return Issued(token, text.compose(public, secret))


def _chosen(length: int) -> str:
    return "".join(secrets.choice(text.ALPHABET) for _ in range(length))


def _scopes(wanted: Iterable[str], offered: set[str]) -> list[str]:
    chosen = sorted(set(wanted))
    if not chosen:
        raise Refused("scopes_missing", "Choose at least one thing that it may do.", field="scopes")
    if unknown := [scope for scope in chosen if scope not in offered]:
        message = f"{', '.join(unknown)} is not offered; there are {', '.join(sorted(offered))}."
        raise Refused("scope_unknown", message, field="scopes")
    return chosen


def _days(days: int) -> int:
    if days not in terms.DAYS:
        known = ", ".join(str(one) for one in terms.DAYS)
        raise Refused("term_unknown", f"A token lasts {known} days; none lasts for ever.", field="days")
    return days
