"""Removing an endpoint for good, where `services.retire` would leave its name taken."""

from django.db import transaction

from apps.accounts.models import User
from apps.audit.services import record

from .models import Endpoint


@transaction.atomic
def remove_endpoint(*, by: User | None, endpoint: Endpoint) -> None:
    """Delete an endpoint. Evaluations are untouched: they have copied what it says."""
    locked = Endpoint.objects.select_for_update().get(pk=endpoint.pk)
    record(by=by, verb="removed", subject=locked)
    locked.delete()
