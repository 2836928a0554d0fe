"""Checklist lines: what is ticked off on the way to an action's end."""

from typing import Any

from django.db.models import QuerySet
from rest_framework import serializers

from apps.engagements.models import Action, ChecklistLine
from apps.engagements.services import checklists
from apps.tokens.selectors import Bearer

from ..fields import Moment, Out, PersonOut, Strict
from ..noun import Act, Asked, Narrow, Noun
from .items import reached


class ChecklistLineOut(Out):
    """One thing to tick off. ticked_at: null while it is not."""

    id = serializers.UUIDField()
    action = serializers.UUIDField(source="action_id")
    engagement = serializers.UUIDField(source="action.engagement_id")
    position = serializers.IntegerField()
    text = serializers.CharField()
    ticked_at = Moment(allow_null=True)
    ticked_by = PersonOut(allow_null=True)


class ChecklistLineChange(Strict):
    """Other words."""

    text = serializers.CharField(max_length=checklists.LINE)


class ChecklistLineNew(ChecklistLineChange):
    """A line at the end of an action's checklist; what stands there already stays one line."""

    action = serializers.UUIDField()


def _rows(bearer: Bearer) -> QuerySet[ChecklistLine]:
    found = ChecklistLine.objects.filter(action__in=bearer.items(Action).order_by().values("pk"))
    return found.select_related("action__engagement__client", "ticked_by").defer("action__search")


def _add(asked: Asked) -> Any:
    action, text = reached(asked, Action, "action"), asked.sent["text"]
    made = checklists.add(by=asked.by, action=action, texts=[text])
    return made[0] if made else action.checklist.filter(text__iexact=" ".join(text.split())).first()


def _change(asked: Asked) -> Any:
    checklists.change(by=asked.by, line=asked.row, text=asked.sent.get("text", asked.row.text))
    return asked.row


def _tick(asked: Asked) -> Any:
    checklists.tick(by=asked.person, line=asked.row)
    return asked.row


def _untick(asked: Asked) -> Any:
    checklists.untick(by=asked.person, line=asked.row)
    return asked.row


def _remove(asked: Asked) -> None:
    checklists.remove(by=asked.by, line=asked.row)


def _may_tick(bearer: Bearer, engagement: Any, row: Any) -> bool:
    """Whoever works on the engagement, and the action's owner, whoever they are."""
    own = bearer.user is not None and row.action.owner_id == bearer.user.pk
    return own or bearer.works_on(engagement)


CHECKLIST_LINES = Noun(
    name="checklist-lines",
    one="checklist line",
    says="What is ticked off on the way to an action's end.",
    scope="registers",
    rows=_rows,
    engagement="action__engagement",
    out=ChecklistLineOut,
    orders={"position": "position", "-position": "position"},
    narrow={"action": Narrow(serializers.UUIDField(required=False), "action")},
    add=Act(_add, ChecklistLineNew),
    change=Act(_change, ChecklistLineChange),
    remove=Act(_remove, says="Take it off the checklist."),
    verbs={
        "tick": Act(_tick, Strict, _may_tick, says="Say that it is done."),
        "untick": Act(_untick, Strict, _may_tick, says="Take that back."),
    },
)
