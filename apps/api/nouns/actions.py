"""Actions: tasks with an owner and a date."""

from apps.engagements.models import Action, Kind
from apps.engagements.services.registers.actions import add_action, change_action, finish_own

from ..noun import Act, Asked, Noun
from .items import MOVE, ORDERS, REMOVE, ItemFields, ItemOut, named, narrowings, rows_of


class ActionOut(ItemOut):
    """A task with an owner and a date."""


def _add(asked: Asked) -> Action:
    return add_action(by=asked.by, engagement=asked.engagement, **named(asked))


def _change(asked: Asked) -> Action:
    return change_action(by=asked.by, item=asked.row, version=asked.version, **named(asked))


def _finish(asked: Asked) -> Action:
    return finish_own(by=asked.person, item=asked.row)


ACTIONS = Noun(
    name="actions",
    one="action",
    says="Tasks with an owner and a date.",
    scope="registers",
    rows=rows_of(Action),
    out=ActionOut,
    orders=ORDERS,
    narrow=narrowings(Kind.ACTION),
    add=Act(_add, ItemFields),
    change=Act(_change, ItemFields),
    remove=REMOVE,
    verbs={
        "state": MOVE,
        "finish": Act(
            _finish,
            may=lambda bearer, engagement, row: bearer.user is not None and row.owner_id == bearer.user.pk,
            says="Say that one's own is done.",
        ),
    },
)
