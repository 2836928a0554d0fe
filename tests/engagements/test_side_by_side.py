"""Writing things down beside a decision on a gate: both get through, and nobody waits for the other for ever."""

import threading
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from apps.engagements import checks
from apps.engagements.models import Action, Gate, GateDecision, Link, LogEntry, MemberRole
from apps.engagements.services import gates
from apps.engagements.services.gates import Condition
from apps.engagements.services.log import log
from apps.engagements.services.registers.actions import add_action
from tests.factories import make_engagement, make_member

TIMES = 15
pytestmark = pytest.mark.django_db(transaction=True)


def together(*calls: Callable[[], object]) -> list[BaseException]:
    """Begin all of them at once, each `TIMES` times; what they raised."""
    wrong: list[BaseException] = []
    begin = threading.Barrier(len(calls))

    def repeat(call: Callable[[], object]) -> None:
        try:
            begin.wait(30)
            for _ in range(TIMES):
                call()
        except BaseException as error:  # whatever it is, the test has to see it
            wrong.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=repeat, args=[call]) for call in calls]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(120)
    return wrong


def test_decisions_notes_and_actions_do_not_wait_for_one_another(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checks, "_checks", {})
    engagement = make_engagement()
    lead, engineer = (make_member(engagement, role).user for role in (MemberRole.LEAD, MemberRole.ENGINEER))
    gate = Gate.objects.select_related("engagement__client").get(engagement=engagement, stage="scoping")
    gate.exit_criteria.all().delete()
    tomorrow = timezone.localdate() + timedelta(days=1)

    def decide() -> None:
        condition = Condition("Send the report", tomorrow)
        gates.decide(by=lead, gate=gate, outcome="conditional", reason="x", conditions=[condition])

    def note() -> None:
        log(by=engineer, engagement=engagement, line="called the bank about G-1")

    def act() -> None:
        add_action(by=engineer, engagement=engagement, title="Ring again")

    assert together(decide, note, note, act) == []
    assert GateDecision.objects.filter(gate=gate).count() == TIMES
    assert LogEntry.objects.filter(kept=False).count() == 2 * TIMES
    assert Action.objects.count() == 2 * TIMES
    assert Link.objects.filter(target=gate).count() >= TIMES
    assert len(set(Action.objects.values_list("number", flat=True))) == 2 * TIMES
