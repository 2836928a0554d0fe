"""A finished run as its page lays it out: targets side by side, criteria with their intervals, slices."""

from dataclasses import dataclass, field

from apps.core import figures

from . import spec
from .models import Evaluation, Metric, Run, RunTarget
from .rules.metrics import METRICS, Meaning, meaning

_KINDS = {"share": "percent", "ms": "milliseconds"}  # how `core.figures` writes a unit; any other is money


@dataclass
class MetricLine:
    """One metric over all targets; `cells` follow the targets' order, `top` is the end of their common scale."""

    name: str
    meaning: Meaning
    cells: list[Metric | None]
    top: float
    label: str = ""
    slices: "list[MetricLine]" = field(default_factory=list)

    @property
    def kind(self) -> str:
        return kind_of(self.name)


@dataclass
class RunResult:
    targets: list[RunTarget]
    lines: list[MetricLine]
    scorers: list[str]


def kind_of(metric: str) -> str:
    """How `core.figures` writes the metric's values."""
    return _KINDS.get(meaning(metric).unit, "money")


def words(metric: str, value: float | None, low: float | None, high: float | None) -> str:
    """A value with its interval in plain text."""
    kind = kind_of(metric)
    if value is None:
        return figures.NONE
    return f"{figures.KINDS[kind](value)} ({figures.interval(low, high, kind) or 'no bound'})"


def result_of(run: Run) -> RunResult:
    """The figures of a run, in the order of its spec."""
    targets = list(run.targets.all())
    by_name: dict[str, dict[str, dict[int, Metric]]] = {}
    for target in targets:
        for metric in target.metrics.all():
            by_name.setdefault(metric.name, {}).setdefault(metric.slice, {})[target.position] = metric
    plan = spec.to_plan(spec.from_data(run.evaluation.spec), str(run.pk))
    scorers = [scorer.name for scorer in plan.scorers]
    order = [*scorers, *(name for name in METRICS if name not in scorers)]
    lines = [_line(name, targets, by_name[name]) for name in order if name in by_name]
    return RunResult(targets, lines, scorers)


def _line(name: str, targets: list[RunTarget], found: dict[str, dict[int, Metric]]) -> MetricLine:
    numbers = [number for cells in found.values() for cell in cells.values() for number in (cell.value, cell.high)]
    share = meaning(name).unit == "share"
    top = 1.0 if share else max((number for number in numbers if number is not None), default=1.0) or 1.0

    def line(slice_: str) -> MetricLine:
        cells = [found.get(slice_, {}).get(target.position) for target in targets]
        return MetricLine(name, meaning(name), cells, top, slice_)

    whole = line("")
    whole.slices = [line(slice_) for slice_ in sorted(found) if slice_]
    return whole


def yaml_of(evaluation: Evaluation) -> str:
    """The evaluation as the YAML that `run_pilot` takes."""
    return spec.dump(spec.from_data(evaluation.spec))
