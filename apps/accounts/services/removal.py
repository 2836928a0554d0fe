"""Removing a person who has left no trace; for others there is `deactivate`."""

from django.db import transaction
from django.db.models import ProtectedError

from apps.audit.services import record
from apps.core.errors import Refused
from apps.core.locks import hold

from ..models import Role, User


@transaction.atomic
def remove_person(*, by: User | None, user: User) -> None:
    """Delete a person's account. Raises Refused for somebody who has done or belongs to anything, because the audit
    trail and the engagements go on naming them; for the last active administrator of other people; and for oneself.
    """
    hold("accounts.administrators")
    locked = User.objects.select_for_update().get(pk=user.pk)
    if by is not None and by.pk == locked.pk:
        raise Refused("oneself", "You cannot remove yourself; another administrator can.")
    others = User.objects.exclude(pk=locked.pk)
    administrators = others.filter(role=Role.ADMIN, is_active=True)
    if locked.role == Role.ADMIN and others.exists() and not administrators.exists():
        raise Refused("last_administrator", "This is the last active administrator; make another one first.")
    record(by=by, verb="removed", subject=locked)
    try:
        locked.delete()
    except ProtectedError as error:
        message = f"{locked.name} has taken part in something; deactivate the account instead."
        raise Refused("took_part", message) from error
