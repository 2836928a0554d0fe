"""Removing engagements and clients. The audit trail keeps what was done; nothing else is kept."""

from django.db import transaction
from django.db.models import ProtectedError

from apps.accounts.models import User
from apps.audit.services import record
from apps.core.errors import Refused

from ..models import Client, Engagement


@transaction.atomic
def remove_engagement(*, by: User | None, engagement: Engagement) -> None:
    """Delete an engagement with what hangs on it alone: members, invitations, sources, criteria, measurements.

    Raises Refused while something else rests on it, such as an evaluation.
    """
    locked = Engagement.objects.select_for_update().get(pk=engagement.pk)
    record(by=by, verb="removed", subject=locked, engagement=locked)
    try:
        locked.delete()
    except ProtectedError as error:
        raise Refused("in_use", f"{locked} cannot be removed: {_nouns(error)} must go first.") from error


@transaction.atomic
def remove_client(*, by: User | None, client: Client) -> None:
    """Delete a client. Raises Refused while it has an engagement, a site or anything else."""
    locked = Client.objects.select_for_update().get(pk=client.pk)
    record(by=by, verb="removed", subject=locked)
    try:
        locked.delete()
    except ProtectedError as error:
        raise Refused("in_use", f"{locked} cannot be removed: {_nouns(error)} must go first.") from error


def _nouns(error: ProtectedError) -> str:
    """What stands in the way, such as "engagements, sites"."""
    return ", ".join(sorted({str(row._meta.verbose_name_plural) for row in error.protected_objects}))
