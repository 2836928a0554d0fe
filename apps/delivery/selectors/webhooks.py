"""Reads of webhooks and of their deliveries."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Q, QuerySet

from apps.accounts.models import Role, User
from apps.core.keyset import Cursor
from apps.engagements.models import Engagement, MemberRole
from apps.engagements.selectors import may_staff, visible_to

from ..models import Delivery, DeliveryAttempt, Webhook


@dataclass(frozen=True)
class Standing:
    """A webhook with what became of its latest delivery, if there was one."""

    webhook: Webhook
    state: str = ""
    at: datetime | None = None


def webhooks_of(engagement: Engagement | None) -> QuerySet[Webhook]:
    """The webhooks of an engagement, or of the installation, by name."""
    return Webhook.objects.filter(engagement=engagement).order_by("name", "pk")


def standings(webhooks: QuerySet[Webhook]) -> list[Standing]:
    """Webhooks with their latest deliveries, in two queries however many there are."""
    rows = list(webhooks)
    latest = (
        Delivery.objects.filter(webhook__in=[one.pk for one in rows])
        .order_by("webhook", "-created_at", "-pk")
        .distinct("webhook")
        .values_list("webhook", "state", "created_at")
    )
    found = {pk: (state, at) for pk, state, at in latest}
    return [Standing(one, *found.get(one.pk, ("", None))) for one in rows]


def may_manage(user: User, webhook: Webhook) -> bool:
    """Whether a person may look into a webhook and change it: who leads its engagement, as long as they see it;
    administrators those of the installation."""
    engagement = webhook.engagement
    if engagement is None:
        return user.role == Role.ADMIN
    return visible_to(user).filter(pk=engagement.pk).exists() and may_staff(user, engagement)


def managers_of(webhook: Webhook) -> list[User]:
    """Who is told when something is wrong with it: the engagement's leads and whoever made it, as far as they still may
    manage it; administrators, when there are none and of the installation's."""
    people = User.objects.filter(is_active=True)
    admins = people.filter(role=Role.ADMIN)
    found: list[User] = []
    if webhook.engagement_id is not None:
        leads = Q(memberships__engagement=webhook.engagement_id, memberships__role=MemberRole.LEAD)
        asked = people.filter(leads | Q(pk=webhook.created_by_id)).distinct().order_by("pk")
        found = [one for one in asked if may_manage(one, webhook)]
    return found or list(admins.order_by("pk"))


def deliveries_before(
    webhook: Webhook, cursor: Cursor | None, size: int, *, state: str = ""
) -> Sequence[Delivery]:
    """At most so many deliveries before a cursor, newest first, of one state or of all. As quick with a hundred
    thousand as with ten."""
    found = webhook.deliveries.defer("body").order_by("-created_at", "-pk")
    if state in Delivery.State.values:
        found = found.filter(state=state)
    if cursor is not None:
        at, pk = cursor
        found = found.filter(Q(created_at__lt=at) | Q(pk__lt=pk), created_at__lte=at)
    return list(found[:size])


def last_attempts(deliveries: Sequence[Delivery]) -> dict[UUID, DeliveryAttempt]:
    """Delivery → its latest attempt, as far as there was one."""
    tried = DeliveryAttempt.objects.filter(delivery__in=[one.pk for one in deliveries])
    return {one.delivery_id: one for one in tried.order_by("delivery", "-number").distinct("delivery")}


def attempts_of(delivery: Delivery) -> QuerySet[DeliveryAttempt]:
    """Its attempts, the latest first."""
    return delivery.tried.order_by("-number")
