"""Reads of engagements, always through the eyes of one person."""

from .engagements import (
    SEE_ALL,
    clients_of,
    get_client,
    get_visible,
    may_staff,
    may_work_on,
    search,
    search_clients,
    visible_to,
    workable_by,
    works_for,
    works_on,
)
from .items import get_item, items_of, items_visible_to
from .members import invitation_of, invitation_state, members_of, pending_invitations

__all__ = [
    "SEE_ALL",
    "clients_of",
    "get_client",
    "get_item",
    "get_visible",
    "invitation_of",
    "invitation_state",
    "items_of",
    "items_visible_to",
    "may_staff",
    "may_work_on",
    "members_of",
    "pending_invitations",
    "search",
    "search_clients",
    "visible_to",
    "workable_by",
    "works_for",
    "works_on",
]
