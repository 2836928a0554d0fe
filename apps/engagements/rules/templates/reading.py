"""A template's content from plain data. Everything that is wrong is said at once, each with where it stands, what is
wrong and what would be right."""

from collections.abc import Callable, Mapping
from typing import Any

from ..stages import STAGES
from . import content as shapes
from .days import backwards
from .fields import Fields, Problem

LEVELS = ("low", "medium", "high")
ASKED_FOR = ("data", "review", "account", "network", "people", "other")
APPROVERS = ("security", "legal", "data_owner", "it", "procurement", "business", "other")

ReadPart = Callable[[Fields], Mapping[str, Any]]


def read(data: Any, parts: Mapping[str, ReadPart] | None = None) -> tuple[shapes.Content, list[Problem]]:
    """The content in plain data (`writing.plain` gives it back), and all that is wrong with it: with no problem, it
    may be kept. parts: name → how one row of that part is read; the rows of other parts are kept as they are."""
    problems: list[Problem] = []
    if not isinstance(data, Mapping):
        return shapes.Content(), [Problem((), "A template is a mapping that begins with “phases:”.")]
    fields = Fields((), data, problems)
    phases = _in_order(fields.rows("phases", _phase), problems)
    known = parts or {}
    rows = {name: fields.rows(name, make) for name, make in known.items()}
    for name, value in data.items():
        if name not in fields.read and _is_rows(value):  # of an app that is not there: kept, and left out
            fields.read.add(name)
            rows[name] = tuple(value)
    fields.done()
    at = _places(data.get("phases"))
    problems += [Problem(("phases", at[stage], "gate_day"), says) for stage, says in backwards(phases)]
    made = shapes.Content(phases, {name: tuple(each) for name, each in rows.items() if each})
    return made, problems


def _places(phases: Any) -> dict[str, int]:
    """Where each stage stands first. What is no text is no stage; reading the phase has said so."""
    found: dict[str, int] = {}
    for at, row in enumerate(phases if isinstance(phases, list | tuple) else ()):
        stage = row.get("stage") if isinstance(row, Mapping) else None
        if isinstance(stage, str):
            found.setdefault(stage, at)
    return found


def _is_rows(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(row, Mapping) for row in value)


def _in_order(phases: tuple[shapes.Phase, ...], problems: list[Problem]) -> tuple[shapes.Phase, ...]:
    """All six, in the order of the stages; what is not said is empty."""
    named: dict[str, shapes.Phase] = {}
    for at, phase in enumerate(phases):
        if phase.stage in named:
            problems.append(Problem(("phases", at, "stage"), f"There is a phase {phase.stage} already."))
        named.setdefault(phase.stage, phase)
    return tuple(named.get(stage, shapes.Phase(stage)) for stage in STAGES)


def _phase(fields: Fields) -> shapes.Phase:
    stage = fields.choice("stage", STAGES, "")
    if "stage" not in fields.data:
        fields.wrong("stage", f"This is missing; choose one of {', '.join(STAGES)}.")
    gate_day = fields.day("gate_day")
    criteria = fields.rows("exit_criteria", _exit_criterion)
    if stage == STAGES[-1] and (gate_day is not None or criteria):
        name = "gate_day" if gate_day is not None else "exit_criteria"
        fields.wrong(name, f"No gate leads out of {stage}; leave this out.")
    _once(fields, criteria)
    return shapes.Phase(
        stage,
        gate_day,
        criteria,
        fields.rows("milestones", _milestone),
        fields.rows("actions", _action),
        fields.rows("risks", _risk),
        fields.rows("access_requests", _request),
    )


def _once(fields: Fields, criteria: tuple[shapes.ExitCriterion, ...]) -> None:
    seen: set[tuple[str, str]] = set()
    for at, one in enumerate(criteria):
        key = (one.proof, one.check or ("" if one.proof == "approval" else one.title.lower()))
        if key in seen:
            fields.problems.append(Problem((*fields.path, "exit_criteria", at), "This stands here twice."))
        seen.add(key)


def _exit_criterion(fields: Fields) -> shapes.ExitCriterion:
    """Written as “check: <its name>”, “attested: <what somebody attests>” or “approval: <what the client approves>”."""
    said = [proof for proof in ("check", "attested", "approval") if proof in fields.data]
    if len(said) != 1:
        fields.wrong("", "An exit criterion is one of “check: …”, “attested: …” and “approval: …”.")
        fields.read |= {"check", "attested", "approval", "title"}
        return shapes.ExitCriterion("attested")
    if said == ["check"]:
        return shapes.ExitCriterion(
            "check", fields.line("title", required=False), fields.line("check", limit=60)
        )
    if said == ["approval"]:
        return shapes.ExitCriterion("approval", fields.line("approval"))
    return shapes.ExitCriterion("attested", fields.line("attested"))


def _milestone(fields: Fields) -> shapes.Milestone:
    day = fields.day("day", required=True)
    return shapes.Milestone(
        fields.line("title"), day or 0, fields.text("text"), fields.flag("client_visible", True)
    )


def _action(fields: Fields) -> shapes.Action:
    return shapes.Action(
        fields.line("title"),
        fields.day("day"),
        fields.choice("who", (shapes.LEAD, shapes.NOBODY), shapes.NOBODY),
        fields.text("text"),
        fields.flag("client_visible", False),
        fields.lines("checklist"),
    )


def _risk(fields: Fields) -> shapes.Risk:
    return shapes.Risk(
        fields.line("title"),
        fields.choice("severity", LEVELS, "medium"),
        fields.choice("likelihood", LEVELS, "medium"),
        fields.text("response"),
        fields.text("text"),
    )


def _request(fields: Fields) -> shapes.Request:
    return shapes.Request(
        fields.line("title"),
        fields.choice("asked_for", ASKED_FOR, "data"),
        fields.choice("approver", APPROVERS, "other"),
        fields.day("day"),
        fields.choice("gate", shapes.GATED, ""),
        fields.text("text"),
        fields.flag("client_visible", True),
    )
