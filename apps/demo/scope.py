"""What is scoped of a tale: the problem worth solving, today's figure, and what was rejected."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

Score = tuple[int, str]  # a figure, and a sentence why
Figure = tuple[float, str]  # and its basis
STEP = ("step", "actor", "system", "minutes")


@dataclass(frozen=True)
class Candidate:
    """A use case: title, the fields of its sections, and, when it was rejected, why."""

    title: str
    fields: Mapping[str, Any]
    rejected: str = ""


@dataclass(frozen=True)
class Scope:
    """candidates: the first is what the engagement is about; picked: why, empty while nobody has picked it. baseline,
    assumption: as the services of scoping take them. decider: who decides on every criterion. vague: what is wanted
    and cannot be decided yet; given_up: why it is dropped before the first gate, empty when it is not."""

    candidates: tuple[Candidate, ...]
    picked: str
    decider: str
    vague: str
    given_up: str = ""
    baseline: Mapping[str, Any] = field(default_factory=dict)
    assumption: Mapping[str, Any] = field(default_factory=dict)


def candidate(
    title: str,
    stated: str,
    *steps: tuple[str, str, str, float],
    value: Score,
    feasibility: Score,
    risk: Score,
    volume: Figure | None = None,
    minutes: Figure | None = None,
    rejected: str = "",
    **sections: str,
) -> Candidate:
    """A use case. stated: the problem in the client's words; steps: the process today, each as STEP says; volume: cases
    a month; minutes: of each; sections: further fields by their names."""
    said: dict[str, Any] = {"stated_problem": stated, **sections}
    if steps:
        said["steps"] = [dict(zip(STEP, step, strict=True)) for step in steps]
    for name, figure in (("volume", volume), ("minutes_per_case", minutes)):
        if figure is not None:
            said |= {name: figure[0], f"{name.removesuffix('_per_case')}_basis": figure[1]}
    for name, score in (("value", value), ("feasibility", feasibility), ("risk", risk)):
        said |= {f"score_{name}": score[0], f"{name}_why": score[1]}
    return Candidate(title, said, rejected)
