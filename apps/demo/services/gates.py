"""Telling how gates were decided: by the demo's people, through the services that everybody uses, on what is known by
then. What hangs on a run is decided once that has finished."""

from collections.abc import Mapping
from contextlib import suppress
from datetime import timedelta
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from apps.accounts.models import User
from apps.core.errors import Refused
from apps.core.locks import hold
from apps.engagements.models import Action, Engagement, Gate, GateDecision, Outcome, Proof
from apps.engagements.rules.gates import BEHIND
from apps.engagements.selectors.gates import Line, decisions_of, look_at
from apps.engagements.services import approvals, exit_criteria, items
from apps.engagements.services.gates import Condition, decide

from ..gate import Decided
from ..models import Story
from ..people import FDE, MANAGER
from ..selectors import VIEWER, cast_of, engagements_of, upto
from ..tale import Tale
from ..tales import TALES

Cast = Mapping[str, User]


def run_finished(engagement: UUID) -> None:
    """Go on where the storyline waited for a run of that engagement."""
    story = Story.objects.first()
    if story and str(engagement) in story.made["engagement"].values():
        go_on(story)


@transaction.atomic
def go_on(story: Story) -> None:
    """Decide the storyline's gates for which all is there that they rest on, up to the chapter that is told. A gate
    about which somebody has decided otherwise is left as it is, and so are those after it."""
    hold("demo.story")
    known = {str(one.pk): one for one in engagements_of(story).select_related("client")}
    for tale in TALES:
        engagement = known.get(story.made["engagement"][tale.folder])
        cast = cast_of(story, tale)
        if engagement is not None and {FDE, MANAGER, VIEWER} <= cast.keys():
            _go_on(story, tale, engagement, cast)


def _go_on(story: Story, tale: Tale, engagement: Engagement, cast: Cast) -> None:
    for told in tale.gates:
        gate = _gate(engagement, told)
        if told.chapter not in upto(story.told):
            return
        last = decisions_of(gate).first()
        with (
            suppress(Refused),
            transaction.atomic(),
        ):  # people have changed what it requires: it is theirs now
            if last is None or last.by_nobody:
                _decide(tale, told, gate, cast)
            elif told.again and gate.stale and last.conditions and last.by in cast.values():
                _confirm(told, gate, last, cast[FDE])
        last = decisions_of(gate).first()
        if last is None or last.by_nobody or _gate(engagement, told).state not in BEHIND:
            return


def _gate(engagement: Engagement, told: Decided) -> Gate:
    return Gate.objects.select_related("engagement__client").get(engagement=engagement, stage=told.stage)


def _decide(tale: Tale, told: Decided, gate: Gate, cast: Cast) -> None:
    """Decide it, unless something that it rests on is not there yet."""
    open_ = {_name(line): line for line in look_at(gate) if not line.holds}
    asked = [line for line in open_.values() if line.criterion.proof == Proof.APPROVAL]
    dealt_with = told.attested.keys() | told.conditions.keys() | told.overridden.keys()
    if open_.keys() - dealt_with - {_name(line) for line in asked}:
        return
    for name in told.attested.keys() & open_.keys():
        link = f"https://{tale.folder}.invalid/{told.attested[name]}"
        exit_criteria.attest(by=cast[FDE], exit_criterion=open_[name].criterion, link=link)
    if asked:
        for request in approvals.ask(by=cast[FDE], item=gate, people=[cast[VIEWER]]):
            approvals.answer(by=cast[VIEWER], approval=request, answer="approved", words=told.approved)
    over = {open_[name].criterion.pk: why for name, why in told.overridden.items() if name in open_}
    conditions = [
        _condition(open_[name], *condition, cast[FDE])
        for name, condition in told.conditions.items()
        if name in open_
    ]
    decide(
        by=cast[MANAGER] if over else cast[FDE],
        gate=gate,
        outcome=Outcome.CONDITIONAL if conditions else Outcome.GO,
        reason=told.reason,
        conditions=conditions,
        overrides=over,
    )


def _confirm(told: Decided, gate: Gate, last: GateDecision, by: User) -> None:
    """Once everything holds, what was a condition is done, and the gate is decided again."""
    if not all(line.holds for line in look_at(gate)):
        return
    for action in Action.objects.filter(pk__in=[one["action"] for one in last.conditions], closed_at=None):
        items.move(by=by, item=action, state="done")
    decide(by=by, gate=gate, outcome=Outcome.GO, reason=told.again)


def _name(line: Line) -> str:
    return line.criterion.check_name or line.criterion.title


def _condition(line: Line, text: str, within: int, owner: User) -> Condition:
    due = timezone.localdate() + timedelta(days=within)
    return Condition(text, due, owner, covers=line.criterion.pk)
