"""Which model keeps what a kind of item has besides."""

from collections.abc import Mapping

from .entries import LogEntry
from .gates import Gate
from .items import Item, Kind
from .registers import AccessRequest, Action, Milestone, Raid, Stakeholder

MODELS: Mapping[str, type[Item]] = {
    Kind.ENTRY: LogEntry,
    Kind.RISK: Raid,
    Kind.ASSUMPTION: Raid,
    Kind.ISSUE: Raid,
    Kind.DEPENDENCY: Raid,
    Kind.ACTION: Action,
    Kind.MILESTONE: Milestone,
    Kind.ACCESS_REQUEST: AccessRequest,
    Kind.STAKEHOLDER: Stakeholder,
    Kind.GATE: Gate,
}
