"""May this state? Pure decisions, without a database."""

from .members import INVITATION_LASTS, invitation_state, may_become, may_hold
from .stages import STAGES, Step, rail

__all__ = ["INVITATION_LASTS", "STAGES", "Step", "invitation_state", "may_become", "may_hold", "rail"]
