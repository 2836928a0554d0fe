"""What of an engagement a template could hold, line by line, for a person to keep or leave out."""

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, replace
from datetime import date
from typing import Any

from .. import checks, template_parts
from ..models import (
    AccessRequest,
    Action,
    Engagement,
    ExitCriterion,
    Gate,
    Item,
    Kind,
    Member,
    MemberRole,
    Milestone,
    Raid,
    Stakeholder,
)
from ..rules.stages import STAGES
from ..rules.templates import content as shapes
from ..rules.templates.days import stage_of
from ..rules.templates.fields import MOST
from ..rules.templates.private import Private

GONE = {"dropped": "was dropped", "withdrawn": "was withdrawn"}


@dataclass(frozen=True)
class Line:
    """One thing that may go into a template. key: names it together with what it said when it was shown, so that
    nothing is kept that nobody has seen. shape: of `rules.templates.content`, a part's row, or the day of a gate.
    text: what is kept of it only when it is ticked too; why_not: why it is left out unless somebody ticks it."""

    key: str
    stage: str  # "" for a part
    part: str  # the field of a phase, "gate_day", or the name of a part
    title: str
    shape: Any
    day: int | None = None
    note: str = ""
    text: str = ""
    checklist: tuple[str, ...] = ()
    why_not: tuple[str, ...] = ()
    text_why_not: tuple[str, ...] = ()

    @property
    def text_key(self) -> str:
        """Names its text."""
        return f"{self.key}.text"


@dataclass(frozen=True)
class Offered:
    """The lines of an engagement, in the order of its stages, MOST of each part; cut: the parts that have more."""

    lines: list[Line]
    cut: tuple[str, ...] = ()


class _Reader:
    """Reads one engagement. Days are counted from its start; what was due before counts as day 0."""

    def __init__(self, engagement: Engagement) -> None:
        self.engagement = engagement
        gates = list(Gate.objects.filter(engagement=engagement).order_by("number"))
        self.gates = {gate.stage: gate for gate in gates}
        self.gate_days = {gate.stage: self.day(gate.due) for gate in gates}
        members = list(
            Member.objects.filter(engagement=engagement).values_list("user__name", "user_id", "role")
        )
        people = Stakeholder.objects.filter(engagement=engagement).values_list("title", flat=True)
        names = [*(name for name, _, _ in members), *people]
        self.private = Private(clients=[engagement.client.name], people=names)
        self.cut: list[str] = []
        self.leads = {pk for _, pk, role in members if role == MemberRole.LEAD}

    def day(self, due: date | None) -> int | None:
        return None if due is None else max((due - self.engagement.starts_on).days, 0)

    def line(self, source: Any, stage: str, part: str, shape: Any, **more: Any) -> Line:
        """A line with its key, and with what of it is probably the client's own."""
        title, text = more.pop("title", None) or shape.title, more.get("text", "")
        said = (
            shape if isinstance(shape, dict) else {"day": shape} if isinstance(shape, int) else asdict(shape)
        )
        digest = hashlib.sha256(repr((stage, title, said)).encode()).hexdigest()[:12]
        words = " ".join((title, *more.get("checklist", ())))
        why_not = [*more.pop("why_not", ()), *self.private.reasons(words)]
        state = GONE.get(source.state) if isinstance(source, Item) else None
        return Line(
            f"{part}.{source.pk}.{digest}",
            stage,
            part,
            title,
            shape,
            why_not=tuple([*([state] if state else []), *why_not]),
            text_why_not=tuple(self.private.reasons(text)),
            **more,
        )

    def items(self, model: type[Item], *kinds: str) -> Any:
        found = model._default_manager.filter(engagement=self.engagement, removed_at=None)
        found = found.filter(kind__in=kinds) if kinds else found
        return found.order_by("due", "number")

    def first(self, part: str, found: Any) -> Any:
        """As many as a template takes; one more is read, so that it can be said that there are more."""
        rows = list(found[: MOST + 1])
        if len(rows) > MOST:
            self.cut.append(part)
        return rows[:MOST]


def offered(engagement: Engagement) -> Offered:
    """What a template of an engagement could hold. Of a part that has more than MOST, the first by their day."""
    reader = _Reader(engagement)
    found = [*_gates(reader), *_milestones(reader), *_actions(reader), *_risks(reader), *_requests(reader)]
    found.sort(key=lambda line: STAGES.index(line.stage))
    found += _parts(reader)
    return Offered(found, tuple(reader.cut))


def lines_of(engagement: Engagement) -> list[Line]:
    """The lines alone."""
    return offered(engagement).lines


