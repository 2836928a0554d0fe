"""What may leave of the answers to inquiries: reports at the lower of the plan's and the policy's level."""

import re

from ..contract.messages import (
    ANSWERED,
    BrowseReport,
    ColumnFacts,
    Entry,
    PreviewReport,
    PromptFacts,
    RehearseReport,
    TryReport,
)
from ..contract.plan import Plan
from ..contract.privacy import Level, effective
from ..inquiries import Column, Place, Preview, Rehearsal, Trial
from ..inquiries.preview import DISTINCT
from ..labels import Labels
from ..policy import Policy
from ..refusal import Refusal
from .texts import LONGEST, as_far_as, codes, cut, known, plain

_MODEL = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:/@+ -]{0,119}\Z")
_SHOWN = 400  # characters of a cell in a preview


def browsed(places: list[Place], more: bool, policy: Policy) -> BrowseReport:
    """Raises Refusal where the policy keeps names."""
    if not policy.names:
        raise Refusal("names_stay")
    entries = tuple(
        Entry(name=plain(place.name), kind=place.kind, size=place.size, rows=place.rows) for place in places
    )
    return BrowseReport(entries=entries, more=more)


def previewed(plan: Plan, preview: Preview, policy: Policy, labels: Labels) -> PreviewReport:
    """Numbers of a column speak of a group, so at `aggregate` too few rows say nothing but how many they are."""
    level = effective(plan.privacy, policy.level)
    silent = not level.includes(Level.SCORES) and preview.read < policy.minimum_group
    rows: tuple[tuple[str, ...], ...] = ()
    if level.includes(Level.REDACTED):
        rows = tuple(tuple(cut(as_far_as(level, cell), _SHOWN) or "" for cell in row) for row in preview.rows)
    return PreviewReport(
        level=level,
        columns=tuple(_column(column, policy, labels, silent, level) for column in preview.columns),
        read=preview.read,
        whole=preview.whole,
        most_distinct=DISTINCT,
        rows=rows,
        warnings=codes(preview.warnings),
    )


def tried(trial: Trial) -> TryReport:
    """The endpoint's word for its model leaves only when it looks like a model's name."""
    return TryReport(
        answer=trial.answer if trial.answer in ANSWERED else known(trial.answer),
        http=trial.http,
        latency_ms=trial.latency_ms,
        input_tokens=trial.input_tokens,
        output_tokens=trial.output_tokens,
        model=trial.model if _MODEL.match(trial.model or "") else None,
        cause=trial.cause,
    )


def rehearsed(plan: Plan, rehearsal: Rehearsal, policy: Policy) -> RehearseReport:
    """At `aggregate` only how many rows there are."""
    level = effective(plan.privacy, policy.level)
    prompts: tuple[PromptFacts, ...] = ()
    if level.includes(Level.SCORES):
        prompts = tuple(
            PromptFacts(
                n=prompt.sample.n,
                key=prompt.sample.key,
                target=prompt.target,
                length=len(prompt.text),
                fields={name: len(prompt.sample.fields[name]) for name in prompt.fields},
                text=cut(as_far_as(level, prompt.text), LONGEST) if level.includes(Level.REDACTED) else None,
            )
            for prompt in rehearsal.prompts
        )
    extent = rehearsal.extent.model_copy(update={"warnings": codes(rehearsal.extent.warnings)})
    return RehearseReport(level=level, extent=extent, prompts=prompts)


def _column(column: Column, policy: Policy, labels: Labels, silent: bool, level: Level) -> ColumnFacts:
    name = plain(column.name) if policy.names else labels.of("column", column.name)
    if silent:
        return ColumnFacts(name=name, filled=0, distinct=0, numeric=0)
    lengths = level.includes(Level.SCORES)  # the shortest and the longest speak of one sample each
    return ColumnFacts(
        name=name,
        filled=column.filled,
        distinct=len(column.values),
        numeric=column.numeric,
        shortest=column.shortest if lengths else 0,
        longest=column.longest if lengths else 0,
    )
