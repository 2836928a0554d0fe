"""Two texts side by side, line by line."""

from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

AROUND = 2  # unchanged lines that are shown on either side of a changed one
MOST = 1_000_000  # pairs of lines that are matched one with another; longer texts are told as replaced
SHOWN = 1_000  # lines of one text


@dataclass(frozen=True, slots=True)
class Line:
    """sign: "+" added, "-" removed, " " in both."""

    sign: str
    text: str


def lines_of(before: str, after: str) -> tuple[Line, ...]:
    """Two texts as the lines that were removed, added and kept; long stretches of kept ones are folded."""
    old, new = before.splitlines(), after.splitlines()
    if len(old) * len(new) > MOST:
        return (*_cut([Line("-", text) for text in old]), *_cut([Line("+", text) for text in new]))
    found: list[Line] = []
    for what, start, stop, begin, end in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if what == "equal":
            found += _folded(old[start:stop], first=start == 0, last=stop == len(old))
        else:
            found += [Line("-", text) for text in old[start:stop]]
            found += [Line("+", text) for text in new[begin:end]]
    return tuple(_cut(found))


def _cut(lines: list[Line]) -> list[Line]:
    rest = len(lines) - SHOWN
    return [*lines[:SHOWN], Line(" ", f"… {rest} more lines")] if rest > 0 else lines


def _folded(kept: Sequence[str], *, first: bool, last: bool) -> list[Line]:
    head, tail = 0 if first else AROUND, 0 if last else AROUND
    hidden = len(kept) - head - tail
    if hidden < 2:
        return [Line(" ", text) for text in kept]
    fold = Line(" ", f"… {hidden} unchanged lines")
    return [
        *(Line(" ", text) for text in kept[:head]),
        fold,
        *(Line(" ", text) for text in kept[len(kept) - tail :]),
    ]
