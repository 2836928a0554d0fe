"""The words that the log's one line understands. Pure decisions."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches


@dataclass(frozen=True)
class Command:
    """What a line becomes. kind: an item's kind; entry_kind: of log entries; how: what it is for and what it takes,
    in a few words, for whoever chooses; takes: what may stand in front of its words ("level", "owner", "date",
    "approver") or anywhere ("gate", "stakeholder"); for_client: asked of or promised to the client, who therefore
    sees it unless the line says !internal. Everything else is internal unless it says !client."""

    kind: str
    entry_kind: str = ""
    how: str = ""
    takes: frozenset[str] = frozenset()
    asks: str = "what there is to write down"
    for_client: bool = False


COMMANDS: Mapping[str, Command] = {
    "note": Command("entry", "note", "anything worth keeping"),
    "decision": Command("entry", "decision", "… because …; rejected: … because …", asks="what was decided"),
    "meeting": Command("entry", "meeting", "who met and what came of it", asks="what the meeting was about"),
    "blocker": Command(
        "entry", "blocker", "what is in the way, until it is resolved", asks="what is in the way"
    ),
    "learning": Command("entry", "learning", "what others should know next time", asks="what was learned"),
    "change": Command("entry", "change", "what is different from now on", asks="what has changed"),
    "risk": Command(
        "risk", how="low, medium or high: what may happen", takes=frozenset({"level"}), asks="what may happen"
    ),
    "assumption": Command("assumption", how="what is taken for granted", asks="what is taken for granted"),
    "issue": Command(
        "issue",
        how="low, medium or high: what is wrong now",
        takes=frozenset({"level"}),
        asks="what is wrong",
    ),
    "dependency": Command("dependency", how="what has to come from elsewhere", asks="what it depends on"),
    "action": Command(
        "action",
        how="@owner and date: what is to be done",
        takes=frozenset({"owner", "date"}),
        asks="what is to be done",
    ),
    "milestone": Command(
        "milestone",
        how="date: what the client is promised",
        takes=frozenset({"date"}),
        asks="what will be reached",
        for_client=True,
    ),
    "access": Command(
        "access_request",
        how="who approves, date, for:gate, of:stakeholder: what the client is asked for",
        takes=frozenset({"date", "approver", "gate", "stakeholder"}),
        asks="what is asked for",
        for_client=True,
    ),
}
LEVELS = ("low", "medium", "high")
# Who at the client has to say yes, by the word that is written.
APPROVERS: Mapping[str, str] = {
    "security": "security",
    "legal": "legal",
    "privacy": "legal",
    "data": "data_owner",
    "it": "it",
    "procurement": "procurement",
    "business": "business",
}
# What is asked for, by a word that gives it away; data otherwise.
_ASKED: Mapping[str, str] = {
    "review": "review",
    "assessment": "review",
    "account": "account",
    "accounts": "account",
    "licence": "account",
    "licences": "account",
    "license": "account",
    "vpn": "network",
    "firewall": "network",
    "network": "network",
    "interview": "people",
    "interviews": "people",
    "workshop": "people",
}


def asked_for(text: str) -> str:
    """What an access request is about, as far as its words give it away."""
    words = (word.strip(".,;:()").lower() for word in text.split())
    return next((_ASKED[word] for word in words if word in _ASKED), "data")


def nearest(word: str, known: Iterable[str]) -> str:
    """The known word that is most like it; empty when none is."""
    words = list(known)
    begins = [one for one in words if one.startswith(word.lower())] if word else []
    return begins[0] if begins else next(iter(get_close_matches(word.lower()[:40], words, 1, 0.6)), "")


def meant_level(word: str) -> str:
    """The level that a mistyped word stands for; empty for a word of its own, such as "slow" or "how"."""
    typed = word.lower()
    for level in LEVELS:
        alike = sorted(typed) == sorted(level) or (len(level) > 3 and _one_off(typed, level))
        if typed != level and typed[:1] == level[:1] and alike:
            return level
    return ""


def _one_off(typed: str, word: str) -> bool:
    """Whether a single letter is missing or too many."""
    short, long = sorted((typed, word), key=len)
    return len(long) == len(short) + 1 and short in {long[:at] + long[at + 1 :] for at in range(len(long))}
