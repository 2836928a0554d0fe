"""The lines of an engagement that a template could hold, as the page shows them that asks which."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from itertools import groupby

from .. import template_parts
from ..models import Stage
from ..rules.templates.fields import MOST
from ..selectors.template_lines import Line, Offered

_NAMES = {
    "gate_day": "Gate",
    "exit_criteria": "Exit criterion",
    "milestones": "Milestone",
    "actions": "Action",
    "risks": "Risk",
    "access_requests": "Access request",
}


@dataclass(frozen=True)
class Shown:
    """A line with its ticks. text_ticked: of its text; words: what it is, and why not."""

    line: Line
    what: str
    ticked: bool
    text_ticked: bool

    @property
    def why_not(self) -> str:
        return ", ".join(self.line.why_not)

    @property
    def text_why_not(self) -> str:
        return ", ".join(self.line.text_why_not)


def grouped(lines: Iterable[Line], kept: Collection[str] | None) -> list[tuple[str, list[Shown]]]:
    """The lines by stage, parts last. kept: the keys that are ticked; None for what is ticked at first: every line that
    nothing speaks against, and no text, for that is where the client's own is mostly said."""
    found = []
    for (stage, part), group in groupby(
        lines, key=lambda line: (line.stage, "" if line.stage else line.part)
    ):
        shown = [_shown(line, kept) for line in group]
        found.append((_heading(stage, part), shown))
    return found


def left_out(found: Offered) -> str:
    """That there are more than are shown, in a sentence; empty when there are not."""
    if not found.cut:
        return ""
    names = [
        _NAMES[part].lower() + "s" if part in _NAMES else _heading("", part).lower() for part in found.cut
    ]
    what = " and ".join(filter(None, (", ".join(names[:-1]), names[-1])))
    return f"There are more {what} than a template takes: the first {MOST} of each stand here, the rest is left out."


def _heading(stage: str, part: str) -> str:
    if stage:
        return str(Stage(stage).label)
    known = template_parts.known(part)
    return known.title if known else part


def _shown(line: Line, kept: Collection[str] | None) -> Shown:
    ticked = not line.why_not if kept is None else line.key in kept
    text_ticked = False if kept is None else line.text_key in kept
    return Shown(line, _NAMES.get(line.part, ""), ticked, text_ticked)
