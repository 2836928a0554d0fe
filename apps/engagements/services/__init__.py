"""The only writers of clients, engagements, members and invitations."""

from .clients import ensure_client, rename_client
from .engagements import change_engagement, ensure_engagement
from .gates import set_stage
from .invitations import Issued, accept, accept_as_new, invite, withdraw
from .members import add_member, change_member_role, remove_member

__all__ = [
    "Issued",
    "accept",
    "accept_as_new",
    "add_member",
    "change_engagement",
    "change_member_role",
    "ensure_client",
    "ensure_engagement",
    "invite",
    "remove_member",
    "rename_client",
    "set_stage",
    "withdraw",
]
