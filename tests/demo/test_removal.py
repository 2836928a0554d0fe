"""Removing the demo: nothing of it is left but the audit trail, and nothing else is touched."""

import io
import json
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.apps import apps
from django.core.management import CommandError, call_command
from django.urls import reverse
from django.utils import timezone

from apps.accounts.models import Role, User
from apps.accounts.services import deactivate
from apps.accounts.services.removal import remove_person
from apps.audit.models import Event
from apps.core.errors import Refused
from apps.dataplane.contract.messages import Operation
from apps.demo import files, people
from apps.demo.management.commands import seed_demo
from apps.demo.models import Story
from apps.dispatch.models import Job
from apps.dispatch.services import inquiries, sites
from apps.engagements.models import Client, Engagement, Item
from apps.engagements.services import add_member, ensure_engagement
from apps.engagements.services.removal import remove_client, remove_engagement
from apps.pilots import spec
from apps.pilots.models import Evaluation, Judgement, Metric, Result, Run
from apps.pilots.services import runs
from apps.pilots.services.removal import remove_evaluation
from apps.scoping.services import measure
from tests.factories import make_client, make_engagement, make_member, make_user
from tests.factories.acting import dispatch
from tests.factories.runs import make_evaluation, make_run

NAMED_BY_THE_TRAIL = (
    "fde@demo.invalid",
    "hospital@demo.invalid",
    "insurer@demo.invalid",
    "manager@demo.invalid",
)
ENDPOINT = "http://127.0.0.1:9/v1"


def rows() -> dict[str, set[Any]]:
    """The keys of each table, the audit trail aside."""
    models = [model for model in apps.get_models() if model.__module__.startswith("apps.")]
    return {
        model._meta.label: set(model._base_manager.values_list("pk", flat=True))
        for model in models
        if model is not Event
    }


def with_closed_accounts(theirs: dict[str, set[Any]]) -> dict[str, set[Any]]:
    """Those rows, and the demo's people whom the audit trail names."""
    closed = User.objects.filter(email__in=NAMED_BY_THE_TRAIL, is_active=False).values_list("pk", flat=True)
    return theirs | {"accounts.User": theirs["accounts.User"] | set(closed)}


def seed(*options: str) -> str:
    said = io.StringIO()
    call_command("seed_demo", *options, stdout=said)
    return said.getvalue()


def finish(run: Run) -> None:
    """Results, a metric and a judgement with its measurement, as a finished run has them."""
    Job.objects.filter(plan=run.pk).update(state=Job.State.DONE, deadline=None)
    run.state, run.verdict, run.finished_at = Run.State.DONE, "met", timezone.now()
    run.save()
    binding = run.evaluation.bindings.select_related("criterion__engagement").first()
    measured: dict[str, Any] = {"value": 1.0, "low": 0.9, "high": 1.0, "n": 40}
    facts = {"source": "run", "source_id": run.pk, "subject": binding.target, "at": timezone.now()}
    measurement = measure(by=None, criterion=binding.criterion, **measured, **facts)
    Judgement.objects.create(run=run, binding=binding, measurement=measurement, verdict="met")
    Metric.objects.create(target=run.targets.first(), name="exact", **measured)
    Result.objects.create(run=run, target=0, n=0, key="k", kind="ok", scores=[1.0], slices=[])


@pytest.fixture
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(seed_demo, "PATIENCE", 0.0)


@pytest.fixture
def theirs(acted, home: Path) -> Iterator[dict[str, set[Any]]]:
    """Somebody else's work, which is there afterwards whatever happens to the demo."""
    other = make_evaluation(client="Somebody else", engagement="their work")
    make_member(other.engagement)
    make_user(Role.ADMIN)
    make_run(evaluation=other, state=Run.State.DONE)
    (home / "data").mkdir()
    (home / "data" / "theirs.csv").write_text("text\nx\n")
    before = rows()
    yield before
    after = rows()
    assert {label: keys - after[label] for label, keys in before.items()} == {
        label: set() for label in before
    }
    assert (home / "data" / "theirs.csv").exists()


@pytest.fixture
def told(theirs, home: Path, patient: None) -> Path:
    """A told storyline with a finished run, one under way and two in the queue."""
    seed(f"--endpoint={ENDPOINT}")
    finish(Run.objects.get(evaluation__name="mail-categories"))
    dispatch()
    return home


