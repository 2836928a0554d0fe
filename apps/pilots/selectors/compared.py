"""The two runs of a comparison, as far as whoever asks may see them."""

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from django.db.models import QuerySet
from django.http import Http404

from apps.core.errors import Refused
from apps.engagements.models import Engagement

from .. import spec
from ..models import Run, RunTarget
from ..rules.pairing import Ground
from . import runs
from .pairs import Side
from .samples import whole_number


@dataclass(frozen=True)
class Compared:
    """One side of a comparison: a run and one of its targets, with the spec that it was executed by."""

    run: Run
    target: RunTarget
    pilot: spec.PilotSpec

    @property
    def side(self) -> Side:
        plan = spec.to_plan(self.pilot, str(self.run.pk))
        return Side(
            self.run.pk, self.target.position, [scorer.name for scorer in plan.scorers], plan.dataset.slices
        )

    @property
    def ground(self) -> Ground:
        dataset = self.pilot.dataset
        source = dataset.source.model_dump_json()
        return Ground(self.run.level, str(self.run.site_id), source, dataset.key)

    @property
    def is_called(self) -> bool:
        """Whether it called an endpoint, so that it has a latency and a cost."""
        return self.target.kind in runs.CALLED


def two(engagements: QuerySet[Engagement], query: Mapping[str, str]) -> tuple[Compared, Compared]:
    """The runs a= and b= with the targets at= and bt= (positions); without those, the same target of both runs, or
    the first two of one run. engagements: those that whoever asks may see.

    Raises Http404 for a run that is missing or not on one of these, Refused for runs of two clients and for a
    run with a single target beside itself.
    """
    keys = [_key(query.get("a")), _key(query.get("b"))]
    visible = runs.complete().filter(evaluation__engagement__in=engagements.order_by().values("pk"))
    found = {run.pk: run for run in visible.filter(pk__in=keys)}
    if any(key not in found for key in keys):
        raise Http404("No such run.")
    a, b = (found[key] for key in keys)
    if a.evaluation.engagement.client_id != b.evaluation.engagement.client_id:
        raise Refused("two_clients", "These runs belong to two clients; choose two of the same client.")
    left = _target(a, query.get("at"), 0)
    right = _target(b, query.get("bt"), _counterpart(a, b, left))
    if a.pk == b.pk and len(a.targets.all()) < 2:
        raise Refused("same_target", "This run has a single target; choose another run to compare it with.")
    return _compared(a, left), _compared(b, right)


def previous(run: Run) -> Run | None:
    """The run of the same evaluation, in whatever version, before this one; None for the first."""
    return (
        Run.objects.filter(
            evaluation__engagement=run.evaluation.engagement_id,
            evaluation__name=run.evaluation.name,
            created_at__lt=run.created_at,
            rows__isnull=False,
        )
        .order_by("-created_at")
        .first()
    )


def _compared(run: Run, target: RunTarget) -> Compared:
    return Compared(run, target, spec.from_data(run.evaluation.spec))


def _target(run: Run, position: str | None, otherwise: int) -> RunTarget:
    targets = {target.position: target for target in run.targets.all()}
    return targets.get(whole_number(position, otherwise)) or targets[min(targets)]


def _counterpart(a: Run, b: Run, target: RunTarget) -> int:
    """Which target of b goes with that one of a: the next one in the same run, else its namesake, else its place."""
    positions = [other.position for other in b.targets.all()]
    if a.pk == b.pk:
        return next((position for position in positions if position != target.position), target.position)
    named = [other.position for other in b.targets.all() if other.name == target.name]
    return named[0] if named else target.position


def _key(text: str | None) -> UUID:
    try:
        return UUID(text or "")
    except ValueError:
        raise Http404("No such run.") from None
