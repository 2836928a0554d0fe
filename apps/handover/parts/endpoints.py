"""Endpoints that evaluations of the engagement call, with references instead of keys. One that the client has here
under the same name stays as it is; how it was tried elsewhere says nothing here."""

from collections.abc import Iterator

from apps.catalog.models import Endpoint
from apps.catalog.services import add
from apps.core.errors import Refused

from ..rules import documents
from ..rules.refusal import Unfit
from ..selectors import endpoints_of
from ..shape.columns import columns_of
from ..shape.nouns import CALLED
from ..shape.reading import Into
from ..shape.writing import File, Out

NOUN = "endpoints"
NOUNS = ()
PATH = "endpoints.yml"
_HERE = frozenset({"client", "trial", "tried_at", "tried_site", "outcome", "result"})
_COLUMNS = columns_of(Endpoint, _HERE, CALLED)
_KEPT = (
    "created_at",
    "version",
    "priced_at",
    "retired_at",
)  # as they were; everything else goes through its service


def call(out: Out) -> list[Endpoint]:
    """Give every endpoint its name."""
    found = sorted(endpoints_of(out.engagement), key=lambda one: one.name)
    out.names.give(NOUN, (one.pk for one in found))
    return found


def write(out: Out) -> Iterator[File]:
    """Rows out."""
    rows = [{one.name: one.plain(row, out.names) for one in _COLUMNS} for row in call(out)]
    out.counts[NOUN] = len(rows)
    yield PATH, [documents.dump(rows).encode()]


def read(into: Into) -> None:
    """Rows in. Raises Unfit for an endpoint that the catalogue would refuse, such as one with a key in it."""
    data = into.yaml(PATH)
    heads = [column.name for column in _COLUMNS]
    if not isinstance(data, list):
        raise Unfit("This is a list of endpoints.", PATH)
    for number, row in enumerate(data, 1):
        if not isinstance(row, dict) or list(row) != heads:
            raise Unfit(f"Each of them says {', '.join(heads)}, in that order.", PATH)
        values = {one.name: one.value(row[one.name], into.ids, PATH, 0) for one in _COLUMNS}
        known = Endpoint.objects.filter(client__in=[into.client], name__iexact=values["name"]).first()
        known = known or Endpoint.objects.filter(client=None, name__iexact=values["name"]).first()
        if known is None:
            known = _made(into, values)
        else:
            into.warnings.append(f"The endpoint {known.name} is here already, and stays as it is.")
        into.ids.know(f"{NOUN}/{number}", known.pk)
    into.counts[NOUN] = len(data)


def _made(into: Into, values: dict[str, object]) -> Endpoint:
    said = {name: value for name, value in values.items() if name not in _KEPT}
    try:
        made = add(by=into.by, client=into.client, **said)  # type: ignore[arg-type]  # the service looks at each
    except (Refused, TypeError, AttributeError, ValueError) as error:
        raise Unfit(
            f"An endpoint cannot be kept: {getattr(error, 'message', 'it has another shape')}", PATH
        ) from None
    Endpoint.objects.filter(pk=made.pk).update(**{name: values[name] for name in _KEPT})
    return made