def test_nothing_is_left_but_the_audit_trail(told: Path, theirs: dict[str, set[Any]]) -> None:
    events = Event.objects.count()
    owned = Item.objects.filter(owner__email=people.FDE)
    assert owned.count() > 10, "what was written down along the way goes with it"
    said = seed("--remove", "--yes")
    assert "The demo has been removed" in said
    named = [*NAMED_BY_THE_TRAIL]
    assert f"The audit trail goes on naming {', '.join(named)}; deactivated instead of removed." in said
    assert rows() == with_closed_accounts(theirs)
    closed = User.objects.filter(email__endswith="@demo.invalid")
    assert dict(closed.values_list("email", "is_active")) == dict.fromkeys(named, False)
    assert sorted(path.name for path in told.rglob("*") if path.is_file()) == ["theirs.csv"]
    assert not (told / "data" / "demo").exists()
    assert not (told / "demo").exists()
    assert Event.objects.count() > events
    assert Event.objects.filter(verb="removed", app="pilots").count() == 4


def test_a_second_removal_finds_nothing(told: Path) -> None:
    seed("--remove", "--yes")
    assert "There is no demo here." in seed("--remove", "--yes")


def test_it_asks_first_and_no_answer_is_a_no(told: Path) -> None:
    before = rows()
    with pytest.raises(CommandError, match="Nothing has been removed"):
        seed("--remove")
    assert rows() == before


@pytest.mark.parametrize(("answer", "left"), [("yes", False), ("YES ", False), ("", True), ("y", True)])
def test_only_yes_is_a_yes(told: Path, monkeypatch: pytest.MonkeyPatch, answer: str, left: bool) -> None:
    monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)
    monkeypatch.setattr("builtins.input", lambda _: answer)
    with suppress(CommandError):
        seed("--remove")
    assert Story.objects.exists() == left


def test_a_start_leaves_a_removed_demo_removed_and_a_person_can_have_it_back(told: Path) -> None:
    seed("--remove", "--yes")
    assert seed("--starting", f"--endpoint={ENDPOINT}").strip() == "[]"
    assert not Story.objects.exists()
    seed(f"--endpoint={ENDPOINT}")
    assert Run.objects.count() == 5


def test_telling_it_again_uses_the_same_people_with_new_passwords(told: Path) -> None:
    before = {user.email: user for user in User.objects.filter(email__endswith="@demo.invalid")}
    for _ in range(2):
        seed("--remove", "--yes")
        known = {one["email"]: one["password"] for one in json.loads(seed(f"--endpoint={ENDPOINT}"))}
        after = {user.email: user for user in User.objects.filter(email__endswith="@demo.invalid")}
        assert after.keys() == before.keys() == known.keys()
        assert all(user.is_active and user.check_password(known[user.email]) for user in after.values())
        assert {email for email, user in after.items() if user == before[email]} == set(NAMED_BY_THE_TRAIL)
        assert all(after[email].generation > before[email].generation for email in NAMED_BY_THE_TRAIL)
        before = after


def test_a_stranger_with_a_demo_address_is_not_used(told: Path) -> None:
    seed("--remove", "--yes")
    make_user(email="admin@demo.invalid")
    with pytest.raises(CommandError, match="whom the demo has not made"):
        seed(f"--endpoint={ENDPOINT}")


def test_when_nobody_else_is_there_the_demos_administrator_stays_and_no_stranger_becomes_one(
    acted, home: Path, patient: None, client
) -> None:
    seed(f"--endpoint={ENDPOINT}")
    said = seed("--remove", "--yes")
    assert "admin@demo.invalid: This is the last active administrator" in said
    assert [user.email for user in User.objects.filter(is_active=True)] == ["admin@demo.invalid"]
    assert [one["email"] for one in people.told(home / people.FILE)] == ["admin@demo.invalid"]
    assert client.get(reverse("accounts:first-administrator")).status_code == 404
    before = people.told(home / people.FILE)[0]["password"]
    known = {one["email"]: one["password"] for one in json.loads(seed(f"--endpoint={ENDPOINT}"))}
    assert known["admin@demo.invalid"] == before, "who could sign in still can"


def test_clients_of_the_same_name_that_the_demo_did_not_make_stay(told: Path) -> None:
    Client.objects.filter(name="Larkfield Hospital").update(name="Renamed")
    own = make_engagement(client=make_client("Larkfield Hospital"), name="Referral triage")
    seed("--remove", "--yes")
    assert Engagement.objects.filter(pk=own.pk).exists()
    assert not Client.objects.filter(name="Renamed").exists()


