"""The storyline, chapter by chapter: what is told when, once, and never over what somebody else has made."""

import io
import json
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from apps.accounts.models import User
from apps.audit.models import Event
from apps.catalog.models import Endpoint
from apps.catalog.services import add, change
from apps.connectors.models import Dataset
from apps.demo import files, people, practice_address
from apps.demo.management.commands import seed_demo
from apps.demo.models import Story
from apps.demo.tales import TALES
from apps.engagements.models import Comment, Engagement, Item, Link, Member
from apps.engagements.services import set_stage
from apps.pilots.models import Evaluation, Run
from apps.scoping.models import SuccessCriterion
from tests.factories import make_client, make_user

ENDPOINT, ELSEWHERE = "http://127.0.0.1:9/v1", "http://127.0.0.1:10/v1"


def seed(*options: str) -> list[dict[str, str]]:
    """What the command prints: its people."""
    said = io.StringIO()
    call_command("seed_demo", *options, stdout=said)
    found: list[dict[str, str]] = json.loads(said.getvalue())
    return found


def stages() -> dict[str, str]:
    return dict(Engagement.objects.values_list("client__name", "stage"))


def everything() -> dict[str, Any]:
    """Every row that telling could write."""
    written = (Item, *Item.__subclasses__(), Comment, Link)
    models = (Engagement, Member, User, Evaluation, Run, Dataset, SuccessCriterion, Event, *written)
    return {model.__name__: list(model.objects.order_by("pk").values()) for model in models}


def test_scoping_is_three_engagements_with_rows_and_criteria_and_no_evaluation(acted, home: Path) -> None:
    seed("--stage=scoping", f"--endpoint={ENDPOINT}")
    assert stages() == {tale.client: "scoping" for tale in TALES}
    for tale in TALES:
        engagement = Engagement.objects.get(client__name=tale.client)
        assert engagement.name == tale.engagement
        known = SuccessCriterion.objects.filter(engagement=engagement)
        assert known.filter(state="stated").count() == len(tale.criteria)
        assert known.get(state="unknown").title == tale.scope.vague
        assert Dataset.objects.filter(source__engagement=engagement).count() == 1
        assert (files.folder(home, tale) / tale.main_file).exists()
    assert not Evaluation.objects.exists()


def test_pilot_starts_the_first_runs_and_live_is_the_end_of_it(acted, home: Path) -> None:
    seed("--stage=pilot", f"--endpoint={ENDPOINT}")
    assert stages() == {
        "Larkfield Hospital": "pilot",
        "Pellbrook Mutual": "pilot",
        "Quillhaven Freight": "scoping",
    }
    runs = [str(run) for run in Run.objects.order_by("created_at")]
    assert runs == [
        "referral-departments v1 run 1",
        "referral-departments v2 run 1",
        "mail-categories v1 run 1",
    ]
    seed("--stage=live")
    assert stages()["Pellbrook Mutual"] == "pilot", "without the endpoint nothing more can be run"
    seed("--stage=live", f"--endpoint={ENDPOINT}")
    assert stages() == {
        "Larkfield Hospital": "pilot",
        "Pellbrook Mutual": "pilot",
        "Quillhaven Freight": "scoping",
    }, "nothing has been measured yet"
    assert Run.objects.count() == 4


def test_live_is_the_default_and_leads_to_the_same_as_step_by_step(acted, home: Path) -> None:
    seed(f"--endpoint={ENDPOINT}")
    assert Run.objects.count() == 4
    assert Story.objects.get().told == "live"


def test_criteria_written_in_scoping_are_the_rows_that_the_runs_decide(acted, home: Path) -> None:
    seed("--stage=scoping")
    before = set(SuccessCriterion.objects.values_list("pk", flat=True))
    datasets = set(Dataset.objects.values_list("pk", flat=True))
    seed("--stage=live", f"--endpoint={ENDPOINT}")
    assert set(SuccessCriterion.objects.values_list("pk", flat=True)) == before
    bound = Evaluation.objects.values_list("bindings__criterion", flat=True)
    assert set(bound) < before, "those of the firm in scoping are bound to nothing"
    assert datasets & set(Evaluation.objects.values_list("dataset", flat=True))


def test_repeating_changes_nothing_and_costs_one_query(
    acted, home: Path, django_assert_num_queries: Any
) -> None:
    people_at_first = seed(f"--endpoint={ENDPOINT}")
    before = everything()
    with django_assert_num_queries(1):
        assert seed(f"--endpoint={ENDPOINT}") == people_at_first
    with django_assert_num_queries(1):
        seed()
    with django_assert_num_queries(1):
        seed("--starting")
    assert everything() == before
    assert (home / files.TOLD).read_text() == ENDPOINT


def test_an_earlier_stage_takes_nothing_back_and_is_kept_by_a_start(acted, home: Path) -> None:
    seed("--stage=pilot", f"--endpoint={ENDPOINT}")
    seed("--stage=scoping", f"--endpoint={ENDPOINT}")
    seed("--starting", f"--endpoint={ENDPOINT}")
    assert Run.objects.count() == 3
    assert Story.objects.get().told == "pilot"


def test_what_a_person_has_moved_on_stays_moved(acted, home: Path) -> None:
    seed(f"--endpoint={ENDPOINT}")
    hospital = Engagement.objects.get(client__name="Larkfield Hospital")
    set_stage(by=None, engagement=hospital, stage="deploy")
    seed(f"--endpoint={ENDPOINT}")
    assert stages()["Larkfield Hospital"] == "deploy"


