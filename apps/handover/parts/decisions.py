"""Decisions on gates: one document of Markdown for each, with the evidence that was frozen with it.

In the evidence, too, names stand instead of ids, so its digest is made anew where it is read; that of the document in
the manifest is the pack's own.
"""

from collections.abc import Iterator
from typing import Any

from apps.engagements.models import Engagement, GateDecision
from apps.engagements.rules.evidence import digest_of

from ..rules.shapes import PLAIN
from ..shape.names import Names
from ..shape.nouns import Noun
from ..shape.reading import Into
from ..shape.writing import File, Out, file_of

_PART = {"what?": str, "says?": str, "beside?": {"*": Any}, "*": Any}
_ROW = {"id": str, "title": str, "proof": str, "found": str, "text": str, "evidence": [_PART], "signed?": [_PART],
        "overridden?": str, "internal?": bool, "quiet?": bool}  # fmt: skip
_EVIDENCE = {"gate": str, "stage": str, "exit_criteria": [_ROW], "moved?": str, "removed?": [{"*": PLAIN}]}
_CONDITION = {"text": str, "due": str, "*": PLAIN}
NOUN = Noun(
    "decisions",
    GateDecision,
    "gate__engagement",
    leave=["digest"],
    order=("at", "pk"),
    shapes={"evidence": _EVIDENCE, "conditions": [_CONDITION]},
)
NOUNS = (NOUN,)
FOLDER = "decisions"


def write(out: Out) -> Iterator[File]:
    """Rows out."""
    yield from out.prose(
        NOUN,
        "reason",
        lambda row: file_of(FOLDER, row["at"], f"{row['gate']}-{row['number']}", row["outcome"]),
    )


def call(engagement: Engagement, names: Names) -> None:
    """Give the digests their names."""
    for row in NOUN.rows(engagement).only("pk", "digest"):
        names.opaque.setdefault(row.digest, f"digest-of-{names.of(NOUN.name, row.pk)}")


def read(into: Into) -> None:
    """Rows in."""
    into.copy(NOUN, _rows(into))


def _rows(into: Into) -> Iterator[tuple[dict[str, Any], str]]:
    for values, path in into.prose(NOUN, "reason", FOLDER):
        digest = digest_of(values["evidence"])
        into.ids.opaque.setdefault(f"digest-of-{into.ids.name_of(values['id'])}", digest)
        yield values | {"digest": digest}, path
