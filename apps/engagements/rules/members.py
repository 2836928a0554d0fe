"""Who may invite whom, and until when. Pure decisions."""

from datetime import datetime, timedelta

INVITATION_LASTS = timedelta(days=7)
# What somebody new may become through an invitation, by the role of whoever invites.
_INVITED_BY_ANYBODY = ("client", "fde")
_INVITED_BY_ADMINISTRATORS = (*_INVITED_BY_ANYBODY, "manager", "admin")


def may_become(inviter: str) -> tuple[str, ...]:
    """The roles at Fieldwork that somebody of that role may give by an invitation."""
    return _INVITED_BY_ADMINISTRATORS if inviter == "admin" else _INVITED_BY_ANYBODY


def may_hold(account_role: str, role: str) -> bool:
    """Whether somebody of that role at Fieldwork may have that role on an engagement: client viewers only
    ever view."""
    return account_role != "client" or role == "viewer"


def invitation_state(
    *, accepted: bool, withdrawn: bool, backed: bool, expires_at: datetime, now: datetime
) -> str:
    """open, used, withdrawn or expired. backed: whether whoever invited could still do so; an invitation
    ends with the right to make it."""
    if accepted:
        return "used"
    if withdrawn or not backed:
        return "withdrawn"
    return "open" if now < expires_at else "expired"
