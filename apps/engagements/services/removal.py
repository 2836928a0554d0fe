"""Removing engagements and clients. The audit trail keeps what was done; nothing else is kept."""

from django.db import connection, transaction
from django.db.models import ProtectedError

from apps.accounts.models import User
from apps.audit.services import record
from apps.core.errors import Refused

from ..models import Client, Engagement
from .attachments import forget_files_of


@transaction.atomic
def remove_engagement(*, by: User | None, engagement: Engagement) -> None:
    """Delete an engagement with what hangs on it alone: members, invitations, items, gate decisions, sources,
    criteria, measurements.

    Raises Refused while something else rests on it, such as an evaluation.
    """
    locked = Engagement.objects.select_for_update().get(pk=engagement.pk)
    record(by=by, verb="removed", subject=locked, engagement=locked)
    forget_files_of(locked)
    _may_go(str(locked.pk))
    try:
        locked.delete()
    except ProtectedError as error:
        raise Refused("in_use", f"{locked} cannot be removed: {_nouns(error)} must go first.") from error
    finally:
        _may_go("")


@transaction.atomic
def remove_client(*, by: User | None, client: Client) -> None:
    """Delete a client. Raises Refused while it has an engagement, a site or anything else."""
    locked = Client.objects.select_for_update().get(pk=client.pk)
    record(by=by, verb="removed", subject=locked)
    try:
        locked.delete()
    except ProtectedError as error:
        raise Refused("in_use", f"{locked} cannot be removed: {_nouns(error)} must go first.") from error


def _may_go(engagement: str) -> None:
    """Gate decisions are kept for good, but for those of this engagement until the transaction ends."""
    if not connection.needs_rollback:
        with connection.cursor() as cursor:
            cursor.execute("SELECT set_config('fieldwork.removing_engagement', %s, true)", [engagement])


def _nouns(error: ProtectedError) -> str:
    """What stands in the way, such as "engagements, sites"."""
    return ", ".join(sorted({str(row._meta.verbose_name_plural) for row in error.protected_objects}))
