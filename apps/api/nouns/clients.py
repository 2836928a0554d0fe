"""Clients: customer companies."""

from typing import Any

from django.db.models import QuerySet
from rest_framework import serializers

from apps.accounts.models import STAFF
from apps.engagements.models import Client
from apps.engagements.selectors import clients_of
from apps.engagements.services.clients import ensure_client, rename_client
from apps.tokens.selectors import Bearer

from ..fields import Moment, Out, Strict
from ..noun import Act, Asked, Narrow, Noun
from .engagements import is_staff, manages


class ClientOut(Out):
    """A customer company."""

    id = serializers.UUIDField()
    name = serializers.CharField()
    slug = serializers.CharField()
    version = serializers.IntegerField()
    created_at = Moment()


class ClientFields(Strict):
    """What is kept of a client."""

    name = serializers.CharField(max_length=120)


def _rows(bearer: Bearer) -> QuerySet[Client]:
    """All that a person sees; a token that is held to one engagement knows its client alone."""
    if bearer.user is not None and not (bearer.token and bearer.token.limited_to_id):
        return Client.objects.filter(pk__in=clients_of(bearer.user).order_by().values("pk"))
    return Client.objects.filter(pk__in=bearer.engagements().values("client"))


def _may(bearer: Bearer, engagement: Any, row: Any) -> bool:
    return manages(bearer, engagement, row) and is_staff(bearer, engagement, row)


def _add(asked: Asked) -> Client:
    return ensure_client(by=asked.by, name=asked.sent["name"])


def _rename(asked: Asked) -> Client:
    name = asked.sent.get("name", asked.row.name)
    rename_client(by=asked.by, client=asked.row, name=name, version=asked.version)
    row: Client = asked.row
    return row


CLIENTS = Noun(
    name="clients",
    one="client",
    says="Clients: customer companies. A name that is known already gives the client that has it.",
    scope="clients",
    roles=STAFF,
    rows=_rows,
    engagement="",
    out=ClientOut,
    orders={"name": "name", "-created_at": "created_at", "created_at": "created_at"},
    narrow={
        "q": Narrow(
            serializers.CharField(required=False, max_length=300, allow_blank=True, help_text="In its name."),
            "name__icontains",
        ),
    },
    add=Act(_add, ClientFields, _may),
    change=Act(_rename, ClientFields, _may),
)
