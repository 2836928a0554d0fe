"""How the storyline's gates are decided: by its people, on evidence that is there, and never over somebody's head."""

from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from apps.accounts.models import User
from apps.dataplane.contract.messages import (
    ChunkReport,
    Counts,
    Extent,
    FreezeReport,
    Operation,
    Order,
    Row,
)
from apps.dataplane.contract.privacy import Level
from apps.demo import people
from apps.demo.models import Story
from apps.demo.services import gates as told
from apps.engagements.models import Action, Approval, Engagement, Gate, GateDecision, LogEntry, Override
from apps.engagements.rules.evidence import digest_of
from apps.engagements.services import exit_criteria, gates, set_stage
from apps.pilots.models import Run
from apps.scoping.models import UseCase
from tests.factories.acting import ActedSite, dispatch

from .test_telling import ENDPOINT, everything, seed

HOSPITAL, INSURER = "Larkfield Hospital", "Pellbrook Mutual"


def gate(client: str, stage: str) -> Gate:
    return Gate.objects.select_related("engagement__client").get(engagement__client__name=client, stage=stage)


def decided(client: str, stage: str) -> list[tuple[str, str]]:
    """The outcome of each decision about that gate and whose it was, in order."""
    found = GateDecision.objects.filter(gate=gate(client, stage)).order_by("number")
    return [(one.outcome, one.by.email if one.by else "") for one in found]


def answer(acted: ActedSite, order: Order) -> None:
    """As a site whose models are always right, quick and cheap."""
    if order.operation == Operation.FREEZE:
        acted.report(order, FreezeReport(extent=Extent(rows=600, digest="d" * 64, source_rows=600)))
    elif order.operation == Operation.CHUNK:
        assert order.slot
        rows = tuple(
            Row(n=n, key=f"{n:032x}", kind="ok", scores={"exact": 1.0}, latency_ms=100.0, cost=0.00001)
            for n in range(order.slot.start, order.slot.stop)
        )
        counts = Counts(done=len(rows), errors={}, stopped=None)
        acted.report(order, ChunkReport(slot=order.slot, level=Level.SCORES, rows=rows, counts=counts))


@pytest.fixture
def run_all(acted: ActedSite, django_capture_on_commit_callbacks: Any) -> Any:
    """Let everything be run that was ordered, with whatever follows a run."""

    def run() -> None:
        answered = len(acted.orders)
        with django_capture_on_commit_callbacks(execute=True):
            while dispatch():
                for order in acted.orders[answered:]:
                    answer(acted, order)
                    answered += 1

    return run


def test_nobody_decides_on_what_has_not_been_measured(acted, home: Path) -> None:
    seed(f"--endpoint={ENDPOINT}")
    assert decided(HOSPITAL, "scoping") == [("go", people.MANAGER)]
    assert decided(HOSPITAL, "connect") == decided(INSURER, "connect") == [("conditional", people.FDE)]
    assert decided(INSURER, "scoping") == [("go", people.FDE)]
    assert decided(INSURER, "pilot") == [], "its runs are not over"
    assert decided("Quillhaven Freight", "scoping") == []
    override = Override.objects.get()
    assert (override.by.email, bool(override.reason)) == (people.MANAGER, True)
    assert override.title == "Success criteria are stated, none of them vague"


def test_once_the_runs_are_over_the_rest_is_decided_on_what_they_measured(
    acted, home: Path, run_all: Any
) -> None:
    seed(f"--endpoint={ENDPOINT}")
    run_all()
    assert set(Run.objects.values_list("state", flat=True)) == {"done"}
    assert decided(INSURER, "connect") == [("conditional", people.FDE), ("go", people.FDE)]
    assert decided(INSURER, "pilot") == [("go", people.MANAGER)]
    assert decided(INSURER, "deploy") == [("conditional", people.MANAGER)]
    assert Engagement.objects.get(client__name=INSURER).stage == "adopt"
    assert Engagement.objects.get(client__name=HOSPITAL).stage == "pilot", (
        "its verdict is for people to decide"
    )
    evidence = gate(INSURER, "pilot").decisions.get().evidence
    [met] = [row for row in evidence["exit_criteria"] if row["title"].startswith("The pilot meets")]
    assert met["found"] == "passed"
    assert [part for part in met["evidence"] if part["what"].startswith("run of C-")], (
        "the run itself is frozen"
    )
    assert all(digest_of(one.evidence) == one.digest for one in GateDecision.objects.all())
    assert not GateDecision.objects.filter(by=None).exists()


