"""Sites, by name alone. One of the client's or the local one that is called so is taken for the same; another one is
made without a key, so that nothing is sent to it or believed of it before it has introduced itself."""

from collections.abc import Iterator

from apps.core.errors import Refused
from apps.dispatch.models import Site
from apps.dispatch.services.sites import enroll

from ..rules import documents
from ..rules.refusal import Unfit
from ..selectors import sites_of
from ..shape.reading import Into
from ..shape.writing import File, Out

NOUN = "sites"
NOUNS = ()
PATH = "sites.yml"
_EVERYBODYS, _CLIENTS = "every client", "this client"


def call(out: Out) -> list[Site]:
    """Give every site that something was run at its name."""
    found = sorted(sites_of(out.engagement), key=lambda one: (one.name, one.client_id is not None))
    out.names.give(NOUN, (one.pk for one in found))
    return found


def write(out: Out) -> Iterator[File]:
    """Rows out."""
    rows = [
        {"no": number, "name": site.name, "serves": _CLIENTS if site.client_id else _EVERYBODYS}
        for number, site in enumerate(call(out), 1)
    ]
    out.counts[NOUN] = len(rows)
    yield PATH, [documents.dump(rows).encode()]


def read(into: Into) -> None:
    """Rows in. Raises Unfit for what is no name of a site."""
    data = into.yaml(PATH)
    if not isinstance(data, list):
        raise Unfit("This is a list of sites.", PATH)
    for number, row in enumerate(data, 1):
        fits = (
            isinstance(row, dict) and list(row) == ["no", "name", "serves"] and isinstance(row["name"], str)
        )
        if not fits or row["no"] != number or row["serves"] not in {_EVERYBODYS, _CLIENTS}:
            raise Unfit(f"Each of them has its number, a name, and serves {_EVERYBODYS} or {_CLIENTS}.", PATH)
        client = into.client if row["serves"] == _CLIENTS else None
        try:
            site = enroll(by=into.by, name=row["name"], client=client)
        except Refused as error:
            raise Unfit(error.message, PATH) from None
        if not site.public_key:
            into.warnings.append(
                f"The site {site.name} has not introduced itself here; nothing can be run there yet."
            )
        into.ids.know(f"{NOUN}/{number}", site.pk)
    into.counts[NOUN] = len(data)
