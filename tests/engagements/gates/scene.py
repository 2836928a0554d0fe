"""Whom a gate concerns."""

from apps.accounts.models import Role
from apps.engagements.models import Gate, MemberRole
from tests.factories import make_engagement, make_member, make_user
from tests.factories.gates import gate_of, make_viewer, pass_gate, satisfy


class Scene:
    """An engagement with a lead, an engineer, a manager and somebody of the client."""

    def __init__(self) -> None:
        self.engagement = make_engagement()
        self.lead = make_member(self.engagement, MemberRole.LEAD).user
        self.engineer = make_member(self.engagement, MemberRole.ENGINEER).user
        self.viewer = make_viewer(self.engagement)
        self.manager = make_user(Role.MANAGER)

    def gate(self, stage: str = "") -> Gate:
        return gate_of(self.engagement, stage)

    def bare(self) -> Gate:
        """The present gate, requiring nothing."""
        gate = self.gate()
        gate.exit_criteria.all().delete()
        return gate

    def ready(self) -> Gate:
        gate = self.gate()
        satisfy(gate, lead=self.lead, viewer=self.viewer)
        return self.gate()

    def pass_one(self) -> Gate:
        gate = self.gate()
        pass_gate(gate, lead=self.lead, viewer=self.viewer)
        return self.gate(gate.stage)