def test_what_was_open_at_a_conditional_go_makes_the_gate_stale_until_it_is_confirmed(
    acted, home: Path, run_all: Any
) -> None:
    seed(f"--endpoint={ENDPOINT}")
    assert gate(HOSPITAL, "connect").stale == []
    run_all()
    stale = gate(HOSPITAL, "connect")
    assert stale.state == "conditional"
    assert any("now passed (was undecided)" in said for said in stale.stale)
    assert gate(INSURER, "connect").stale == []
    read, *_ = Action.objects.filter(engagement__client__name=INSURER, title__startswith="Read the mail")
    assert read.state == "done", "what was the condition is done"
    assert Action.objects.get(title__startswith="Read the letters").state == "open"


def test_the_client_has_approved_under_the_name_of_its_viewer(acted, home: Path) -> None:
    seed("--stage=pilot", f"--endpoint={ENDPOINT}")
    for client, email in ((HOSPITAL, "hospital@demo.invalid"), (INSURER, "insurer@demo.invalid")):
        [approval] = Approval.objects.filter(item=gate(client, "scoping"))
        assert (approval.answer, approval.asked_of.email) == ("approved", email)
        assert approval.words


def test_repeating_decides_nothing_twice(acted, home: Path, run_all: Any) -> None:
    seed(f"--endpoint={ENDPOINT}")
    run_all()
    before = everything()
    told.go_on(Story.objects.get())
    assert everything() == before


def test_a_gate_that_somebody_has_stopped_or_reopened_is_left_to_them(
    acted, home: Path, run_all: Any
) -> None:
    seed(f"--endpoint={ENDPOINT}")
    manager = User.objects.get(email=people.MANAGER)
    gates.reopen(by=manager, gate=gate(INSURER, "scoping"), reason="Another sponsor")
    gates.decide(by=manager, gate=gate(HOSPITAL, "pilot"), outcome="no_go", reason="Wait")
    run_all()
    assert gate(INSURER, "scoping").state == "open"
    assert decided(INSURER, "pilot") == []
    assert decided(HOSPITAL, "pilot") == [("no_go", people.MANAGER)]


def test_a_gate_that_people_require_more_of_waits_for_them(acted, home: Path, run_all: Any) -> None:
    seed(f"--endpoint={ENDPOINT}")
    exit_criteria.add(by=None, gate=gate(INSURER, "pilot"), proof="attested", title="The board agrees")
    run_all()
    assert decided(INSURER, "pilot") == []


def test_a_demo_of_an_earlier_version_gets_its_gates_decided_and_nothing_twice(
    acted, home: Path, run_all: Any
) -> None:
    seed(f"--endpoint={ENDPOINT}")
    as_told_before_gates_were_decided()
    entries, use_cases = LogEntry.objects.filter(kept=False).count(), UseCase.objects.count()
    assert decided(INSURER, "scoping") == [("go", "")]
    seed()
    assert decided(INSURER, "scoping") == [("go", ""), ("go", people.FDE)]
    assert decided(HOSPITAL, "connect") == [("go", ""), ("conditional", people.FDE)]
    assert UseCase.objects.count() == use_cases
    assert LogEntry.objects.filter(kept=False).count() == entries
    run_all()
    assert decided(INSURER, "connect")[-1] == ("go", people.FDE)
    assert decided(INSURER, "deploy")[-1] == ("conditional", people.MANAGER)
    before = everything()
    seed()
    assert everything() == before


def as_told_before_gates_were_decided() -> None:
    """A storyline whose gates Fieldwork itself had moved on, and which did not keep what was told of it."""
    story = Story.objects.get()
    story.made.pop("parts")
    story.save()
    for client, stage in ((HOSPITAL, "pilot"), (INSURER, "adopt")):
        engagement = Engagement.objects.get(client__name=client)
        gates.reopen(by=None, gate=gate(client, "scoping"), reason="as before")
        _forget(engagement)
        set_stage(by=None, engagement=engagement, stage=stage)


def _forget(engagement: Engagement) -> None:
    """What was decided, which only the removal of its engagement may delete."""
    LogEntry.objects.filter(engagement=engagement, kept=True).delete()
    Approval.objects.filter(item__engagement=engagement).delete()
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('fieldwork.removing_engagement', %s, true)", [str(engagement.pk)])
        GateDecision.objects.filter(gate__engagement=engagement).delete()
        cursor.execute("SELECT set_config('fieldwork.removing_engagement', '', true)")
