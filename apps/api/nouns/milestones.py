"""Milestones: dated promises."""

from rest_framework import serializers

from apps.engagements.models import Kind, Milestone
from apps.engagements.services.registers.milestones import (
    add_milestone,
    change_milestone,
    move_milestone,
    reach_milestone,
)

from ..fields import Strict
from ..noun import Act, Asked, Noun
from .items import MOVE, ORDERS, REMOVE, ItemFields, ItemOut, Why, named, narrowings, rows_of


class MilestoneOut(ItemOut):
    """A dated promise. promised: the date that was said first; due: the one that holds."""

    promised = serializers.DateField()
    reached_on = serializers.DateField(allow_null=True)


class MilestoneNew(ItemFields):
    """A new one; the client sees it unless told otherwise."""

    due = serializers.DateField()


class MilestoneChange(ItemFields):
    """What it says; its date is moved by `move`."""

    due = None  # type: ignore[assignment]


class Move(Why):
    """Another date, and why."""

    due = serializers.DateField()


class Reached(Strict):
    """The day on which the promise was kept."""

    reached_on = serializers.DateField()


def _add(asked: Asked) -> Milestone:
    return add_milestone(by=asked.by, engagement=asked.engagement, **named(asked))


def _change(asked: Asked) -> Milestone:
    return change_milestone(by=asked.by, item=asked.row, version=asked.version, **named(asked))


def _move(asked: Asked) -> Milestone:
    return move_milestone(by=asked.by, item=asked.row, version=asked.version, **asked.sent)


def _reach(asked: Asked) -> Milestone:
    return reach_milestone(by=asked.by, item=asked.row, version=asked.version, **asked.sent)


MILESTONES = Noun(
    name="milestones",
    one="milestone",
    says="Dated promises.",
    scope="registers",
    rows=rows_of(Milestone),
    out=MilestoneOut,
    orders={**ORDERS, "due": "due", "-due": "due"},
    narrow=narrowings(Kind.MILESTONE),
    add=Act(_add, MilestoneNew),
    change=Act(_change, MilestoneChange),
    remove=REMOVE,
    verbs={
        "state": MOVE,
        "move": Act(_move, Move, says="Promise another date, for a reason."),
        "reach": Act(_reach, Reached, says="Say on which day the promise was kept."),
    },
)
