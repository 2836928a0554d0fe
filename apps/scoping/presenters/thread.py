"""The golden thread: one line for each success criterion, from the problem to the sign-off, with its gaps."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from uuid import UUID

from apps.accounts.models import Role, User
from apps.engagements.models import Answer, Approval, Engagement, ExitCriterion, Gate, GateDecision
from apps.engagements.presenters.gates import is_stale
from apps.engagements.rules.gates import BEHIND
from apps.engagements.selectors import items_of

from ..gatekeeping import approvable
from ..models import MeasuredBy, SuccessCriterion, UseCase
from ..rules.units import written
from ..selectors import criteria
from .criteria import Line, line_of
from .measured import latest_of

OF_USE_CASE = frozenset({"problem", "use_case", "baseline"})
UNTOLD = "not shown here"
ALL_STATED = "scoping.criteria-stated"  # the check by which a gate waits for every one that is vague
ALL_MET = "scoping.criteria-met"  # the one by which it requires all that can be measured by then


@dataclass(frozen=True)
class Sign:
    """One thing that somebody has signed, or has still to. tone: of its badge."""

    text: str
    tone: str
    href: str = ""


@dataclass
class Strand:
    """One success criterion's line. gaps: of it, each a phrase; use_case: None when there is none to be seen; gates:
    those that require it."""

    line: Line
    use_case: UseCase | None
    problem: str
    baseline: str
    gates: list[Gate]
    signs: list[Sign]
    gaps: dict[str, str] = field(default_factory=dict)

    @property
    def holds(self) -> list[Gate]:
        """The gates that cannot be passed because of it while it is vague."""
        return [gate for gate in self.gates if gate.state not in BEHIND] if not self.line.goal else []


def thread_of(user: User, engagement: Engagement) -> list[Strand]:
    """The strands of all criteria of which a person may know, in order; those that were dropped are left out."""
    known = list(criteria.listed(user, engagement).exclude(state="dropped"))
    return strands_of(user, engagement, known)


def strands_of(user: User, engagement: Engagement, known: Sequence[SuccessCriterion]) -> list[Strand]:
    """The strands of these criteria, in a constant number of queries."""
    latest = latest_of(user, known)
    gates = _gates(user, engagement, known)
    signed = _approvals(known)
    decided = _decisions(user, {gate.pk for found in gates.values() for gate in found})
    strands = []
    for one in known:
        line = line_of(user, one, latest.get(one.pk, []))
        use_case = one.use_case if line.use_case else None
        # a go that passed over what is vague has signed nothing of it
        by_gates = [decided[gate.pk] for gate in gates[one.pk] if gate.pk in decided and line.goal]
        signs = [*signed.get(one.pk, []), *by_gates]
        # a client's viewer is not told of a use case that is internal, nor that there is none
        hidden = user.role == Role.CLIENT and use_case is None
        strands.append(_strand(one, line, use_case, gates[one.pk], signs, hidden=hidden))
    return strands


def _strand(
    one: SuccessCriterion,
    line: Line,
    use_case: UseCase | None,
    gates: list[Gate],
    signs: list[Sign],
    *,
    hidden: bool,
) -> Strand:
    problem = (use_case.real_problem or use_case.stated_problem) if use_case else ""
    baseline = one.baseline if use_case else None
    words = (
        f"{baseline.metric}: {written(baseline.value, baseline.unit)}, {baseline.basis}" if baseline else ""
    )
    strand = Strand(line, use_case, problem, words, gates, signs)
    for name, there, gap in (
        ("problem", problem, "no problem stated"),
        ("use_case", use_case, "no use case"),
        ("baseline", words, "no baseline"),
        ("criterion", line.goal, "still vague"),
        ("measurement", line.latest, "not measured"),
        ("gates", gates, "no gate requires it"),
        ("signs", signs, "nobody has signed"),
    ):
        if not there:
            strand.gaps[name] = UNTOLD if hidden and name in OF_USE_CASE else gap
    return strand


def _gates(user: User, engagement: Engagement, known: Sequence[SuccessCriterion]) -> dict[UUID, list[Gate]]:
    """The gates that require each criterion, by itself or with all others; one truth for whoever says which."""
    seen = items_of(user, engagement, Gate)
    rows = ExitCriterion.objects.filter(gate__in=seen).select_related("gate").order_by("gate__number")
    found: dict[UUID, list[Gate]] = {one.pk: [] for one in known}
    for row in rows:
        for one in known:
            if _requires(row, one) and row.gate not in found[one.pk]:
                found[one.pk].append(row.gate)
    return found


def _requires(row: ExitCriterion, one: SuccessCriterion) -> bool:
    """Whether an exit criterion asks for a success criterion, as `gatekeeping` looks at it."""
    if row.check_name == ALL_STATED:
        return one.state == "unknown"
    if row.check_name == ALL_MET:
        return one.measured_by != MeasuredBy.ADOPTION
    return row.criterion_id == one.pk


def _approvals(known: Sequence[SuccessCriterion]) -> dict[UUID, list[Sign]]:
    digests = {one.pk: approvable(one) for one in known}
    rows = Approval.objects.filter(item__in=digests, withdrawn_at=None).select_related("asked_of")
    found: dict[UUID, dict[UUID, Sign]] = {}
    for row in rows.order_by("created_at"):  # the latest of each person counts
        found.setdefault(row.item_id, {})[row.asked_of_id] = _approval(row, digests[row.item_id])
    return {pk: list(signs.values()) for pk, signs in found.items()}


def _approval(row: Approval, digest: str) -> Sign:
    name = row.asked_of.name
    if row.answer == Answer.APPROVED:
        if row.digest != digest:
            return Sign(f"{name} approved an earlier version", "warn")
        return Sign(f"{name} approved", "good")
    if row.answer == Answer.DECLINED:
        return Sign(f"{name} declined", "bad")
    return Sign(f"waits for {name}", "quiet")


def _decisions(user: User, gates: set[UUID]) -> dict[UUID, Sign]:
    """The latest decision about each gate, and whether it is stale, as far as the reader may know; what Fieldwork
    itself moved on, nobody has signed."""
    signed = GateDecision.objects.filter(gate__in=gates, by__isnull=False)
    rows = signed.select_related("gate", "by").order_by("number")
    tones = {"go": "good", "conditional": "warn", "no_go": "bad"}
    found = {}
    for row in rows.defer("evidence"):
        who = row.by.name if row.by else ""
        stale = is_stale(row.gate, staff=user.is_staff_member)
        tone = "warn" if stale else tones[row.outcome]
        since = ", stale since" if stale else ""
        text = f"{row.gate.reference} {row.get_outcome_display().lower()} by {who}{since}"
        found[row.gate_id] = Sign(text, tone)
    return found
