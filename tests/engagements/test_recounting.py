"""Two who look again at a gate at once: what is kept of it is what is so in the end."""

import threading
import time
from collections.abc import Callable

import pytest
from django.db import connection, transaction

from apps.engagements import checks
from apps.engagements.checks import Finding
from apps.engagements.models import Engagement, ExitCriterion, Gate, MemberRole, Proof
from apps.engagements.services import exit_criteria, gates
from tests.factories import make_engagement, make_member
from tests.factories.gates import LINK, checked, found, gate_of, registered

PATIENCE = 30  # seconds
pytestmark = pytest.mark.django_db(transaction=True)


class Aside(threading.Thread):
    """A call in a thread of its own, with a connection of its own; `error`: what it raised."""

    def __init__(self, call: Callable[[], object]) -> None:
        super().__init__()
        self.call = call
        self.error: Exception | None = None
        self.start()

    def run(self) -> None:
        try:
            self.call()
        except Exception as error:
            self.error = error
        finally:
            connection.close()

    def until_done_or_waiting(self) -> None:
        """Until it is done, or the database lets it wait for somebody else."""
        waiting = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'"
        end = time.monotonic() + PATIENCE
        while self.is_alive() and time.monotonic() < end:
            with connection.cursor() as cursor:
                cursor.execute(f"{waiting} AND datname = current_database()")
                if cursor.fetchone()[0]:
                    return
            self.join(0.01)

    def finish(self) -> None:
        self.join(PATIENCE)
        assert not self.is_alive()
        assert self.error is None


@pytest.fixture
def engagement(monkeypatch) -> Engagement:
    monkeypatch.setattr(checks, "_checks", {})
    made = make_engagement()
    gate_of(made).exit_criteria.all().delete()
    return made


def test_two_who_attest_at_once_are_both_counted(engagement: Engagement) -> None:
    lead, gate = make_member(engagement, MemberRole.LEAD).user, gate_of(engagement)
    one, other = (
        exit_criteria.add(by=None, gate=gate, proof=Proof.ATTESTED, title=title) for title in ("DPA", "SSO")
    )

    def attest(criterion: ExitCriterion) -> None:
        exit_criteria.attest(by=lead, exit_criterion=criterion, link=LINK)

    with transaction.atomic():
        attest(one)
        second = Aside(lambda: attest(other))
        second.until_done_or_waiting()
    second.finish()
    assert gate_of(engagement).held == 2


def test_who_looked_before_a_decision_does_not_make_it_stale(engagement: Engagement) -> None:
    lead = make_member(engagement, MemberRole.LEAD).user
    run, looking, look = {"number": 1}, threading.Event(), threading.Event()
    slow: list[threading.Thread] = []

    def ask(gate: Gate) -> Finding:
        number = run["number"]
        if threading.current_thread() in slow:
            looking.set()
            look.wait(PATIENCE)
        return found("passed", run=number)

    with registered(ask):
        checked(gate_of(engagement))
        gates.decide(by=lead, gate=gate_of(engagement), outcome="go")

        def recheck() -> None:
            slow.append(threading.current_thread())
            gates.recheck(engagement)

        late = Aside(recheck)
        assert looking.wait(PATIENCE)
        run["number"] = 2
        confirmed = Aside(lambda: gates.decide(by=lead, gate=gate_of(engagement, "scoping"), outcome="go"))
        confirmed.until_done_or_waiting()
        look.set()
        late.finish()
        confirmed.finish()
    gate = gate_of(engagement, "scoping")
    assert gate.decisions.count() == 2
    assert (gate.stale, gate.stale_since) == ([], None)


def test_who_waited_for_a_decision_looks_at_the_gate_as_it_is_then(engagement: Engagement) -> None:
    lead = make_member(engagement, MemberRole.LEAD).user
    with registered(lambda gate: found("passed", run=gate.engagement.stage)):
        checked(gate_of(engagement))
        with transaction.atomic():
            gates.decide(by=lead, gate=gate_of(engagement), outcome="go")
            before = gate_of(engagement, "connect")
            later = Aside(lambda: gates.recheck(Engagement.objects.get(pk=engagement.pk)))
            later.until_done_or_waiting()
        later.finish()
    gate = gate_of(engagement, "scoping")
    assert gate.stale, "passed by now, and its evidence names another stage"
    assert gate_of(engagement, "connect").required == before.required
