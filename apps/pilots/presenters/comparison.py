"""Two targets side by side: what their specs differ by, each metric's difference, the samples that flipped."""

from dataclasses import dataclass, field
from math import isinf

from apps.dataplane.contract.messages import Summary
from apps.dataplane.contract.statistics import COST, ERRORS, LATENCY, PERCENTILES, mean_interval

from .. import spec
from ..models import Metric
from ..rules import comparison as rules
from ..rules.comparison import Difference, Pairs
from ..rules.differences import Differences, differences
from ..rules.metrics import Measured, MetricFacts, facts_of, measure
from ..rules.pairing import NOTHING_SHARED, why_apart
from ..selectors import pairs
from ..selectors.compared import Compared
from .difference import DifferenceLine, scale
from .runs import kind_of

MEAN_LATENCY = MetricFacts(
    "Latency, mean", "ms", "lower", "cost", "mean time of the calls that were made now", rules.MEAN
)


@dataclass
class Comparison:
    """`apart` says why nothing is paired; empty when it is. only_a, only_b: samples that one side alone has."""

    a: Compared
    b: Compared
    apart: str
    both: int = 0
    only_a: int = 0
    only_b: int = 0
    lines: list[DifferenceLine] = field(default_factory=list)
    slices: list[DifferenceLine] = field(default_factory=list)
    scorers: list[str] = field(default_factory=list)
    flips: DifferenceLine | None = None
    notes: list[str] = field(default_factory=list)


def compared(a: Compared, b: Compared, scorer: str = "") -> Comparison:
    """The comparison of b with a; `scorer` is the one whose flips and slices are shown, by default the first."""
    found = Comparison(a, b, why_apart(a.ground, b.ground), scorers=shared_scorers(a, b))
    chosen = scorer if scorer in found.scorers else (found.scorers[0] if found.scorers else "")
    groups = [] if found.apart else pairs.grouped(a.side, b.side)
    if groups and groups[0].both:
        whole = groups[0]
        found.both, found.only_a, found.only_b = whole.both, whole.only_a, whole.only_b
        found.lines = _paired_lines(found, whole)
        found.slices = [_paired(chosen, group.of[chosen], group.slice) for group in groups[1:] if chosen]
        found.flips = next((line for line in found.lines if line.name == chosen), None)
    else:
        found.apart = found.apart or NOTHING_SHARED
        found.lines = _separate_lines(found)
        found.slices = _separate_slices(found, chosen)
    found.notes = _notes(found)
    scale(found.lines)
    scale(found.slices)
    return found


def shared_scorers(a: Compared, b: Compared) -> list[str]:
    """The scorers that both runs have, in b's order."""
    return [name for name in b.side.scorers if name in a.side.scorers]


def changes(a: Compared, b: Compared) -> Differences:
    """What the two sides' specs differ by, as far as it bears on these two targets."""
    return differences(_told(a), _told(b))


def _told(side: Compared) -> dict[str, object]:
    data = side.pilot.model_dump(mode="json", exclude={"client", "engagement", "targets", "criteria"})
    target = side.pilot.targets[side.target.position].model_dump(mode="json")
    prompts = {
        name: target.pop(name, None) or data.pop(name, None)
        for name in ("system", "prompt")
        if side.is_called
    }
    data = {name: value for name, value in data.items() if name not in ("system", "prompt")}
    criteria = [
        each.criterion or f"{each.metric} {each.direction.replace('_', ' ')} {each.threshold:g}"
        for each in side.pilot.criteria
        if each.target == side.target.name
    ]
    return {**prompts, "target": target, **data, "criteria": criteria}


def _paired_lines(found: Comparison, whole: pairs.Group) -> list[DifferenceLine]:
    lines = [_paired(name, whole.of[name]) for name in found.scorers]
    for line in lines:
        if _settings(found.a, line.name) != _settings(found.b, line.name):
            line.note = "the scorer's own settings differ"
    lines.append(_paired("error_rate", whole.of[ERRORS]))
    if found.a.is_called and found.b.is_called:
        lines += [_paired("cost_per_1000", whole.of[COST]), _mean_latency(whole.of[LATENCY])]
        lines += [line for line in _separate_lines(found) if line.name in PERCENTILES]
    return lines


