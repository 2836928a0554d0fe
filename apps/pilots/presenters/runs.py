"""A finished run as its page lays it out: targets side by side, criteria with their intervals, slices."""

from dataclasses import dataclass, field

from apps.core import figures
from apps.dataplane.contract.errors import text_of
from apps.scoping.models import Measurement

from .. import spec
from ..models import Judgement, Metric, Run, RunTarget
from ..rules.advice import Next, advice
from ..rules.metrics import METRICS, MetricFacts, facts_of

_KINDS = {"share": "percent", "ms": "milliseconds"}  # how `core.figures` writes a unit; any other is money


@dataclass
class MetricLine:
    """One metric over all targets; `cells` follow the targets' order, `top` is the end of their common scale."""

    name: str
    facts: MetricFacts
    cells: list[Metric | None]
    top: float
    label: str = ""
    slices: "list[MetricLine]" = field(default_factory=list)

    @property
    def kind(self) -> str:
        return kind_of(self.name)

    @property
    def column(self) -> str:
        """The slice's column; its `value` is what follows."""
        return self.label.partition("=")[0]

    @property
    def value(self) -> str:
        return self.label.partition("=")[2]

    @property
    def n(self) -> int:
        """The most samples that any target has here."""
        return max((cell.n for cell in self.cells if cell), default=0)


@dataclass
class RunResult:
    targets: list[RunTarget]
    lines: list[MetricLine]
    scorers: list[str]


def kind_of(metric: str) -> str:
    """How `core.figures` writes the metric's values."""
    return _KINDS.get(facts_of(metric).unit, "money")


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
    numbers = [
        number for cells in found.values() for cell in cells.values() for number in (cell.value, cell.high)
    ]
    share = facts_of(name).is_share
    top = 1.0 if share else max((number for number in numbers if number is not None), default=1.0) or 1.0

    def line(slice_: str) -> MetricLine:
        cells = [found.get(slice_, {}).get(target.position) for target in targets]
        return MetricLine(name, facts_of(name), cells, top, slice_)

    whole = line("")
    whole.slices = [line(slice_) for slice_ in sorted(found) if slice_]
    return whole


@dataclass
class CriterionLine:
    """A judged criterion with its measurement; `top` is the end of the scale that holds value and threshold. facts:
    of the metric; none when the criterion did not say what decides."""

    judgement: Judgement
    measured: Measurement | None
    facts: MetricFacts | None
    kind: str
    words: str
    top: float


def criteria_of(run: Run) -> list[CriterionLine]:
    """The judged criteria of a run, in the order of its spec."""
    return [_criterion(judgement) for judgement in run.judgements.all()]


def _criterion(judgement: Judgement) -> CriterionLine:
    measured = judgement.measurement
    if judgement.threshold is None:
        return CriterionLine(
            judgement, measured, None, "number", "a criterion that does not say what decides", 1.0
        )
    facts, kind = facts_of(judgement.metric), kind_of(judgement.metric)
    ends = [judgement.threshold, *((measured.value, measured.high) if measured else ())]
    top = 1.0 if kind == "percent" else 1.1 * max(end for end in ends if end is not None) or 1.0
    said = facts.unit if kind == "money" else facts.title
    direction = judgement.direction.replace("_", " ")
    words = f"{said} {direction} {figures.KINDS[kind](judgement.threshold)}"
    return CriterionLine(judgement, measured, facts, kind, words, top)


@dataclass
class Trouble:
    """Why a run is not whole: what happened, harmless facts, where, what to do next and whom to ask."""

    text: str
    facts: list[tuple[str, str]]
    where: str
    advice: str
    ask: str
    next: Next


def trouble_of(run: Run) -> Trouble:
    """In words, for a run that failed, stopped short or was cancelled."""
    code = run.reason or run.partial or ("cancelled" if run.state == Run.State.CANCELLED else "")
    facts = [
        (name.replace("_", " "), text_of(str(value)) if name == "cause" else str(value))
        for name, value in run.reason_facts.items()
    ]
    found = advice(code, str(run.reason_facts.get("cause", "")))
    return Trouble(text_of(code), facts, found.where, found.do, found.ask, found.next)
