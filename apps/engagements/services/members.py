"""The only writers of members."""

from django.db import transaction

from apps.accounts.models import User
from apps.audit.services import record
from apps.core.errors import Refused
from apps.core.versions import keep, lock_at

from .. import rules
from ..models import Engagement, Member, MemberRole


@transaction.atomic
def add_member(*, by: User | None, engagement: Engagement, user: User, role: str) -> Member:
    """Give a person a place on the engagement, or another role there. Raises Refused for somebody inactive,
    and for a client viewer in any other role than viewer."""
    person = User.objects.select_for_update().get(pk=user.pk)
    if not person.is_active:
        raise Refused("inactive", f"{person.name} is deactivated.", field="user")
    _require_fitting(person, role)
    member, created = Member.objects.get_or_create(
        engagement=engagement, user=person, defaults={"role": role}
    )
    if created:
        record(by=by, verb="added", subject=member, engagement=engagement, user=person.pk, role=role)
        return member
    change_member_role(by=by, member=member, role=role)
    return member


@transaction.atomic
def change_member_role(*, by: User | None, member: Member, role: str, version: int | None = None) -> None:
    """Give a member another role on the engagement. Raises Refused for a client viewer in any other role
    than viewer, and for a `version` that is no longer the member's."""
    _require_fitting(member.user, role)
    locked, changed = lock_at(member, version, role=role)
    if not changed:
        return
    before, member.role = changed["role"], role
    keep(locked, changed)
    member.version = locked.version
    engagement = locked.engagement
    record(by=by, verb="role changed", subject=locked, engagement=engagement, before=before, after=role)


@transaction.atomic
def remove_member(*, by: User | None, member: Member) -> None:
    """Take a person off the engagement; their next request finds nothing there."""
    locked = Member.objects.select_for_update().filter(pk=member.pk).first()
    if locked is None:
        return
    record(by=by, verb="removed", subject=locked, engagement=locked.engagement, user=locked.user_id)
    locked.delete()


def _require_fitting(person: User, role: str) -> None:
    if role not in MemberRole.values:
        known = ", ".join(MemberRole.values)
        raise Refused("role_unknown", f"There is no such role; known are {known}.", field="role")
    if not rules.may_hold(person.role, role):
        message = f"{person.name} is a client viewer and can only be a viewer."
        raise Refused("client_views", message, field="role")
