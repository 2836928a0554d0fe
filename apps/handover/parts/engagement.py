"""The engagement itself, with its client's name; closed or archived as it was."""

from collections.abc import Iterator
from uuid import uuid4

from apps.core.errors import Refused
from apps.core.locks import hold
from apps.core.text import one_line
from apps.engagements.models import Engagement
from apps.engagements.services.clients import client_named, ensure_client
from apps.engagements.services.slugs import free

from ..rules import documents
from ..rules.manifest import NAME as MANIFEST
from ..rules.refusal import Unfit
from ..shape.columns import columns_of
from ..shape.nouns import CALLED
from ..shape.reading import Into
from ..shape.writing import File, Out

NOUNS = ()
PATH = "engagement.yml"
SELF, CLIENT = "engagements/1", "clients/1"
_COLUMNS = columns_of(Engagement, frozenset({"client"}), CALLED)


def write(out: Out) -> Iterator[File]:
    """Rows out."""
    row = {column.name: column.plain(out.engagement, out.names) for column in _COLUMNS}
    yield PATH, [documents.dump({"client": out.engagement.client.name, **row}).encode()]


def read(into: Into) -> None:
    """Rows in: the client of that name, made if nobody knows them, and an engagement of theirs. Raises Unfit, also
    when the client has one of that name already."""
    row = into.yaml(PATH)
    heads = ["client", *(column.name for column in _COLUMNS)]
    if not isinstance(row, dict) or list(row) != heads or not isinstance(row["client"], str):
        raise Unfit(f"It says {', '.join(heads)}, in that order.", PATH)
    values = {one.field.attname: one.value(row[one.name], into.ids, PATH, 0) for one in _COLUMNS}
    if (row["client"], values["name"]) != (into.manifest.client, into.manifest.engagement):
        raise Unfit("Client and engagement are not those of the manifest.", MANIFEST)
    try:
        values["name"] = one_line(into.wanted or values["name"], limit=120, field="name")
        known = client_named(one_line(row["client"], limit=120, field="client"))
        into.client = known or ensure_client(by=into.by, name=row["client"])
    except Refused as error:
        raise Unfit(error.message, PATH) from None
    into.told["client"] = ["there is" if known else "is made"]
    hold("engagements.engagement", str(into.client.pk))
    if taken := into.client.engagements.filter(name__iexact=values["name"]).first():
        message = f"{into.client} has an engagement {taken.name} already; import this under another name."
        raise Refused("name_taken", message, field="name")
    values["slug"] = free(values["slug"], into.client.engagements.values_list("slug", flat=True))
    into.engagement = Engagement.objects.create(id=uuid4(), client=into.client, **values)
    into.ids.know(SELF, into.engagement.pk)
    into.ids.know(CLIENT, into.client.pk)
