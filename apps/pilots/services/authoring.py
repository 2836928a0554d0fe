"""From a pilot's spec to its evaluation: engagement, dataset and criteria come from the services that own them."""

import re

from django.db import transaction
from django.db.models import Max

from apps.accounts.models import User
from apps.audit.services import record
from apps.connectors.models import Source
from apps.connectors.services import ensure_dataset
from apps.connectors.services.folders import check_place
from apps.core.errors import Refused
from apps.core.versions import STALE
from apps.dataplane.contract import plan
from apps.engagements.models import Engagement
from apps.engagements.services import ensure_client, ensure_engagement
from apps.engagements.services.gates import recheck
from apps.scoping.models import MeasuredBy, SuccessCriterion
from apps.scoping.selectors import criteria
from apps.scoping.services import ensure_criterion

from .. import spec
from ..models import Binding, Evaluation
from ..rules.metrics import unit_of
from ..spec.models import Criterion


@transaction.atomic
def write_evaluation(
    *, by: User | None, name: str, pilot: spec.PilotSpec, seen: int | None = None
) -> Evaluation:
    """The evaluation that the spec describes: the latest version when nothing changed, else a new one.

    seen: the latest version that the person knows of, 0 for none; None when it does not matter. Raises Refused
    when there is another one by now.
    """
    client = ensure_client(by=by, name=pilot.client)
    engagement = ensure_engagement(by=by, client=client, name=pilot.engagement)
    Engagement.objects.select_for_update(no_key=True).get(pk=engagement.pk)
    data = spec.to_data(pilot)
    versions = Evaluation.objects.filter(engagement=engagement, name=name)
    latest = versions.order_by("version").last()
    if latest and latest.spec == data:
        return latest
    if seen is not None:
        _refuse_unseen(name, seen, latest)
    refuse_others_files(by=by, engagement=engagement, pilot=pilot, before=latest)
    named = _named(engagement, pilot)
    evaluation = Evaluation.objects.create(
        engagement=engagement,
        dataset=ensure_dataset(by=by, engagement=engagement, dataset=pilot.plan_dataset()),
        name=name,
        version=(versions.aggregate(last=Max("version"))["last"] or 0) + 1,
        spec=data,
    )
    for position, (stated, criterion) in enumerate(zip(pilot.criteria, named, strict=True)):
        Binding.objects.create(
            evaluation=evaluation,
            criterion=criterion or _ensured(by, engagement, stated),
            target=stated.target,
            position=position,
        )
    record(by=by, verb="wrote", subject=evaluation, engagement=engagement)
    recheck(engagement)
    return evaluation


def _ensured(by: User | None, engagement: Engagement, stated: Criterion) -> SuccessCriterion:
    """The criterion that the spec says in its own words."""
    metric = stated.metric or ""
    return ensure_criterion(
        by=by,
        engagement=engagement,
        metric=metric,
        direction=stated.direction,
        threshold=stated.threshold,
        unit=unit_of(metric),
    )


def _named(engagement: Engagement, pilot: spec.PilotSpec) -> list[SuccessCriterion | None]:
    """The criteria that the spec names, each of which it must be able to measure; None for those in its own words."""
    found = [_criterion(engagement, stated.criterion) for stated in pilot.criteria]
    data = spec.to_data(pilot)
    for stated, criterion in zip(data["criteria"], found, strict=True):
        if criterion:
            del stated["criterion"]
            stated |= {"metric": criterion.metric, criterion.direction: criterion.threshold}
    try:
        spec.from_data(data)
    except spec.InvalidSpec as error:
        raise Refused("criterion_unfit", _unfit(found, error), field="criteria") from error
    return found


def _criterion(engagement: Engagement, reference: str | None) -> SuccessCriterion | None:
    if reference is None:
        return None
    found = criteria.named(engagement, reference)
    offered = ", ".join(one.reference for one in criteria.for_pilots(engagement)) or "none"
    if found is None:
        message = (
            f"There is no success criterion {reference} on this engagement; a pilot can measure {offered}."
        )
        raise Refused("criterion_unknown", message, field="criteria")
    if found.state != "stated":
        raise Refused(
            "criterion_vague", f"{found} is {found.state}: it does not say what decides.", field="criteria"
        )
    if found.measured_by != MeasuredBy.PILOT:
        message = f"{found} is measured {found.measured_words}; a pilot can measure {offered}."
        raise Refused("criterion_not_of_pilots", message, field="criteria")
    return found


def _unfit(found: list[SuccessCriterion | None], error: spec.InvalidSpec) -> str:
    """What is wrong, at the reference where the spec says no more than that."""
    first = error.errors[0]
    position = re.match(r"criteria\[(\d+)\]", first.path)
    criterion = found[int(position[1])] if position else None
    return f"{criterion or first.path}: {first.message}" + (f"; {first.hint}" if first.hint else "") + "."


def pilot_of(evaluation: Evaluation) -> spec.PilotSpec:
    """The spec that an evaluation was written from, under the names that client and engagement have today."""
    engagement = evaluation.engagement
    named = {"client": engagement.client.name, "engagement": engagement.name}
    return spec.from_data({**evaluation.spec, **named})


def refuse_others_files(
    *, by: User | None, engagement: Engagement, pilot: spec.PilotSpec, before: Evaluation | None
) -> None:
    """What the version before and the engagement's own sources name has been allowed to it; any other file, and any
    other login, must be the client's. Raises Refused."""
    source = pilot.dataset.source
    known = set(spec.files_of(spec.from_data(before.spec))) if before else set()
    if not Source.objects.filter(engagement=engagement, address=source.model_dump(mode="json")).exists():
        check_place(by=by, client=engagement.client, source=source)
    for path in spec.files_of(pilot):
        if path not in known and path != getattr(source, "path", None):
            check_place(by=by, client=engagement.client, source=plan.CsvSource(path=path))


def _refuse_unseen(name: str, seen: int, latest: Evaluation | None) -> None:
    known = latest.version if latest else 0
    if known == seen:
        return
    if not seen:
        message = f"There is an evaluation “{name}” already: change that one, or choose another name."
        raise Refused("name_taken", message, field="name")
    message = f"Meanwhile somebody wrote version {known}. Nothing of yours is lost: save again to make the next one."
    raise Refused(STALE, message)
