"""Datasets: which columns of a source are what."""

from collections.abc import Iterator

from pydantic import ValidationError

from apps.connectors.models import Dataset
from apps.dataplane.contract import plan

from ..rules.refusal import Unfit
from ..shape.nouns import Noun
from ..shape.reading import Into
from ..shape.writing import File, Out

NOUN = Noun("datasets", Dataset, "source__engagement")
NOUNS = (NOUN,)
FOLDER = "datasets"
_ANYWHERE = {"kind": "csv", "path": "/x"}  # what its columns are is understood without its source


def write(out: Out) -> Iterator[File]:
    """Rows out."""
    yield from out.documents(NOUN, lambda row: f"{FOLDER}/{row['no']}.yml")


def read(into: Into) -> None:
    """Rows in. Raises Unfit for roles that no site could execute."""
    rows = []
    for values, path in into.documents(NOUN, FOLDER):
        try:
            plan.Dataset.model_validate({**values["roles"], "source": _ANYWHERE})
        except (ValidationError, TypeError):
            raise Unfit("Its roles are none that a site could execute.", path) from None
        rows.append((values, path))
    into.copy(NOUN, rows)
