"""Reads of tokens."""

from django.db.models import Q, QuerySet
from django.utils import timezone

from apps.accounts.models import Role, User
from apps.engagements.models import Engagement
from apps.engagements.selectors import may_staff, visible_to

from ..models import Token
from ..rules import terms, text

NOBODYS = terms.digest_of("")  # so that an unknown token takes as long as a known one


def recognise(written: str) -> Token | None:
    """The token that somebody shows, whatever its state; None for what is none, and for a wrong secret. Found by its
    public id, then compared in constant time."""
    parts = text.parse(written)
    if parts is None:
        return None
    token = _full().filter(public=parts.public).first()
    right = terms.is_secret_of(parts.secret, token.digest if token else NOBODYS)
    return token if right else None


def as_it_is(token: Token) -> Token | None:
    """The token once more, as it is now; None when it is gone."""
    return _full().filter(pk=token.pk).first()


def tokens_of_person(user: User) -> QuerySet[Token]:
    """A person's own tokens, those that work first, then newest first."""
    return _listed(Token.objects.filter(user=user))


def tokens_of_engagement(engagement: Engagement) -> QuerySet[Token]:
    """The tokens that act for the engagement, in the same order."""
    return _listed(Token.objects.filter(engagement=engagement))


def every_token(*, search: str = "", state: str = "", whose: str = "") -> QuerySet[Token]:
    """Everybody's tokens, for administrators. search: in the name of the token, its person, its engagement or that
    one's client, or how the token begins (never a whole one); state: one of `rules.terms.STATES`; whose: person or
    engagement."""
    found = _listed(Token.objects.all())
    now = timezone.now()
    works, open_account = Q(revoked_at=None), Q(user=None) | Q(user__is_active=True)
    states = {
        terms.ACTIVE: works & Q(expires_at__gt=now) & open_account,
        terms.EXPIRED: works & Q(expires_at__lte=now),
        terms.REVOKED: Q(revoked_at__isnull=False),
        terms.CLOSED: works & Q(expires_at__gt=now) & Q(user__is_active=False),
    }
    if state in states:
        found = found.filter(states[state])
    if whose in ("person", "engagement"):
        found = found.filter(engagement=None) if whose == "person" else found.filter(user=None)
    words = search.replace("\0", "").strip()
    if not words:
        return found
    fields = ("name", "user__name", "user__email", "engagement__name", "engagement__client__name")
    named = Q(*[(f"{field}__icontains", words) for field in fields], _connector=Q.OR)
    begins = words.removeprefix(text.PREFIX).rstrip("_…")  # a whole token does not belong into an address
    return found.filter(named | Q(public__startswith=begins) if 4 <= len(begins) <= text.PUBLIC else named)


def may_revoke(user: User, token: Token) -> bool:
    """Whether a person may revoke a token: their own, their engagement's if they staff it; administrators any."""
    if user.role == Role.ADMIN or token.user_id == user.pk:
        return True
    engagement = token.engagement
    if engagement is None or not visible_to(user).filter(pk=engagement.pk).exists():
        return False
    return may_staff(user, engagement)


def _full() -> QuerySet[Token]:
    return Token.objects.select_related("user", "engagement__client", "limited_to__client", "created_by")


def _listed(tokens: QuerySet[Token]) -> QuerySet[Token]:
    related = ("user", "engagement__client", "limited_to__client", "created_by", "revoked_by")
    open_account = Q(user=None) | Q(user__is_active=True)
    works = Q(revoked_at=None) & Q(expires_at__gt=timezone.now()) & open_account
    return tokens.select_related(*related).alias(works=works).order_by("-works", "-created_at", "-pk")
