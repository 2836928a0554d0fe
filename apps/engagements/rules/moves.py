"""What the buttons are called that take an item to another state. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass

from .items import STATES

# Moved only by what decides about them: a decision, a pick, a criterion that is stated.
DECIDED_ELSEWHERE = frozenset({"gate", "use_case", "criterion"})
# Answered on a form, with words or a date.
ANSWERED = frozenset({("access_request", "granted"), ("access_request", "refused")})
# What belongs to its engagement from the beginning and cannot be taken away.
STAYS = frozenset({"gate"})
_WORDS: Mapping[str, str] = {
    "open": "Reopen",
    "doing": "Start",
    "done": "Done",
    "dropped": "Drop",
    "resolved": "Resolve",
    "mitigated": "Mitigated",
    "occurred": "It occurred",
    "closed": "Close",
    "confirmed": "Confirm",
    "refuted": "Refute",
    "met": "Met",
    "broken": "Broken",
    "planned": "Plan again",
    "reached": "Reached",
    "asked": "Ask again",
    "granted": "Granted",
    "refused": "Refused",
    "withdrawn": "Withdraw",
    "involved": "Involve again",
    "left": "Has left",
}
_WORDS_FROM: Mapping[tuple[str, str], str] = {
    ("doing", "open"): "Put back",
    ("mitigated", "open"): "Open again",
}
_GOOD = frozenset(
    {"done", "resolved", "mitigated", "confirmed", "met", "reached", "granted", "passed", "picked", "stated"}
)
_BAD = frozenset({"occurred", "refuted", "broken", "refused", "stopped"})
_WAITING = frozenset({"asked", "unknown", "conditional"})
_AT_WORK = frozenset({"doing"})


@dataclass(frozen=True)
class Button:
    """One state that may follow. usual: what it mostly comes to, so that it stands out."""

    state: str
    words: str
    usual: bool


def buttons(kind: str, state: str) -> tuple[Button, ...]:
    """The states that a press of a button may lead to, in the order of the table."""
    if kind in DECIDED_ELSEWHERE:
        return ()
    return tuple(
        Button(after, _WORDS_FROM.get((state, after), _WORDS[after]), after in _GOOD)
        for after in STATES[kind].get(state, ())
        if (kind, after) not in ANSWERED
    )


def state_words(state: str) -> str:
    """A state as a badge says it."""
    return state.replace("_", " ").capitalize()


def tone(state: str) -> str:
    """How a state looks: good, bad, warn, accent or quiet (components/badge.html)."""
    looks = ((_GOOD, "good"), (_BAD, "bad"), (_WAITING, "warn"), (_AT_WORK, "accent"))
    return next((look for states, look in looks if state in states), "quiet")
