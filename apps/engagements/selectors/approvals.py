"""Reads of approvals: who was asked, what they answered, and whether it still counts."""

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from django.contrib.auth.models import AnonymousUser
from django.db.models import F, QuerySet
from django.http import Http404

from apps.accounts.models import Role, User

from .. import approvals
from ..models import Approval, Engagement, Item, Member
from .items import items_visible_to


@dataclass(frozen=True)
class Asked:
    """A request for approval. state: open, approved, declined, earlier (approved, but it has changed since) or
    withdrawn."""

    approval: Approval
    state: str


def latest_answers(items: Iterable[UUID]) -> list[Approval]:
    """Of each person who was asked to approve one of these items, the latest request that was not withdrawn, in
    order of asking."""
    found = Approval.objects.filter(item__in=list(items), withdrawn_at=None)
    latest = {
        (one.item_id, one.asked_of_id): one for one in found.select_related("asked_of").order_by("created_at")
    }
    return sorted(latest.values(), key=lambda one: (one.created_at, one.pk))


def approvals_of(item: Item, *, digest: str | None = None) -> list[Asked]:
    """Everybody who was asked to approve an item, newest first. digest: of what there is to approve now, when it
    is known already."""
    found = list(item.approvals.select_related("asked_of", "asked_by").order_by("-created_at", "-pk"))
    if found and digest is None:
        digest = approvals.digest_of(item)
    return [Asked(one, state_of(one, digest or "")) for one in found]


def state_of(approval: Approval, digest: str) -> str:
    """The state of a request, where `digest` is of what there is to approve now."""
    if approval.withdrawn_at:
        return "withdrawn"
    if approval.answer == "approved" and approval.digest != digest:
        return "earlier"
    return approval.answer or "open"


def get_approval(user: User | AnonymousUser, pk: UUID) -> Approval:
    """That request, with its item and engagement. It stays readable once whoever was asked is no longer a member, as it
    does on the item's own page. Raises Http404 for one of an item of which the person may not know."""
    found = (
        Approval.objects.filter(pk=pk, item__in=items_visible_to(user, Item).values("pk"))
        .select_related("asked_of", "asked_by", "item__engagement__client")
        .first()
    )
    if found is None:
        raise Http404("No such request.")
    return found


def asked_of(user: User, engagement: Engagement) -> QuerySet[Approval]:
    """The requests that wait for that person there, the most urgent one first."""
    waiting = Approval.objects.filter(
        asked_of=user,
        answer="",
        withdrawn_at=None,
        item__engagement=engagement,
        item__removed_at=None,
        item__client_visible=True,
    )
    return waiting.select_related("item", "asked_by").order_by(F("due").asc(nulls_last=True), "created_at")


def may_be_asked(engagement: Engagement) -> list[User]:
    """The client's people on an engagement, by name."""
    members = Member.objects.filter(
        engagement=engagement, user__role=Role.CLIENT, user__is_active=True
    ).select_related("user")
    return [member.user for member in members.order_by("user__name", "user__pk")]
