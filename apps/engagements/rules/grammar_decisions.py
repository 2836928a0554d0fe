"""How a decision is kept: its text says all of it, so that it is found and read anywhere, and its reason and what
was rejected stand in fields of their own besides. Pure decisions."""

import re
from collections.abc import Iterable, Mapping, Sequence

from .grammar_parts import Rejected
from .masked import masked
from .tags import TAG

Options = Sequence[Mapping[str, str]]  # each with "option" and "why"
MOST = 20
LONGEST = 500  # characters of an option, and of why it was rejected
REJECTED = re.compile(r"(?:;|\n)[ \t]*rejected:[ \t]*", re.IGNORECASE)
_BECAUSE = re.compile(r"[,;]?[ \t]\bbecause\b[ \t:,]*", re.IGNORECASE)


def taken_apart(text: str) -> tuple[str, str, list[Rejected]]:
    """What was chosen, the reason, and what was rejected, of a decision as it is written in one line."""
    chosen, *others = _split(REJECTED, text)
    said, reason = _because(chosen)
    each = [_because(other) for other in others if other]
    return said, _untagged(reason), [Rejected(_untagged(option), _untagged(why)) for option, why in each]


def decision_text(chosen: str, reason: str, rejected: Options) -> str:
    """The whole text of a decision, as Markdown."""
    return chosen + _behind(reason, rejected)


def chosen_of(text: str, reason: str, rejected: Options) -> str:
    """What of a decision's text is neither its reason nor what was rejected."""
    return text.removesuffix(_behind(reason, rejected))


def rejected_lines(rejected: Options) -> str:
    """What was rejected as one types it: a line for each, "option because why"."""
    return "\n".join(_said(one, " because ") for one in rejected)


def rejected_of(text: str) -> list[dict[str, str]]:
    """The inverse of `rejected_lines`. Raises ValueError with a sentence for a person when they are too many or
    too long."""
    found = [_option(line) for line in text.splitlines() if line.strip()]
    if len(found) > MOST:
        raise ValueError(f"These are {len(found)}; at most {MOST} are kept.")
    if any(len(value) > LONGEST for one in found for value in one.values()):
        raise ValueError(f"Each may have {LONGEST} characters, and as many for why.")
    return found


def _option(line: str) -> dict[str, str]:
    option, _, why = line.strip().partition(" because ")
    return {"option": option.strip(), "why": why.strip()}


def _behind(reason: str, rejected: Options) -> str:
    parts: Iterable[str] = (f"Because {reason}" if reason else "", _list(rejected))
    return "".join(f"\n\n{part}" for part in parts if part)


def _list(rejected: Options) -> str:
    lines = [f"- {_said(one, ', because ')}" for one in rejected]
    return "\n".join(["Rejected:", "", *lines]) if lines else ""


def _said(one: Mapping[str, str], between: str) -> str:
    return f"{one.get('option', '')}{between}{one['why']}" if one.get("why") else one.get("option", "")


def _split(pattern: re.Pattern[str], text: str) -> list[str]:
    """The parts of a text between what the pattern finds outside of code."""
    parts, at = [], 0
    for found in pattern.finditer(masked(text)):
        parts.append(text[at : found.start()].strip())
        at = found.end()
    return [*parts, text[at:].strip()]


def _untagged(text: str) -> str:
    """A reason without the tags behind it: they are the whole decision's. Within its words they stay."""
    rest = text
    while (tag := list(TAG.finditer(masked(rest)))) and tag[-1].end() == len(rest):
        rest = rest[: tag[-1].start()].rstrip()
    return rest or text


def _because(text: str) -> tuple[str, str]:
    """What is said, and its reason; the text alone when nothing stands before or behind "because"."""
    found = _BECAUSE.search(masked(text))
    said, why = (text[: found.start()].strip(), text[found.end() :].strip()) if found else (text, "")
    return (said, why) if said and why else (text, "")
