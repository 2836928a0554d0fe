"""What somebody reaches who asks over the API: a person, a person through a token, an engagement through one."""

from dataclasses import dataclass
from typing import TypeVar

from django.db.models import QuerySet

from apps.accounts.models import STAFF, User
from apps.engagements.models import Engagement, Item
from apps.engagements.selectors import items_visible_to, visible_to, works_on

from ..models import Token

Row = TypeVar("Row", bound=Item)


@dataclass(frozen=True)
class Bearer:
    """Who asks. `user`: the person, None for an engagement's token; `token`: None for a browser's session.

    A person's rights are looked up with every question, so that nothing outlives a role, a place or an account; a
    token can only narrow them. An engagement's token sees all of its engagement, internal or not, and nothing else.
    """

    user: User | None
    token: Token | None

    def engagements(self) -> QuerySet[Engagement]:
        """The engagements within reach, with their clients."""
        token = self.token
        if self.user is None:
            own = Engagement.objects.select_related("client")
            return own.filter(pk=token.engagement_id) if token and token.engagement_id else own.none()
        seen = visible_to(self.user)
        return seen.filter(pk=token.limited_to_id) if token and token.limited_to_id else seen

    def items(self, model: type[Row]) -> QuerySet[Row]:
        """The items of that model within reach, none that was removed."""
        token = self.token
        if self.user is None:
            own: QuerySet[Row] = QuerySet(model).filter(removed_at=None)
            return own.filter(engagement=token.engagement_id) if token and token.engagement_id else own.none()
        seen = items_visible_to(self.user, model)
        return seen.filter(engagement=token.limited_to_id) if token and token.limited_to_id else seen

    def works_on(self, engagement: Engagement) -> bool:
        """Whether whoever asks is one of those who change things on an engagement within reach."""
        return True if self.user is None else works_on(self.user, engagement)

    @property
    def is_staff(self) -> bool:
        """Whether what is internal may be told: to everybody but client viewers."""
        return self.user is None or self.user.role in STAFF

    @property
    def key(self) -> str:
        """Under which what is counted or remembered of this bearer is kept."""
        return f"token {self.token.pk}" if self.token else f"person {self.user.pk}" if self.user else ""
