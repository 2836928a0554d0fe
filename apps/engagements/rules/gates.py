"""May this gate be decided, and what follows from it. Pure decisions.

One thing always holds: the gates before the present stage are passed (or conditionally so), the present stage's
and all later ones are not.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from .stages import STAGES

GATES = STAGES[:-1]  # a gate is named after the stage that it leads out of
BEHIND = frozenset({"passed", "conditional"})
SAY_WHY = "Say why."
STATE_OF = {"go": "passed", "conditional": "conditional", "no_go": "stopped"}


@dataclass(frozen=True)
class Asked:
    """One exit criterion as a decision sees it. found: passed, failed or undecided; covered: by a condition."""

    title: str
    found: str
    overridden: bool = False
    covered: bool = False

    @property
    def holds(self) -> bool:
        """Whether it stands in nobody's way."""
        return self.found == "passed" or self.overridden


@dataclass(frozen=True)
class Standing:
    """Where an engagement stands: its stage, and the state of each gate by the stage it leads out of."""

    stage: str
    gates: Mapping[str, str]


def outcomes(asked: Iterable[Asked], *, conditions: int) -> set[str]:
    """What may be decided: no_go always, go when everything holds and nothing is conditional, conditional when
    there are conditions, nothing has failed, and each undecided one is covered by one."""
    asked, may = list(asked), {"no_go"}
    if not conditions and all(one.holds for one in asked):
        may.add("go")
    if conditions and all(one.holds or (one.found == "undecided" and one.covered) for one in asked):
        may.add("conditional")
    return may


def obstacle(outcome: str, asked: Sequence[Asked], *, conditions: int, reason: str) -> str:
    """Why this cannot be decided, in words; empty when it can."""
    if outcome != "go" and not reason:
        return SAY_WHY
    if outcome == "go" and conditions:
        return "A go has no conditions; a conditional go has."
    if outcome == "no_go" and conditions:
        return "A no-go has no conditions."
    if outcome == "conditional" and not conditions:
        return "A conditional go needs at least one condition, with a date."
    if outcome in outcomes(asked, conditions=conditions):
        return ""
    left = [one for one in asked if not one.holds and not (outcome == "conditional" and one.covered)]
    failed = [one for one in asked if not one.holds and one.found == "failed"]
    if outcome == "conditional" and failed:
        return (
            f"Failed: {_titles(failed)}. A condition cannot cover what has failed; a manager can override it."
        )
    ways = "overridden by a manager" if outcome == "go" else "covered by a condition"
    return f"Not shown to hold: {_titles(left)}. Each has to hold, or to be {ways}."


def closed_to(standing: Standing, gate: str, outcome: str) -> str:
    """Why this gate cannot be decided so now, in words; empty when it can. A gate that was passed can be decided
    again, to confirm it on other evidence."""
    here, wanted = STAGES.index(standing.stage), STAGES.index(gate)
    if wanted > here:
        return f"The engagement is in {standing.stage}: that gate comes first."
    if wanted < here and outcome == "no_go":
        return "This gate has been passed: a manager can reopen it."
    return ""


def after_decision(standing: Standing, gate: str, outcome: str) -> Standing:
    """Where the engagement stands then. Raises ValueError for what `closed_to` refuses."""
    if refused := closed_to(standing, gate, outcome):
        raise ValueError(refused)
    stage = standing.stage
    if stage == gate and outcome != "no_go":
        stage = STAGES[STAGES.index(gate) + 1]
    return Standing(stage, {**standing.gates, gate: STATE_OF[outcome]})


def after_reopening(standing: Standing, gate: str) -> Standing:
    """Where the engagement stands once a passed gate is open again: back in its stage, and every later gate that
    was passed open with it. Raises ValueError for a gate that is not passed."""
    if standing.gates[gate] not in BEHIND:
        raise ValueError(f"{gate} is {standing.gates[gate]}")
    first = GATES.index(gate)
    reopened = {name: "open" for name in GATES[first:] if name == gate or standing.gates[name] in BEHIND}
    return Standing(gate, {**standing.gates, **reopened})


@dataclass(frozen=True)
class Mark:
    """A gate on the rail. shape: passed, conditional, stale, moved, stopped, ready or open; words: all that is to be
    said of it; short: the same where there is little room."""

    shape: str
    words: str
    short: str
    overridden: bool = False


def mark(state: str, *, stale: bool, overrides: int, ready: bool, moved: bool) -> Mark:
    """How a gate is drawn, and said. ready: every exit criterion holds, and nobody has decided yet. moved: it lies
    behind without anybody's decision."""
    shape = state
    words = "passed with conditions" if state == "conditional" else state
    short = ""
    if state in BEHIND and moved:
        shape, words, short = "moved", "moved on without a decision", "moved on, no decision"
    elif state in BEHIND and stale:
        shape, words = "stale", f"{words}, its evidence has changed"
    elif state not in BEHIND and ready:
        shape, words = (
            "ready",
            "stopped, now ready to be decided" if state == "stopped" else "ready to be decided",
        )
    short = short or shape
    if overrides:
        words, short = f"{words}, overridden", f"{short}, overridden"
    return Mark(shape, words, short, bool(overrides))


def _titles(asked: Iterable[Asked]) -> str:
    return ", ".join(f"“{one.title}”" for one in asked)
