"""Runs in any state, written straight into the tables: for tests of reads."""

from itertools import count

from django.utils import timezone

from apps.connectors.models import Dataset, Source
from apps.dispatch.models import Site
from apps.engagements.services import ensure_client, ensure_engagement
from apps.pilots import spec
from apps.pilots.models import Evaluation, Run, RunTarget

_numbers = count(1)


def make_evaluation(*, client: str = "Test client", engagement: str = "Test engagement") -> Evaluation:
    """An evaluation with a recorded target and no criteria."""
    place = ensure_engagement(by=None, client=ensure_client(by=None, name=client), name=engagement)
    number = next(_numbers)
    source = Source.objects.create(
        engagement=place, kind="csv", address={"kind": "csv", "path": f"/data/{number}.csv"}
    )
    dataset = Dataset.objects.create(source=source, roles={"input": ["text"]})
    frozen = spec.from_data(
        {
            "client": client,
            "engagement": engagement,
            "dataset": {"source": source.address, "input": ["text"]},
            "targets": [{"name": "target 0", "kind": "recorded", "column": "text"}],
        }
    )
    return Evaluation.objects.create(
        engagement=place, dataset=dataset, name=f"evaluation {number}", spec=spec.to_data(frozen)
    )


def make_run(*, evaluation: Evaluation | None = None, targets: int = 2, **fields: object) -> Run:
    """A run with so many targets; `fields` overrule the run's own."""
    evaluation = evaluation or make_evaluation()
    site, _ = Site.objects.get_or_create(name="made", client=None)
    run = Run.objects.create(
        **{
            "evaluation": evaluation,
            "site": site,
            "number": evaluation.runs.count() + 1,
            "queued_at": timezone.now(),
            **fields,
        }
    )
    for position in range(targets):
        RunTarget.objects.create(run=run, position=position, name=f"target {position}", kind="recorded")
    return run
