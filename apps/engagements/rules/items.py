"""What may be written down on an engagement, and through which states each kind of it goes. Pure decisions."""

from collections.abc import Mapping

# kind → state → the states that may follow. The first state is where one begins.
STATES: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "entry": {"noted": (), "open": ("resolved",), "resolved": ("open",)},
    "risk": {
        "open": ("mitigated", "occurred", "closed"),
        "mitigated": ("open", "occurred", "closed"),
        "occurred": ("closed", "open"),
        "closed": ("open",),
    },
    "assumption": {
        "open": ("confirmed", "refuted"),
        "confirmed": ("open", "refuted"),
        "refuted": ("open", "confirmed"),
    },
    "issue": {"open": ("resolved",), "resolved": ("open",)},
    "dependency": {"open": ("met", "broken"), "met": ("open", "broken"), "broken": ("open", "met")},
    "action": {
        "open": ("doing", "done", "dropped"),
        "doing": ("open", "done", "dropped"),
        "done": ("open",),
        "dropped": ("open",),
    },
    "milestone": {"planned": ("reached", "dropped"), "reached": ("planned",), "dropped": ("planned",)},
    "access_request": {
        "asked": ("granted", "refused", "withdrawn"),
        "granted": ("asked",),
        "refused": ("asked",),
        "withdrawn": ("asked",),
    },
    "stakeholder": {"involved": ("left",), "left": ("involved",)},
    "gate": {
        "open": ("passed", "conditional", "stopped"),
        "stopped": ("open", "passed", "conditional", "stopped"),
        "passed": ("open", "conditional"),
        "conditional": ("passed", "open"),
    },
    "use_case": {
        "candidate": ("picked", "rejected"),
        "picked": ("candidate", "rejected"),
        "rejected": ("candidate",),
    },
    # unknown: too vague to be decided; stated: metric, direction and threshold decide
    "criterion": {
        "unknown": ("stated", "dropped"),
        "stated": ("unknown", "dropped"),
        "dropped": ("unknown", "stated"),
    },
}
# The states in which something is still to be done or watched; every other one closes it.
OPEN = frozenset(
    {"open", "doing", "planned", "asked", "involved", "stopped", "candidate", "picked", "unknown", "stated"}
)
# How one speaks of it: R-4 is the fourth risk of its engagement.
PREFIXES: Mapping[str, str] = {
    "entry": "L",
    "risk": "R",
    "assumption": "S",
    "issue": "I",
    "dependency": "D",
    "action": "A",
    "milestone": "M",
    "access_request": "Q",
    "stakeholder": "P",
    "gate": "G",
    "use_case": "U",
    "criterion": "C",
}
KIND_OF_PREFIX = {prefix: kind for kind, prefix in PREFIXES.items()}
# Never for the client's viewers, whatever anybody ticks.
INTERNAL = frozenset({"stakeholder"})
# Never removed, and always in the client's sight.
KEPT = frozenset({"gate"})


def first_state(kind: str) -> str:
    """Where something of that kind begins."""
    return next(iter(STATES[kind]))


def may_move(kind: str, before: str, after: str) -> bool:
    """Whether something of that kind goes from one state to another in a single step."""
    return after in STATES[kind].get(before, ())


def is_open(kind: str, state: str) -> bool:
    """Whether something in that state still waits for somebody."""
    return state in OPEN


def reference_of(kind: str, number: int) -> str:
    """Such as "R-4"."""
    return f"{PREFIXES[kind]}-{number}"
