"""Targets that call nobody: outputs that are in the data already, and baselines."""

import threading
from collections import OrderedDict
from collections.abc import Callable, Iterable

from ..baselines import Baseline, NoRows, fit
from ..contract.plan import BaselineTarget, Plan, RecordedTarget
from ..refusal import Refusal
from ..samples import Sample
from .jobs import Job
from .panel import Panel

TrainRows = Callable[[Plan, int], Iterable[Sample]]
BATCH = 256
_FITTED = 4  # baselines kept


class Local:
    """Executes jobs in whatever thread calls it; a baseline is fitted once for each target of a run."""

    def __init__(self, train_rows: TrainRows) -> None:
        self._train_rows = train_rows
        self._fitted: OrderedDict[tuple[str, int], Baseline] = OrderedDict()
        self._lock = threading.Lock()

    def execute(self, job: Job) -> None:
        """Add the outcomes of all rows to the job, until it is over. Raises Refusal and what reading raises."""
        plan, panel = job.chunk.plan, Panel(job.chunk.plan.scorers)
        answers = self._answers(plan, job.chunk.target)
        while not job.over and (samples := job.read(BATCH)):
            for sample, answer in zip(samples, answers(samples), strict=True):
                job.outcomes.append(panel.judge_local(sample, answer))

    def _answers(self, plan: Plan, index: int) -> Callable[[list[Sample]], list[str | None]]:
        target = plan.targets[index]
        if isinstance(target, RecordedTarget):
            return lambda samples: [sample.fields.get(target.column) for sample in samples]
        if not isinstance(target, BaselineTarget):
            raise Refusal("plan_unsupported", detail=f"{target.kind} is called, not executed")
        baseline = self._baseline(plan, index, target)
        return lambda samples: list(baseline.answers([text_of(plan, sample) for sample in samples]))

    def _baseline(self, plan: Plan, index: int, target: BaselineTarget) -> Baseline:
        where = plan.run, index
        with self._lock:
            if where not in self._fitted:
                rows = self._train_rows(plan, index)
                labelled = ((text_of(plan, row), row.reference) for row in rows if row.reference is not None)
                try:
                    self._fitted[where] = fit(target.method, labelled)
                except NoRows as error:
                    raise Refusal("source_empty", detail=f"{target.name} has no training rows") from error
                while len(self._fitted) > _FITTED:
                    self._fitted.popitem(last=False)
            self._fitted.move_to_end(where)
            return self._fitted[where]


def text_of(plan: Plan, sample: Sample) -> str:
    """What a baseline sees of a row: its input columns, one below the other."""
    return "\n".join(sample.fields.get(name, "") for name in plan.dataset.input)
