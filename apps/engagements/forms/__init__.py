"""What people type about engagements."""

from .engagements import ClientEditForm, ClientForm, EngagementEditForm
from .members import InvitationForm, JoinForm, MemberForm, MemberRoleForm
from .starting import EngagementForm

__all__ = [
    "ClientEditForm",
    "ClientForm",
    "EngagementEditForm",
    "EngagementForm",
    "InvitationForm",
    "JoinForm",
    "MemberForm",
    "MemberRoleForm",
]
