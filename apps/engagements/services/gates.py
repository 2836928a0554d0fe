"""The only writers of gate decisions, and of the stage that follows from them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from apps.accounts.models import User
from apps.audit.services import record
from apps.core.errors import Refused
from apps.core.text import several_lines

from ..models import Engagement, Gate, GateDecision, Item, Kind, Outcome, Stage
from ..rules import gates as rules
from ..rules.stages import STAGES
from ..selectors.engagements import SEE_ALL
from ..selectors.gates import Line, decided_since, look_at, standing_of
from ..selectors.rail import forget_rail
from . import items
from .following import tell_decided, tell_reopened, title_of_decision, write_actions, write_entry
from .freezing import digest_of, freeze
from .rechecking import recheck, recount

__all__ = ["Condition", "decide", "digest_of", "recheck", "recount", "reopen", "set_due", "set_stage"]
MOVED = "Moved by Fieldwork itself"
MOVED_ON = "moved on"  # in the audit trail: passed by nobody
REASON = 2_000


@dataclass(frozen=True)
class Condition:
    """What has to be done by when for a conditional go. covers: the exit criterion that it stands in for."""

    text: str
    due: date
    owner: User | None = None
    covers: UUID | None = None


@transaction.atomic
def decide(
    *,
    by: User,
    gate: Gate,
    outcome: str,
    reason: str = "",
    conditions: Sequence[Condition] = (),
    overrides: Mapping[UUID, str] | None = None,
    seen: str = "",
    after: int | None = None,
) -> GateDecision:
    """Decide a gate, and freeze what that rests on. A gate that was passed is confirmed by deciding it again.

    overrides: exit criterion → why it may be passed over, by managers and administrators only. seen: `digest_of`
    what was looked at; after: the number of the last decision that was, 0 for none. Raises Refused for what
    `rules.gates` refuses, and when something has changed or was decided since.
    """
    engagement, gate = _locked(gate)
    if decided := decided_since(gate, after, by=by):
        raise Refused("decided", decided)
    lines, over = look_at(gate), _overrides(by, overrides or {})
    if seen and seen != digest_of(lines):
        message = (
            "What the exit criteria come to has changed since you opened this page. Look again, then decide."
        )
        raise Refused("changed", message)
    standing = standing_of(engagement, Gate.objects.filter(engagement=engagement))
    reason = _text(reason, "reason")
    _require_decidable(standing, gate, outcome, reason, _asked(lines, over, conditions), len(conditions))
    used = (
        {line.criterion.pk for line in lines if not line.holds} & over.keys() if outcome != "no_go" else set()
    )
    written = write_actions(by=by, gate=gate, conditions=_sound(conditions))
    last = gate.decisions.first()
    decision = freeze(by, gate, outcome, reason, lines, {pk: over[pk] for pk in used}, written)
    after_it = rules.after_decision(standing, gate.stage, outcome)
    _stand(by, engagement, gate, after_it, decided_first=last is not None and last.by_nobody)
    _follow_up(by, gate, decision, lines)
    return decision


def _asked(
    lines: Iterable[Line], over: Mapping[UUID, str], conditions: Iterable[Condition]
) -> list[rules.Asked]:
    covered = {one.covers for one in conditions if one.covers}
    return [
        rules.Asked(
            line.criterion.title,
            str(line.finding.found),
            overridden=line.criterion.pk in over,
            covered=line.criterion.pk in covered,
        )
        for line in lines
    ]


def _require_decidable(
    standing: rules.Standing,
    gate: Gate,
    outcome: str,
    reason: str,
    asked: list[rules.Asked],
    conditions: int,
) -> None:
    if outcome not in Outcome.values:
        raise Refused("outcome", "Choose go, conditional go or no-go.", field="outcome")
    if refused := rules.closed_to(standing, gate.stage, outcome):
        raise Refused("order", refused, field="outcome")
    if refused := rules.obstacle(outcome, asked, conditions=conditions, reason=reason):
        raise Refused("obstacle", refused, field="reason" if refused == rules.SAY_WHY else "outcome")


@transaction.atomic
def reopen(*, by: User | None, gate: Gate, reason: str) -> None:
    """Open a passed gate again: the engagement returns to its stage, and later gates that were passed are open with
    it. What was decided stays. Raises Refused for whoever is no manager, without a reason, and for a gate that is
    not passed."""
    if by is not None and by.role not in SEE_ALL:
        raise Refused("manager", "A manager reopens a gate.")
    reason = _text(reason, "reason")
    if not reason:
        raise Refused("reason", "Say why.", field="reason")
    engagement, gate = _locked(gate)
    if gate.state not in rules.BEHIND:
        raise Refused("state", f"{gate} is {gate.state}, not passed.")
    standing = standing_of(engagement, Gate.objects.filter(engagement=engagement))
    _stand(by, engagement, gate, rules.after_reopening(standing, gate.stage), why=reason)
    write_entry(by=by, gate=gate, title=title_of_decision(gate, "Reopened"), reason=reason)
    tell_reopened(by=by, gate=gate)


@transaction.atomic
def set_stage(*, by: User | None, engagement: Engagement, stage: str, reason: str = "") -> None:
    """Take an engagement to a stage through its gates: forward, each one on the way is passed with a manager's
    override of whatever does not hold; back, the first one is reopened. by: None for Fieldwork itself, which
    overrides nothing and says so. Raises Refused for an unknown stage and for whoever is no manager."""
    if stage not in Stage.values:
        known = ", ".join(Stage.values)
        raise Refused("stage_unknown", f"There is no such stage; known are {known}.", field="stage")
    if by is not None and by.role not in SEE_ALL:
        raise Refused("manager", "A manager takes an engagement past its gates.")
    here = Engagement.objects.select_for_update(no_key=True).get(pk=engagement.pk).stage
    gates = {gate.stage: gate for gate in Gate.objects.filter(engagement=engagement).order_by("number")}
    start, end = STAGES.index(here), STAGES.index(stage)
    for name in STAGES[start:end]:
        _move_past(by, gates[name], reason or MOVED)
    if end < start:
        reopen(by=by, gate=gates[stage], reason=reason or MOVED)
    engagement.stage = stage
    forget_rail(engagement)


def _move_past(by: User | None, gate: Gate, reason: str) -> None:
    engagement, gate = _locked(gate)
    lines = look_at(gate)
    if by is not None:
        over = {line.criterion.pk: reason for line in lines if not line.holds}
        decide(by=by, gate=gate, outcome=Outcome.GO, reason=reason, overrides=over)
        return
    standing = standing_of(engagement, Gate.objects.filter(engagement=engagement))
    decision = freeze(None, gate, Outcome.GO, reason, lines, {}, [], moved=True)
    _stand(None, engagement, gate, rules.after_decision(standing, gate.stage, Outcome.GO), MOVED_ON)
    _follow_up(None, gate, decision, lines)


@transaction.atomic
def set_due(*, by: User | None, gate: Gate, due: date | None, version: int | None = None) -> None:
    """When the gate is meant to be passed."""
    items.change(by=by, item=gate, version=version, due=due)


def _locked(gate: Gate) -> tuple[Engagement, Gate]:
    """The gate as it is now; whoever decides another one of its engagement waits, and whoever writes something down
    there does not, unless it is of a kind that a decision writes, too."""
    known = Engagement.objects.select_for_update(no_key=True, of=("self",)).select_related("client")
    engagement = known.get(pk=gate.engagement_id)
    items.hold_numbers(engagement, Kind.ACTION, Kind.ENTRY)
    Item.objects.select_for_update(no_key=True).get(pk=gate.pk)
    fresh = Gate.objects.select_for_update(no_key=True, of=("self",)).get(pk=gate.pk)
    fresh.engagement = engagement
    return engagement, fresh


def _overrides(by: User, wanted: Mapping[UUID, str]) -> dict[UUID, str]:
    over = {pk: _text(reason, "overrides") for pk, reason in wanted.items()}
    if over and by.role not in SEE_ALL:
        raise Refused("manager", "Overriding takes a manager or an administrator.", field="overrides")
    if not all(over.values()):
        raise Refused("reason", "An override needs a reason.", field="overrides")
    return over


def _sound(conditions: Iterable[Condition]) -> list[Condition]:
    for one in conditions:
        if one.due < timezone.localdate():
            raise Refused(
                "past", f"{one.due} has passed; a condition is due today or later.", field="conditions"
            )
    return list(conditions)


def _stand(
    by: User | None,
    engagement: Engagement,
    gate: Gate,
    after: rules.Standing,
    verb: str = "",
    *,
    why: str = "",
    decided_first: bool = False,
) -> None:
    """Bring gates and stage to where they stand now. verb: of the audit trail; the gate's state unless given.
    decided_first: the gate lay behind without a decision, so that it is passed only now."""
    for one in Gate.objects.filter(engagement=engagement).order_by("number"):
        state = after.gates[one.stage]
        if one.state != state or (one.pk == gate.pk and decided_first):
            closed_at = timezone.now() if state in rules.BEHIND else None
            done = verb or ("reopened" if state == "open" else state)
            items.change(by=by, item=one, version=None, verb=done, why=why, state=state, closed_at=closed_at)
    if engagement.stage != after.stage:
        before, engagement.stage = engagement.stage, after.stage
        engagement.save(update_fields=["stage"])
        record(
            by=by,
            verb="stage set",
            subject=engagement,
            engagement=engagement,
            before=before,
            after=after.stage,
        )
    gate.refresh_from_db()
    gate.engagement = engagement
    forget_rail(engagement)


def _follow_up(by: User | None, gate: Gate, decision: GateDecision, lines: Sequence[Line]) -> None:
    # what was frozen is what was found, so that nothing is stale any more
    recount(gate, lines)
    later = Gate.objects.filter(engagement=gate.engagement, stage=gate.engagement.stage).first()
    if later is not None and later.pk != gate.pk:
        later.engagement = gate.engagement
        recount(later)
    hidden = {str(line.criterion.pk) for line in lines if line.internal}
    passed_over = [one.title for one in decision.overrides.all() if str(one.exit_criterion) not in hidden]
    outcome = "Moved on without a decision" if decision.by_nobody else decision.get_outcome_display()
    title = title_of_decision(gate, outcome) if by else f"{gate}: {outcome.lower()}"
    text = "\n".join(f"- Overridden: {each}" for each in passed_over)
    said = {"title": title, "reason": decision.reason, "text": text}
    write_entry(by=by, gate=gate, decided=not decision.by_nobody, **said)
    tell_decided(by=by, gate=gate, outcome=outcome)


def _text(text: str, field: str) -> str:
    return several_lines(text, limit=REASON, field=field)
