"""Where an engagement stands on its rail. Pure decisions."""

from dataclasses import dataclass

STAGES = ("scoping", "connect", "pilot", "deploy", "adopt", "handover")


@dataclass(frozen=True)
class Step:
    """One stage on the rail. state: done, current or ahead; `gate` is how the gate that leads out of it stands by
    the stage alone: passed or open, empty after the last stage."""

    name: str
    state: str
    gate: str


def rail(stage: str) -> tuple[Step, ...]:
    """The six stages as seen from `stage`. Raises ValueError for an unknown one."""
    here = STAGES.index(stage)
    steps = []
    for position, name in enumerate(STAGES):
        state = "done" if position < here else "current" if position == here else "ahead"
        gate = "" if position == len(STAGES) - 1 else "passed" if position < here else "open"
        steps.append(Step(name, state, gate))
    return tuple(steps)
