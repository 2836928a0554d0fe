"""Runs that are over. Their plans are laid out anew from the frozen specs, as a run's plan always was. A run under way
is no part of a pack: only this installation can end it."""

from collections.abc import Iterator

from django.db.models import Q

from apps.dataplane.contract.privacy import Level
from apps.dispatch.models import Site
from apps.dispatch.services import ledger
from apps.pilots import spec
from apps.pilots.models import Evaluation, Run

from ..rules.refusal import Unfit
from ..rules.shapes import NUMBER, PLAIN
from ..shape.nouns import Noun
from ..shape.reading import Into
from ..shape.writing import File, Out

FINISHED_OF_RUN = ~Q(run__state__in=Run.OPEN)
NOUN = Noun(
    "runs",
    Run,
    "evaluation__engagement",
    only=~Q(state__in=Run.OPEN),
    shapes={"reason_facts": {"*": PLAIN}, "marks": [[NUMBER]]},
)
NOUNS = (NOUN,)
PATH = "runs/runs.csv"


def write(out: Out) -> Iterator[File]:
    """Rows out."""
    yield from out.table(NOUN, PATH)


def read(into: Into) -> None:
    """Rows in. Raises Unfit for a run that is not over."""
    for values, line in into.table(NOUN, PATH):
        if values["state"] in Run.OPEN:
            raise Unfit("A run in a pack is over; this one says it is not.", PATH, line)
        if values["level"] not in {"", *Level}:
            raise Unfit("There is no such privacy level.", PATH, line)
        into.put(NOUN, [values])
        evaluation = Evaluation.objects.filter(pk=values["evaluation_id"]).first()
        if evaluation is None:
            raise Unfit("The pack has no evaluation of this run.", PATH, line)
        body = spec.to_plan(spec.from_data(evaluation.spec), str(values["id"]))
        ledger.lay_out(site=Site.objects.get(pk=values["site_id"]), body=body)