def test_what_people_added_to_its_engagements_goes_and_what_they_added_to_its_clients_stays(
    told: Path, acted
) -> None:
    client = Client.objects.get(name="Pellbrook Mutual")
    make_run(evaluation=make_evaluation(client=client.name, engagement="Claims mail triage"))
    own = ensure_engagement(by=None, client=client, name="Another piece of work")
    said = seed("--remove", "--yes")
    assert "Pellbrook Mutual cannot be removed: engagements must go first." in said
    assert list(Engagement.objects.filter(client=client)) == [own]


def test_questions_asked_on_its_engagements_go_as_well_answered_or_not(
    told: Path, theirs: dict[str, set[Any]]
) -> None:
    evaluation = Evaluation.objects.filter(name="mail-categories").get()
    site = evaluation.runs.get().site
    for at_the_site in (True, False):
        body = spec.to_plan(spec.from_data(evaluation.spec), str(uuid4()))
        engagement = evaluation.engagement
        inquiries.ask(by=None, site=site, operation=Operation.PREVIEW, body=body, engagement=engagement)
        if at_the_site:
            dispatch()
    seed("--remove", "--yes")
    assert rows() == with_closed_accounts(theirs)


def test_a_person_who_took_part_elsewhere_stays(told: Path) -> None:
    fde = User.objects.get(email=people.FDE)
    elsewhere = Engagement.objects.get(client__name="Somebody else")
    add_member(by=None, engagement=elsewhere, user=fde, role="engineer")
    said = seed("--remove", "--yes")
    assert f"{people.FDE} took part elsewhere" in said
    fde.refresh_from_db()
    assert fde.is_active
    assert [person["email"] for person in people.told(told / people.FILE)] == [people.FDE]


def test_a_person_whom_the_trail_names_is_closed_instead(told: Path) -> None:
    fde = User.objects.get(email=people.FDE)
    evaluation = Engagement.objects.get(client__name="Larkfield Hospital").evaluations.first()
    runs.start(by=fde, evaluation=evaluation, site=evaluation.runs.get().site)
    said = seed("--remove", "--yes")
    assert "deactivated instead" in said
    fde.refresh_from_db()
    assert not fde.is_active
    assert not (told / people.FILE).exists()


def test_the_last_administrator_of_others_stays(told: Path) -> None:
    deactivate(by=None, user=User.objects.get(role=Role.ADMIN, email__endswith="@example.com"))
    said = seed("--remove", "--yes")
    assert "admin@demo.invalid: This is the last active administrator" in said
    assert User.objects.get(email="admin@demo.invalid").is_active


def test_a_site_elsewhere_is_told_what_to_purge(told: Path) -> None:
    runs_before = set(
        Run.objects.filter(evaluation__name="referral-departments").values_list("pk", flat=True)
    )
    said = seed("--remove", "--yes")
    assert "fieldwork-site purge --run" in said
    assert all(str(run) in said for run in runs_before)


def test_a_clients_own_site_keeps_the_client(told: Path) -> None:
    client = Client.objects.get(name="Larkfield Hospital")
    sites.enroll(by=None, name="their own", client=client)
    assert "Larkfield Hospital cannot be removed: sites must go first." in seed("--remove", "--yes")
    assert not client.engagements.exists()


def test_a_changed_file_stays_and_is_named(told: Path) -> None:
    place = told / files.DATA / "larkfield-hospital" / "letters.csv"
    place.write_text("mine now")
    assert "data/larkfield-hospital/letters.csv is not what the demo wrote" in seed("--remove", "--yes")
    left = {path.name for path in (told / files.DATA).rglob("*")}
    assert left - {"theirs.csv"} == {"larkfield-hospital", "letters.csv"}


def test_an_evaluation_is_not_removed_under_a_run_and_an_engagement_not_under_an_evaluation(acted) -> None:
    evaluation = make_evaluation()
    run = make_run(evaluation=evaluation)
    with pytest.raises(Refused, match="under way"):
        remove_evaluation(by=None, evaluation=evaluation)
    run.state = Run.State.CANCELLED
    run.save()
    assert remove_evaluation(by=None, evaluation=evaluation) == [run.pk]
    with pytest.raises(Refused, match="engagements must go first"):
        remove_client(by=None, client=evaluation.engagement.client)
    remove_engagement(by=None, engagement=evaluation.engagement)
    remove_client(by=None, client=evaluation.engagement.client)


def test_nobody_removes_themselves(db) -> None:
    admin = make_user(Role.ADMIN)
    with pytest.raises(Refused, match="yourself"):
        remove_person(by=admin, user=admin)
