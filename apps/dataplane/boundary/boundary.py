"""The sole way out: all that leaves the site is built here, at the lower of the plan's and the policy's level."""

import math
import re
from collections.abc import Iterable
from importlib.metadata import PackageNotFoundError, version

from ..contract.envelope import CONTROL, seal
from ..contract.messages import (
    ANSWERED,
    Body,
    BrowseReport,
    ChunkReport,
    Counts,
    Extent,
    FailureReport,
    FreezeReport,
    Heartbeat,
    InHand,
    Order,
    PreviewReport,
    RehearseReport,
    Report,
    Row,
    Slot,
    Summary,
    TallyReport,
    TryReport,
)
from ..contract.plan import Plan
from ..contract.privacy import Level, effective
from ..engine import ChunkFailure
from ..inquiries import Place, Preview, Rehearsal, Trial
from ..labels import Labels
from ..policy import Policy, PolicyError
from ..refusal import Refusal
from ..samples import ChunkOutcome, Outcome
from ..site import Site
from ..tally import Group
from . import inquiries
from .texts import CODE, LONGEST, codes, cut, known, longest_of, plain, texts_of

STOPS = frozenset({"cost_cap", "time_limit", "cancelled", "endpoint_dead"})
_CLASS = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,60}\Z")


class Boundary:
    """Builds and signs reports for one site. The policy is read anew each time: a tightened one counts at once."""

    def __init__(self, site: Site, labels: Labels) -> None:
        self._site, self._labels = site, labels

    def chunk(self, plan: Plan, slot: Slot, outcome: ChunkOutcome, counts: Counts) -> ChunkReport:
        """Rows under keyed hashes from level `scores`; texts from `redacted`; at `aggregate` counts only."""
        policy = self._policy()
        level = effective(plan.privacy, policy.level)
        rows: tuple[Row, ...] = ()
        if level.includes(Level.SCORES):
            texts = [texts_of(each, level, plan.dataset.input) for each in outcome.outcomes]
            longest = longest_of(texts)
            rows = tuple(
                self._row(plan, policy, each, [cut(text, longest) for text in three])
                for each, three in zip(outcome.outcomes, texts, strict=True)
            )
        return ChunkReport(slot=slot, level=level, counts=_counts(counts, level, policy), rows=rows)

    def frozen(self, extent: Extent) -> FreezeReport:
        return FreezeReport(extent=extent.model_copy(update={"warnings": codes(extent.warnings)}))

    def tally(self, plan: Plan, groups: Iterable[Group]) -> TallyReport:
        """Numbers over groups, whose small ones `tally` has already emptied."""
        names = self._policy().names
        return TallyReport(summaries=tuple(self._summary(plan, names, group) for group in groups))

    def failure(self, stage: str, error: BaseException | ChunkFailure) -> FailureReport:
        """An error as codes: its text has gone to the site's log, and nowhere else."""
        if not isinstance(error, ChunkFailure | Refusal):
            return FailureReport(code="site_error", stage=stage, exception=_class(type(error).__name__))
        if isinstance(error, ChunkFailure):
            exception, row = error.exception, None
        else:
            exception, row = type(error.__cause__ or error).__name__, error.row
        facts = {**error.facts, **(error.names if self._policy().names else {})}
        return FailureReport(
            code=known(error.code), stage=stage, exception=_class(exception), row=row, facts=facts
        )

    def heartbeat(self, boot: str, in_hand: Iterable[tuple[Plan, InHand]]) -> Heartbeat:
        """That the site lives, what its policy allows, and how far it has come."""
        policy = self._policy()
        return Heartbeat(
            boot=boot,
            version=_version(),
            level=policy.level,
            names=policy.names,
            roots=len(policy.roots),
            minimum_group=policy.minimum_group,
            limits={name: getattr(policy.limits, name) for name in ("rows", "bytes", "columns", "seconds")},
            in_hand=tuple(
                hand.model_copy(
                    update={"counts": _counts(hand.counts, effective(plan.privacy, policy.level), policy)}
                )
                for plan, hand in in_hand
            ),
        )

    def browsed(self, places: list[Place], more: bool) -> BrowseReport:
        """Names of files and tables, where the policy lets names leave. Raises Refusal where it does not."""
        return inquiries.browsed(places, more, self._policy())

    def previewed(self, plan: Plan, preview: Preview) -> PreviewReport:
        """Facts about columns; at `aggregate` none of few rows; the first rows themselves from `redacted`."""
        return inquiries.previewed(plan, preview, self._policy(), self._labels)

    def tried(self, trial: Trial) -> TryReport:
        """What one call came to. Not a word of the answer itself."""
        return inquiries.tried(trial)

    def rehearsed(self, plan: Plan, rehearsal: Rehearsal) -> RehearseReport:
        """Prompts as far as the level lets them go: lengths from `scores`, text from `redacted`."""
        return inquiries.rehearsed(plan, rehearsal, self._policy())

    def seal(self, body: Body, order: Order | None = None, attempt: int = 0) -> str:
        """The signed report; `order` is the one it answers."""
        about = (
            {"job": order.job, "attempt": attempt or order.attempt, "digest": order.digest} if order else {}
        )
        report = Report.model_validate({"site": self._site.id, "body": body, **about})
        return seal(report, key=self._site.key, issuer=self._site.id, audience=CONTROL)

    def _policy(self) -> Policy:
        try:
            return self._site.policy()
        except PolicyError:  # the strictest there is, so that the failure itself can still be told
            return Policy(level=Level.AGGREGATE)

    def _row(self, plan: Plan, policy: Policy, outcome: Outcome, texts: list[str | None]) -> Row:
        sample = outcome.sample
        metrics = {scorer.name for scorer in plan.scorers}
        return Row(
            n=sample.n,
            key=sample.key,
            kind=outcome.kind if outcome.kind in ANSWERED else known(outcome.kind),
            scores={
                name: float(score)
                for name, score in outcome.scores.items()
                if name in metrics and math.isfinite(score)
            },
            latency_ms=outcome.latency_ms,
            input_tokens=outcome.input_tokens,
            output_tokens=outcome.output_tokens,
            cost=outcome.cost,
            cached=outcome.cached,
            slices=tuple(
                self._label(policy.names, column, value)
                for column, value in zip(plan.dataset.slices, sample.slices, strict=True)
            ),
            input=texts[0],
            answer=texts[1],
            reference=texts[2],
        )

    def _summary(self, plan: Plan, names: bool, group: Group) -> Summary:
        part = ""
        if group.column is not None:
            column = plan.dataset.slices[group.column]
            part = f"{column}={self._label(names, column, group.value)}"
        return Summary(
            target=group.target,
            metric=group.metric,
            slice=part,
            n=group.n,
            total=group.total,
            squares=group.squares,
            ranks=group.ranks,
            suppressed=group.suppressed,
        )

    def _label(self, names: bool, column: str, value: str) -> str:
        return cut(plain(value), LONGEST) or "" if names else self._labels.of(column, value)


def _counts(counts: Counts, level: Level, policy: Policy) -> Counts:
    """Known codes only; at `aggregate`, a group too small to speak of says just how far it is."""
    stopped = counts.stopped if counts.stopped in STOPS else None
    detail = counts.stopped_detail if CODE.match(counts.stopped_detail or "") else None
    if level is Level.AGGREGATE and counts.done < policy.minimum_group:
        return Counts(done=counts.done, stopped=stopped, stopped_detail=detail)
    errors: dict[str, int] = {}
    for code, n in counts.errors.items():
        errors[known(code)] = errors.get(known(code), 0) + n
    return counts.model_copy(
        update={
            "errors": errors,
            "answers": {kind: n for kind, n in counts.answers.items() if kind in ANSWERED},
            "stopped": stopped,
            "stopped_detail": detail,
        }
    )


def _class(name: str) -> str:
    return name if _CLASS.match(name) else "Exception"


def _version() -> str:
    try:
        return version("fieldwork")
    except PackageNotFoundError:
        return "unknown"