def _paired(name: str, sums: Pairs, slice_: str = "") -> DifferenceLine:
    facts = facts_of(name)
    quantity = COST if name == "cost_per_1000" else name

    def side(total: float, squares: float) -> Measured:
        return measure(
            name, Summary(target=0, metric=quantity, n=sums.n, total=total, squares=max(squares, 0))
        )

    method = {"share": rules.paired_share, "score": rules.paired_score}.get(facts.method, rules.paired_mean)
    difference = method(sums)
    if facts.method == "cost":
        difference = _times(difference, 1000)
    return DifferenceLine(
        name,
        facts,
        kind_of(name),
        side(sums.a, sums.aa),
        side(sums.b, sums.bb),
        difference,
        slice=slice_,
        lost=sums.lost,
        gained=sums.gained,
    )


def _mean_latency(sums: Pairs) -> DifferenceLine:
    def side(total: float, squares: float) -> Measured | None:
        if not sums.n:
            return None
        value, low, high = mean_interval(sums.n, total, squares, None)
        return Measured(value, None if isinf(low) else low, None if isinf(high) else high, sums.n)

    difference = rules.paired_mean(sums)
    a, b = side(sums.a, sums.aa), side(sums.b, sums.bb)
    return DifferenceLine("latency_mean", MEAN_LATENCY, "milliseconds", a, b, difference)


def _times(difference: Difference, by: float) -> Difference:
    value, low, high = (
        None if each is None else by * each for each in (difference.value, difference.low, difference.high)
    )
    return Difference(value, low, high, difference.n, difference.source)


def _separate_lines(found: Comparison) -> list[DifferenceLine]:
    """Each metric that both sides have, from the value that each has on its own."""
    a, b = _measured(found.a, ""), _measured(found.b, "")
    names = [name for name in (*found.scorers, "error_rate", "cost_per_1000", *PERCENTILES) if name in b]
    return [_separate(name, a[name], b[name]) for name in names if name in a]


def _separate(name: str, a: Measured | None, b: Measured | None, slice_: str = "") -> DifferenceLine:
    note = "" if slice_ else "each side on its own samples"
    return DifferenceLine(
        name, facts_of(name), kind_of(name), a, b, rules.unpaired(a, b), note=note, slice=slice_
    )


def _separate_slices(found: Comparison, scorer: str) -> list[DifferenceLine]:
    if not scorer:
        return []
    a, b = (
        {metric.slice: _own(metric) for metric in side.target.metrics.all() if metric.name == scorer}
        for side in (found.a, found.b)
    )
    shared = sorted(slice_ for slice_ in a.keys() & b.keys() if slice_)
    return [_separate(scorer, a[slice_], b[slice_], slice_) for slice_ in shared]


def _measured(side: Compared, slice_: str) -> dict[str, Measured | None]:
    return {metric.name: _own(metric) for metric in side.target.metrics.all() if metric.slice == slice_}


def _own(metric: Metric) -> Measured | None:
    return None if metric.suppressed else Measured(metric.value, metric.low, metric.high, metric.n)


def _settings(side: Compared, scorer: str) -> object:
    plan = spec.to_plan(side.pilot, str(side.run.pk))
    return next(each for each in plan.scorers if each.name == scorer)


def _notes(found: Comparison) -> list[str]:
    """What a reader should know before believing the figures."""
    notes = []
    runs = {found.a.run.pk: found.a.run, found.b.run.pk: found.b.run}.values()
    for run in runs:
        if run.is_open:
            notes.append(f"Run {run.number} is still under way; its figures will move.")
        elif run.state != "done" or run.partial:
            notes.append(f"Run {run.number} is not whole; only the samples that it has are compared.")
    snapshots = [side.run.snapshot for side in (found.a, found.b)]
    if not found.apart and None not in snapshots and len({each.digest for each in snapshots if each}) == 2:
        notes.append(
            "The rows were frozen at two times and differ; those with the same key are taken as the same."
        )
    if found.a.pilot.dataset.reference != found.b.pilot.dataset.reference:
        notes.append("The two were judged against different reference columns.")
    return notes
