"""Sources: where rows lie at the site. No row of the client's is in a pack because of them, and no credential."""

from collections.abc import Iterator
from typing import Any

from pydantic import TypeAdapter, ValidationError

from apps.connectors.models import Source
from apps.dataplane.contract import messages, plan

from ..rules.refusal import Unfit
from ..shape.nouns import Noun
from ..shape.reading import Into
from ..shape.writing import File, Out

NOUN = Noun("sources", Source, "engagement", leave=["engagement", "looked"], shapes={"read": {"*": Any}})
NOUNS = (NOUN,)
FOLDER = "sources"
_ADDRESS: TypeAdapter[Any] = TypeAdapter(plan.Source)
_COLUMNS: TypeAdapter[Any] = TypeAdapter(list[messages.ColumnFacts])


def write(out: Out) -> Iterator[File]:
    """Rows out."""
    yield from out.documents(NOUN, lambda row: f"{FOLDER}/{row['no']}.yml")


def read(into: Into) -> None:
    """Rows in. Raises Unfit for a source that no site could open."""
    rows = []
    for values, path in into.documents(NOUN, FOLDER):
        try:
            _ADDRESS.validate_python(values["address"])
            _COLUMNS.validate_python(values["columns"])
        except ValidationError as error:
            raise Unfit(f"This is no source ({error.errors()[0]['msg']}).", path) from None
        if values["kind"] != values["address"].get("kind"):
            raise Unfit("Its kind is that of its address.", path)
        rows.append((values, path))
    into.copy(NOUN, rows, engagement_id=into.engagement.pk)
