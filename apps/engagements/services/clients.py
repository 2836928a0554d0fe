"""The only writers of clients."""

from django.db import transaction
from django.db.models import Value
from django.db.models.functions import Lower

from apps.accounts.models import User
from apps.audit.services import record
from apps.core.errors import Refused
from apps.core.locks import hold
from apps.core.text import one_line, slug_of
from apps.core.versions import keep, lock_at

from ..models import Client
from .slugs import free


@transaction.atomic
def ensure_client(*, by: User | None, name: str) -> Client:
    """The client of that name in whatever case, made if absent. Raises Refused for a name that cannot be
    kept."""
    name = one_line(name, limit=120, field="client")
    hold("engagements.client")
    if known := client_named(name):
        return known
    slug = free(slug_of(name), Client.objects.values_list("slug", flat=True))
    client = Client.objects.create(name=name, slug=slug)
    record(by=by, verb="created", subject=client)
    return client


@transaction.atomic
def rename_client(*, by: User | None, client: Client, name: str, version: int | None = None) -> None:
    """Give a client another name. Raises Refused for a name that cannot be kept or is another client's, and
    for a `version` that is no longer the client's."""
    name = one_line(name, limit=120, field="name")
    hold("engagements.client")
    locked, changed = lock_at(client, version, name=name)
    if not changed:
        return
    if (other := client_named(name)) and other.pk != client.pk:
        raise Refused("name_taken", f"There is a client {other.name} already.", field="name")
    client.name = name
    keep(locked, changed)
    client.version = locked.version
    record(by=by, verb="renamed", subject=locked, before=changed["name"], after=name)


def client_named(name: str) -> Client | None:
    """The client of that name in whatever case."""
    return Client.objects.alias(key=Lower("name")).filter(key=Lower(Value(name))).first()
