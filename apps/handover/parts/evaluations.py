"""Evaluations: one document of YAML for each version, with its frozen spec."""

from collections.abc import Iterator
from typing import Any

from apps.core.text import slug_of
from apps.pilots import spec
from apps.pilots.models import Evaluation

from ..rules.refusal import Unfit
from ..shape.nouns import Noun
from ..shape.reading import Into
from ..shape.writing import File, Out

NOUN = Noun("evaluations", Evaluation, "engagement", leave=["engagement"])
NOUNS = (NOUN,)
FOLDER = "evaluations"


def write(out: Out) -> Iterator[File]:
    """Rows out."""
    yield from out.documents(
        NOUN, lambda row: f"{FOLDER}/{row['no']}-{slug_of(row['name'], limit=40)}-v{row['version']}.yml"
    )


def read(into: Into) -> None:
    """Rows in. Raises Unfit for a spec that this Fieldwork does not understand."""
    rows = []
    for values, path in into.documents(NOUN, FOLDER):
        _require_spec(values["spec"], path)
        rows.append((values, path))
    into.copy(NOUN, rows, engagement_id=into.engagement.pk)


def _require_spec(data: Any, path: str) -> None:
    try:
        known = spec.to_data(spec.from_data(data, "spec"))
    except spec.InvalidSpec as error:
        raise Unfit(str(error).splitlines()[0], path) from None
    if not isinstance(data, dict) or data.keys() - known.keys():
        raise Unfit("Its spec says more than a spec says.", path)
