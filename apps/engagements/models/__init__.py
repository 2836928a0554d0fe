"""Clients, engagements, the people on them, and all that is written down about them."""

from .around import Answer, Approval, Attachment, Comment, Link, Relation
from .checklists import ChecklistLine
from .engagements import Client, Ending, Engagement, Stage
from .entries import EntryKind, LogEntry
from .gates import ExitCriterion, Gate, GateDecision, Outcome, Override, Proof
from .imports import Import, Imported
from .items import TEXT, TITLE, Item, Kind
from .members import Invitation, Member, MemberRole
from .registers import (
    AccessRequest,
    Action,
    Approver,
    Asked,
    Level,
    Milestone,
    Raid,
    Stakeholder,
    Stance,
)
from .templates import Template

__all__ = [
    "TEXT",
    "TITLE",
    "AccessRequest",
    "Action",
    "Answer",
    "Approval",
    "Approver",
    "Asked",
    "Attachment",
    "ChecklistLine",
    "Client",
    "Comment",
    "Ending",
    "Engagement",
    "EntryKind",
    "ExitCriterion",
    "Gate",
    "GateDecision",
    "Import",
    "Imported",
    "Invitation",
    "Item",
    "Kind",
    "Level",
    "Link",
    "LogEntry",
    "Member",
    "MemberRole",
    "Milestone",
    "Outcome",
    "Override",
    "Proof",
    "Raid",
    "Relation",
    "Stage",
    "Stakeholder",
    "Stance",
    "Template",
]
