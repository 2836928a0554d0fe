"""A run in the terminal: progress while it lasts, tables when it is over."""

import sys
import time

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    SpinnerColumn,
    TextColumn,
    TimeRemainingColumn,
)
from rich.table import Table
from rich.text import Text

from .models import Metric, Run
from .presenters.runs import trouble_of
from .rules.metrics import format_value
from .selectors import runs as selectors

LOOK = 0.15  # seconds between looks at the rows
_COLOURS = {"met": "green", "missed": "red", "undecided": "yellow"}


def watch(run: Run, *, quiet: bool) -> Run:
    """Wait until the run is over, drawing its progress on standard error unless `quiet`. Returns it as it is then."""
    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[rate]}"),
        TimeRemainingColumn(),
        TextColumn("{task.fields[note]}"),
    )
    with Progress(*columns, console=Console(stderr=True), disable=quiet, transient=True) as bar:
        task = bar.add_task("waiting for the site", total=None, rate="", note="")
        while True:
            run = Run.objects.prefetch_related("targets").select_related("site").get(pk=run.pk)
            if not run.is_open:
                return run
            now = selectors.progress(run)
            errors = sum(now.errors.values())
            bar.update(
                task,
                description="running" if now.total else "freezing the rows",
                completed=now.done,
                total=now.total,
                rate=f"{now.rate:,.0f}/s" if now.rate else "",
                note=f"{errors} errors" if errors else "",
            )
            time.sleep(LOOK)


def show(run: Run, stream: Console | None = None) -> None:
    """Print targets, slices, criteria and the verdict of a run that is over."""
    console = stream or Console(file=sys.stdout)
    evaluation = run.evaluation
    console.print(
        Text(f"{evaluation.engagement} · {evaluation} · run {run.number} · {run.state}", style="bold")
    )
    if run.reason or run.partial:
        trouble = trouble_of(run)
        facts = "".join(f" {name}: {value}." for name, value in trouble.facts)
        console.print(
            Text(f"{trouble.text}{facts} {trouble.advice}", style="red" if run.reason else "yellow")
        )
    console.print(_targets(run))
    if run.judgements.all():
        console.print(_criteria(run))
        console.print(Text(f"verdict: {run.verdict}", style=f"bold {_COLOURS[run.verdict or 'undecided']}"))
    console.print(f"run {run.pk}")


def _targets(run: Run) -> Table:
    targets = list(run.targets.all())
    table = Table("metric", *(target.name for target in targets), title="all rows, 95 % intervals")
    by_target = [
        {metric.name: metric for metric in target.metrics.all() if not metric.slice} for target in targets
    ]
    for name in dict.fromkeys(name for metrics in by_target for name in metrics):
        table.add_row(name, *(_cell(metrics.get(name)) for metrics in by_target))
    table.add_row("samples", *(f"{target.done:,}" for target in targets))
    table.add_row("errors", *(_kinds(target.errors) for target in targets))
    table.add_row("answers", *(_kinds(target.answers) for target in targets))
    table.add_row("cost paid", *(f"${target.cost:,.4f}" for target in targets))
    table.add_row("calls saved", *(f"{target.cached:,}" for target in targets))
    return table


def _cell(metric: Metric | None) -> Text:
    if metric is None:
        return Text("–")
    if metric.suppressed:
        return Text("suppressed")
    return Text(format_value(metric.name, metric.value, metric.low, metric.high, metric.n))


def _kinds(kinds: dict[str, int]) -> Text:
    return Text(", ".join(f"{kind} {number}" for kind, number in sorted(kinds.items())) or "–")


def _criteria(run: Run) -> Table:
    table = Table("target", "criterion", "measured", "verdict", "why")
    for judgement in run.judgements.all():
        measured, name = judgement.measurement, judgement.metric
        decided = "–"
        if judgement.threshold is not None:
            decided = f"{name} {judgement.direction.replace('_', ' ')} {judgement.threshold:g}"
        table.add_row(
            Text(judgement.binding.target),
            Text(decided),
            Text(
                format_value(name, measured.value, measured.low, measured.high, measured.n or 0)
                if measured
                else "–"
            ),
            Text(judgement.verdict, style=_COLOURS[judgement.verdict]),
            Text(judgement.reason),
        )
    return table