def content_of(lines: Iterable[Line], kept: Iterable[str]) -> tuple[shapes.Content, set[str]]:
    """The template that the lines of these keys make, and the keys that no line has (any more)."""
    wanted = set(kept)
    chosen: dict[tuple[str, str], list[Any]] = {}
    known: set[str] = set()
    for line in lines:
        known |= {line.key, line.text_key}
        if line.key in wanted:
            shape = line.shape if line.text_key in wanted else _without_text(line.shape)
            chosen.setdefault((line.stage, line.part), []).append(shape)
    names = ("exit_criteria", "milestones", "actions", "risks", "access_requests")
    phases = tuple(
        shapes.Phase(
            stage,
            next(iter(chosen.get((stage, "gate_day"), [])), None),
            **{name: tuple(chosen.get((stage, name), [])) for name in names},
        )
        for stage in STAGES
    )
    parts = {part: tuple(rows) for (stage, part), rows in chosen.items() if not stage}
    return shapes.Content(phases, parts), wanted - known


def _without_text(shape: Any) -> Any:
    if isinstance(shape, dict):
        return {name: value for name, value in shape.items() if name != "text"}
    if isinstance(shape, shapes.Risk):
        return replace(shape, text="", response="")
    return replace(shape, text="") if hasattr(shape, "text") else shape


def _gates(reader: _Reader) -> Iterator[Line]:
    for stage, gate in reader.gates.items():
        day = reader.gate_days[stage]
        if day is not None:
            title = f"Gate {gate.get_stage_display()}"
            yield reader.line(gate, stage, "gate_day", day, title=title, day=day)
    asked = ExitCriterion.objects.filter(gate__engagement=reader.engagement).exclude(proof="criterion")
    for one in reader.first("exit_criteria", asked.select_related("gate").order_by("position", "created_at")):
        check = checks.known(one.check_name)
        title = "" if check and check.title == one.title else one.title
        shape = shapes.ExitCriterion(one.proof, title, one.check_name)
        note = one.get_proof_display()
        yield reader.line(one, one.gate.stage, "exit_criteria", shape, title=one.title, note=note)


def _milestones(reader: _Reader) -> Iterator[Line]:
    for one in reader.first("milestones", reader.items(Milestone)):
        day = reader.day(one.due) or 0
        shape = shapes.Milestone(one.title, day, one.text, one.client_visible)
        yield reader.line(one, stage_of(day, reader.gate_days), "milestones", shape, day=day, text=one.text)


def _actions(reader: _Reader) -> Iterator[Line]:
    for one in reader.first("actions", reader.items(Action).prefetch_related("checklist")):
        day = reader.day(one.due)
        who = shapes.LEAD if one.owner_id in reader.leads else shapes.NOBODY
        lines = tuple(line.text for line in one.checklist.all())
        shape = shapes.Action(one.title, day, who, one.text, one.client_visible, lines)
        note = "for the lead" if who == shapes.LEAD else ""
        stage = stage_of(day, reader.gate_days)
        yield reader.line(one, stage, "actions", shape, day=day, note=note, text=one.text, checklist=lines)


def _risks(reader: _Reader) -> Iterator[Line]:
    for one in reader.first("risks", reader.items(Raid, Kind.RISK)):
        shape = shapes.Risk(one.title, one.severity, one.likelihood or "medium", one.response, one.text)
        note = f"severity {shape.severity}, likelihood {shape.likelihood}"
        text = "\n\n".join(part for part in (one.response, one.text) if part)
        stage = stage_of(reader.day(one.due), reader.gate_days)
        yield reader.line(one, stage, "risks", shape, note=note, text=text)


def _requests(reader: _Reader) -> Iterator[Line]:
    for one in reader.first("access_requests", reader.items(AccessRequest).select_related("holds_up")):
        day = reader.day(one.due)
        gate = one.holds_up.stage if one.holds_up else ""
        shape = shapes.Request(
            one.title, one.asked_for, one.approver, day, gate, one.text, one.client_visible
        )
        note = f"{one.get_asked_for_display()}, {one.get_approver_display()}"
        stage = gate or stage_of(day, reader.gate_days)
        yield reader.line(one, stage, "access_requests", shape, day=day, note=note, text=one.text)


def _parts(reader: _Reader) -> Iterator[Line]:
    for part in template_parts.everyone():
        for found in reader.first(part.name, part.collect(reader.engagement)):
            told = part.tell(found.row)
            yield reader.line(
                found.item,
                "",
                part.name,
                dict(found.row),
                title=told.title,
                note=told.note,
                text=told.text,
                why_not=found.why_not,
            )
