"""Whether one and the same target meets all criteria. Pure decisions.

Accuracy met by the large model and cost met by the small one is no solution: nobody can deploy both at once.
"""

from collections.abc import Mapping, Sequence

Verdicts = Mapping[str, str]  # by target: met, missed or undecided


def one_target(criteria: Sequence[Verdicts]) -> tuple[str, str]:
    """What all criteria come to for the best single target, and its name: ("met", name) when it meets each of
    them, ("missed", "") when every target misses one, else ("undecided", ""). A target that was not measured
    for a criterion is undecided there."""
    targets = sorted({target for verdicts in criteria for target in verdicts})
    worst = {
        target: _worst([verdicts.get(target, "undecided") for verdicts in criteria]) for target in targets
    }
    for target in targets:
        if worst[target] == "met":
            return "met", target
    return ("missed", "") if targets and set(worst.values()) == {"missed"} else ("undecided", "")


def _worst(verdicts: Sequence[str]) -> str:
    return "missed" if "missed" in verdicts else "undecided" if "undecided" in verdicts else "met"
