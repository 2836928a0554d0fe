"""Gates in every state, through the services."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from apps.accounts.models import Role, User
from apps.engagements import checks
from apps.engagements.checks import Finding, Found
from apps.engagements.models import Engagement, ExitCriterion, Gate, MemberRole, Proof
from apps.engagements.services import approvals, exit_criteria, gates

from .people import make_member, make_user

LINK = "https://wiki.example/review"


def gate_of(engagement: Engagement, stage: str = "") -> Gate:
    """The gate out of a stage, by default the present one, as it is now."""
    engagement.refresh_from_db()
    return Gate.objects.select_related("engagement__client").get(
        engagement=engagement, stage=stage or engagement.stage
    )


def make_viewer(engagement: Engagement) -> User:
    """Somebody of the client on the engagement."""
    return make_member(engagement, MemberRole.VIEWER, user=make_user(Role.CLIENT)).user


def satisfy(gate: Gate, *, lead: User, viewer: User) -> None:
    """Attest and approve whatever the gate requires of people; drop what checks would have to find."""
    for one in gate.exit_criteria.filter(proof__in=[Proof.CHECK, Proof.CRITERION]):
        exit_criteria.remove(by=None, exit_criterion=one, reason="not in this test")
    for one in gate.exit_criteria.filter(proof=Proof.ATTESTED):
        exit_criteria.attest(by=lead, exit_criterion=one, link=LINK)
    if gate.exit_criteria.filter(proof=Proof.APPROVAL).exists():
        [asked] = approvals.ask(by=lead, item=gate, people=[viewer])
        approvals.answer(by=viewer, approval=asked, answer="approved")


def pass_gate(gate: Gate, *, lead: User, viewer: User) -> None:
    """Everything holds, and the lead says go."""
    satisfy(gate, lead=lead, viewer=viewer)
    gates.decide(by=lead, gate=gate, outcome="go")


@contextmanager
def registered(ask: Callable[[Gate], Finding], *, name: str = "test.check", **more: object) -> Iterator[None]:
    """A check of that name for the time being."""
    checks.register(name, "What the test checks", ask, **more)  # type: ignore[arg-type]
    try:
        yield
    finally:
        checks._checks.pop(name, None)


def found(what: str, text: str = "", **part: object) -> Finding:
    """A finding with one part of evidence."""
    evidence = ({"what": "accuracy", **part},) if part else ()
    return Finding(Found(what), text or f"It is {what}.", "", evidence)


def checked(gate: Gate) -> ExitCriterion:
    """Let the gate require the test's check."""
    return exit_criteria.add(by=None, gate=gate, proof=Proof.CHECK, check_name="test.check")