def test_a_moved_endpoint_makes_the_next_version_of_each_evaluation_without_a_run(acted, home: Path) -> None:
    seed(f"--endpoint={ENDPOINT}")
    hospital = Engagement.objects.get(client__name="Larkfield Hospital")
    Engagement.objects.filter(pk=hospital.pk).update(name="Renamed by a person")
    seed(f"--endpoint={ELSEWHERE}")
    assert Run.objects.count() == 4
    assert Engagement.objects.count() == 3
    for name, version in (("referral-departments", 3), ("mail-categories", 2), ("mail-categories-in-use", 2)):
        latest = Evaluation.objects.filter(name=name).order_by("version").last()
        assert latest is not None
        assert latest.version == version
        called = {target.get("base_url") for target in latest.spec["targets"]} - {None}
        assert called == {ELSEWHERE}
    latest = hospital.evaluations.get(version=3)
    assert latest.spec["prompt"] == hospital.evaluations.get(version=2).spec["prompt"]


def test_the_practice_models_can_be_chosen_by_name_and_move_with_their_endpoint(acted, home: Path) -> None:
    seed("--stage=scoping")
    assert not Endpoint.objects.exists(), "nobody knows yet where they answer"
    seed("--stage=live", f"--endpoint={ENDPOINT}")
    large, small = Endpoint.objects.order_by("name")
    assert (large.name, small.name) == ("practice model large", "practice model small")
    target = next(
        target
        for target in Evaluation.objects.get(name="mail-categories").spec["targets"]
        if target["name"] == large.name
    )
    assert {key: target[key] for key in large.as_target()} == large.as_target()
    change(by=None, endpoint=small, base_url="http://127.0.0.1:11/v1")
    seed(f"--endpoint={ELSEWHERE}")
    addresses = dict(Endpoint.objects.values_list("name", "base_url"))
    assert addresses == {large.name: ELSEWHERE, small.name: "http://127.0.0.1:11/v1"}


def test_an_endpoint_of_that_name_is_left_alone(acted, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(seed_demo, "PATIENCE", 0.0)
    theirs = add(by=None, name="Practice model LARGE", base_url="http://127.0.0.1:12/v1", model="theirs")
    seed(f"--endpoint={ENDPOINT}")
    assert Endpoint.objects.count() == 2
    theirs.refresh_from_db()
    assert theirs.model == "theirs"
    call_command("seed_demo", "--remove", "--yes", stdout=io.StringIO())
    assert list(Endpoint.objects.all()) == [theirs]


def test_the_two_versions_of_the_hospital_differ_in_the_prompt_alone(acted, home: Path) -> None:
    seed(f"--endpoint={ENDPOINT}")
    first, second = (evaluation.spec for evaluation in Evaluation.objects.filter(name="referral-departments"))
    assert {key for key in first if first[key] != second[key]} == {"prompt"}
    assert "cardiology" not in first["prompt"]
    assert "cardiology" in second["prompt"]


def test_the_practice_model_is_labelled_wherever_it_is_called(acted, home: Path) -> None:
    seed(f"--endpoint={ENDPOINT}")
    called = [
        target
        for evaluation in Evaluation.objects.all()
        for target in evaluation.spec["targets"]
        if target["kind"] == "openai"
    ]
    assert called
    assert all(target["name"].startswith("practice model") for target in called)
    assert all(target["model"].startswith("practice-") for target in called)


def test_its_people_see_what_they_should(acted, home: Path) -> None:
    told = seed(f"--endpoint={ENDPOINT}")
    assert [person["email"] for person in told] == [email for email, _, _ in people.PEOPLE]
    fde = User.objects.get(email=people.FDE)
    assert Member.objects.filter(user=fde, role="lead").count() == 3
    for tale in TALES:
        place = Member.objects.get(user__email=tale.viewer)
        assert (place.engagement.client.name, place.role) == (tale.client, "viewer")
        assert User.objects.get(email=tale.viewer).check_password(
            next(person["password"] for person in told if person["email"] == tale.viewer)
        )
    assert (home / people.FILE).stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("name", ["Larkfield Hospital", "quillhaven FREIGHT"])
def test_a_client_of_that_name_is_left_alone_and_nothing_is_told(acted, home: Path, name: str) -> None:
    theirs = make_client(name)
    with pytest.raises(CommandError, match="that the demo has not made"):
        seed(f"--endpoint={ENDPOINT}")
    assert not Story.objects.exists()
    assert not User.objects.exists()
    assert not theirs.engagements.exists()
    assert seed("--starting", f"--endpoint={ENDPOINT}") == []
    assert not list(home.iterdir())


def test_a_person_with_that_address_is_left_alone(acted, home: Path) -> None:
    make_user(email="fde@demo.invalid")
    with pytest.raises(CommandError, match="whom the demo has not made"):
        seed()
    assert User.objects.count() == 1


def test_without_an_endpoint_it_is_found_where_the_practice_model_says(
    acted, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert practice_address.answering(home) is None
    (home / "demo").mkdir()
    (home / practice_address.FILE).write_text('{"base_url": "http://127.0.0.1:9/v1"}')
    assert practice_address.answering(home) is None, "nobody answers there"
    monkeypatch.setattr("apps.demo.management.commands.seed_demo.answering", lambda home: ENDPOINT)
    seed()
    assert Story.objects.get().told == "live"
