"""What a run's page says of it, part by part: how far it is, its targets with their figures, what it decides."""

from collections.abc import Mapping
from typing import Any

from rest_framework import serializers

from apps.pilots.models import Judgement, Metric, Run, RunTarget
from apps.pilots.presenters.runs import criteria_of, result_of, trouble_of
from apps.pilots.rules.metrics import facts_of
from apps.pilots.selectors import runs as selectors
from apps.scoping.models import Direction, Verdict

from ..fields import Moment, NumbersOut, Out


def _counts() -> serializers.DictField:
    return serializers.DictField(child=serializers.IntegerField())


class ProgressOut(Out):
    """How far it is. done, total: samples over all targets; rate: samples a second; left, elapsed: seconds; cost: USD;
    errors: by kind. What nobody can tell is null."""

    done = serializers.IntegerField()
    total = serializers.IntegerField(allow_null=True)
    rate = serializers.FloatField(allow_null=True)
    left = serializers.FloatField(allow_null=True)
    elapsed = serializers.FloatField(allow_null=True)
    cost = serializers.FloatField()
    errors = _counts()  # type: ignore[assignment]


class TroubleOut(Out):
    """Why it is not whole: what happened, where, what to do next and whom to ask."""

    text = serializers.CharField()
    where = serializers.CharField()
    facts = serializers.DictField(child=serializers.CharField())
    advice = serializers.CharField()
    ask = serializers.CharField()


class SnapshotInPassing(Out):
    """The rows that it ran on."""

    id = serializers.UUIDField()
    digest = serializers.CharField()
    rows = serializers.IntegerField()
    source_rows = serializers.IntegerField()
    warnings = serializers.ListField(child=serializers.CharField())
    frozen_at = Moment(source="created_at")


class MetricOut(NumbersOut):
    """A metric of one target with its 95 % interval and n. slice: "column=value", empty for all rows; source: of the
    interval; suppressed: the group is smaller than the site lets out, so that every figure is null."""

    metric = serializers.CharField()
    title = serializers.CharField()
    slice = serializers.CharField()
    unit = serializers.CharField()
    better = serializers.ChoiceField(choices=["higher", "lower"])
    source = serializers.CharField()  # type: ignore[assignment]
    suppressed = serializers.BooleanField()


class TargetOut(Out):
    """One target. errors: samples that ended in an endpoint's error, by kind; answers: those to look at, by kind; cost:
    USD that were paid, null for what calls nobody; cached: calls that were saved; stopped: why it stopped short."""

    name = serializers.CharField()
    position = serializers.IntegerField()
    kind = serializers.CharField()
    samples = serializers.IntegerField()
    errors = _counts()  # type: ignore[assignment]
    answers = _counts()
    input_tokens = serializers.IntegerField()
    output_tokens = serializers.IntegerField()
    cost = serializers.FloatField(allow_null=True)
    cached = serializers.IntegerField()
    stopped = serializers.CharField()
    metrics = MetricOut(many=True)
    slices = MetricOut(many=True)


class JudgementOut(NumbersOut):
    """What it says of one success criterion, on one target. words: what decided; reason: of the verdict; more_samples:
    how many more would decide. criterion: null for client viewers of an internal one."""

    criterion = serializers.UUIDField(allow_null=True)
    target = serializers.CharField()
    words = serializers.CharField()
    metric = serializers.CharField()
    direction = serializers.ChoiceField(choices=[("", "None"), *Direction.choices])
    threshold = serializers.FloatField(allow_null=True)
    unit = serializers.CharField()
    source = serializers.CharField()  # type: ignore[assignment]
    verdict = serializers.ChoiceField(choices=Verdict.choices)
    reason = serializers.CharField()
    more_samples = serializers.IntegerField(allow_null=True)


def whole(run: Run, *, staff: bool) -> Mapping[str, Any]:
    """Those parts of a run that `selectors.complete` gave. staff: whether the reader may know of what is internal."""
    over = not run.is_open
    trouble = over and (run.state != Run.State.DONE or run.partial)
    return {
        "progress": selectors.progress(run),
        "trouble": _trouble(run) if trouble else None,
        "snapshot": run.snapshot,
        "criteria": [_judgement(line, staff) for line in criteria_of(run)] if over else [],
        "targets": _targets(run),
    }


def _trouble(run: Run) -> dict[str, Any]:
    told = trouble_of(run)
    facts = dict(told.facts)
    return {"text": told.text, "where": told.where, "facts": facts, "advice": told.advice, "ask": told.ask}


def _targets(run: Run) -> list[dict[str, Any]]:
    """With figures when there are any to look at; slices of what scorers say alone."""
    result = result_of(run)
    lines = result.lines if run.has_figures else []
    found = []
    for place, target in enumerate(result.targets):
        cells = [(line, line.cells[place]) for line in lines]
        parts = [
            (part, part.cells[place]) for line in lines if line.name in result.scorers for part in line.slices
        ]
        metrics = [_metric(cell) for _, cell in cells if cell]
        slices = [_metric(cell) for _, cell in parts if cell]
        found.append({**_counters(target), "metrics": metrics, "slices": slices})
    return found


def _counters(target: RunTarget) -> dict[str, Any]:
    plain = (
        "name",
        "position",
        "kind",
        "errors",
        "answers",
        "input_tokens",
        "output_tokens",
        "cached",
        "stopped",
    )
    paid = target.cost if target.kind in selectors.CALLED else None
    return {**{name: getattr(target, name) for name in plain}, "samples": target.done, "cost": paid}


def _metric(metric: Metric) -> dict[str, Any]:
    facts = facts_of(metric.name)
    numbers = {
        name: None if metric.suppressed else getattr(metric, name) for name in ("value", "low", "high", "n")
    }
    said = {"metric": metric.name, "slice": metric.slice, "suppressed": metric.suppressed}
    return {
        **numbers, **said, "title": facts.title, "unit": facts.unit, "better": facts.better, "source": facts.source
    }  # fmt: skip


def _judgement(line: Any, staff: bool) -> dict[str, Any]:
    judgement: Judgement = line.judgement
    criterion, measured = judgement.binding.criterion, line.measured
    known = criterion.removed_at is None and (staff or criterion.client_visible)
    plain = ("metric", "direction", "threshold", "verdict", "reason", "more_samples")
    return {
        **{name: getattr(judgement, name) for name in plain},
        **{name: getattr(measured, name, None) for name in ("value", "low", "high", "n")},
        "criterion": criterion.pk if known else None,
        "target": judgement.binding.target,
        "words": line.words,
        "unit": line.facts.unit if line.facts else "",
        "source": line.facts.source if line.facts else "",
    }
