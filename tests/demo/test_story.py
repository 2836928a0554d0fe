"""The storyline on the real machine: its runs end as its words promise, and removing it leaves nothing behind."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from apps.demo.hospital.tale import TALE as HOSPITAL
from tests.benchmarks.fieldwork import manage
from tests.e2e.running import Fieldwork, ask, until

pytestmark = pytest.mark.slow
LARGE, SMALL = "practice model large", "practice model small"
NEAREST, RULES, FREQUENT = "nearest text", "keyword rules of today", "most frequent"
TOLD = """
import json
from apps.pilots.models import Run
from apps.pilots.selectors import runs
print(json.dumps([
    {"name": str(run.evaluation), **runs.as_json(run)} for run in runs.complete().order_by("created_at")
]))
"""
LEFT_BEHIND = {"dispatch.Site": 1, "accounts.User": 5}  # the trail names four; who administers stays
DECIDED = """
SELECT count(*) FROM engagements_gatedecision d JOIN accounts_user u ON u.id = d.by_id
JOIN engagements_gate g ON g.item_ptr_id = d.gate_id WHERE g.stage = 'deploy' AND u.email = 'manager@demo.invalid'
"""
OVER = "SELECT count(*) FROM pilots_run WHERE state NOT IN ('queued', 'running')"
LEFT = """
import json
from django.apps import apps
ours = [model for model in apps.get_models() if model.__module__.startswith("apps.")]
print(json.dumps({model._meta.label: model._base_manager.count() for model in ours}))
"""


def counted(home: Path) -> dict[str, int]:
    found: dict[str, int] = json.loads(manage(home, "shell", "-v", "0", "-c", LEFT).stdout)
    return {label: number for label, number in found.items() if number and label != "audit.Event"}


def kept_at_site(home: Path) -> list[str]:
    folders = [home / "sites" / "local" / name for name in ("snapshots", "results", "grants")]
    return [path.name for folder in folders for path in folder.iterdir()]


@pytest.fixture(scope="module")
def started(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Fieldwork]:
    """A Fieldwork with its demo, all of whose tests share one home."""
    found = Fieldwork(tmp_path_factory.mktemp("story") / "home", DEMO="1")
    try:
        found.start()
        yield found
    finally:
        found.end()


@pytest.fixture(scope="module")
def home(started: Fieldwork) -> Path:
    return started.home


@pytest.fixture(scope="module")
def told(home: Path) -> dict[str, dict[str, Any]]:
    """What each run of the storyline has come to, by "name version"."""
    until(lambda: ask(home, OVER) == [(4,)])
    runs = json.loads(manage(home, "shell", "-v", "0", "-c", TOLD).stdout)
    return {run["name"]: run for run in runs}


def verdicts(run: dict[str, Any]) -> dict[tuple[str, str], str]:
    return {(found["target"], found["metric"]): found["verdict"] for found in run["criteria"]}


def exact(run: dict[str, Any], target: str) -> dict[str, float]:
    found: dict[str, float] = metric(run, target, "exact")
    return found


def metric(run: dict[str, Any], target: str, name: str) -> Any:
    return next(found for found in run["targets"] if found["name"] == target)["metrics"][name]


def test_the_pages_are_up_before_the_runs_are_over(started: Fieldwork) -> None:
    assert started.get("/") == 200
    assert ask(started.home, OVER) != [(4,)]


def test_every_run_is_whole(told: dict[str, dict[str, Any]]) -> None:
    assert list(told) == [
        "referral-departments v1",
        "referral-departments v2",
        "mail-categories v1",
        "mail-categories-in-use v1",
    ]
    for run in told.values():
        assert (run["status"], run["partial"]) == ("done", None)
        assert {target["samples"] for target in run["targets"]} == {600}
        assert not any(target["errors"] for target in run["targets"])


def test_the_open_prompt_misses_and_the_naming_one_helps(told: dict[str, dict[str, Any]]) -> None:
    first, second = told["referral-departments v1"], told["referral-departments v2"]
    assert first["verdict"] == "missed"
    assert verdicts(first)[LARGE, "exact"] == verdicts(first)[SMALL, "exact"] == "missed"
    for target in (LARGE, SMALL):
        assert exact(second, target)["low"] > exact(first, target)["high"]
    for target in (NEAREST, RULES, FREQUENT):
        assert exact(first, target) == exact(second, target), "what sees no prompt does not change"


def test_the_hospital_has_one_undecided_criterion_that_more_of_its_letters_would_decide(
    told: dict[str, dict[str, Any]],
) -> None:
    run = told["referral-departments v2"]
    assert run["verdict"] == "undecided"
    assert verdicts(run) == {
        (LARGE, "exact"): "met",
        (SMALL, "exact"): "undecided",
        (LARGE, "latency_p95_ms"): "met",
        (SMALL, "cost_per_1000"): "met",
    }
    more = next(found["more_samples"] for found in run["criteria"] if found["verdict"] == "undecided")
    assert 600 + more <= HOSPITAL.files[HOSPITAL.main_file].number


def test_the_insurer_met_all_and_the_cheap_model_is_nearly_as_good(told: dict[str, dict[str, Any]]) -> None:
    for name in ("mail-categories v1", "mail-categories-in-use v1"):
        assert told[name]["verdict"] == "met"
        assert set(verdicts(told[name]).values()) == {"met"}
    run = told["mail-categories v1"]
    assert exact(run, LARGE)["value"] - exact(run, SMALL)["value"] < 0.03
    assert exact(run, LARGE)["low"] < exact(run, SMALL)["high"], "the intervals overlap"
    assert metric(run, SMALL, "cost_per_1000")["value"] < metric(run, LARGE, "cost_per_1000")["value"] / 8


def test_the_insurers_baseline_is_hard_to_beat(told: dict[str, dict[str, Any]]) -> None:
    run = told["mail-categories v1"]
    assert exact(run, NEAREST)["high"] > exact(run, LARGE)["low"], "the intervals overlap"
    assert exact(run, NEAREST)["low"] > exact(run, RULES)["high"] > exact(run, FREQUENT)["high"]


def test_what_waited_for_the_runs_is_decided_and_what_they_changed_is_stale(
    home: Path, told: dict[str, dict[str, Any]]
) -> None:
    until(lambda: ask(home, DECIDED) == [(1,)])
    of = "SELECT count(*) FROM engagements_gate WHERE stage = 'connect' AND cardinality(stale) > 0"
    assert ask(home, of) == [(1,)], "the hospital's"
    assert ask(home, "SELECT count(*) FROM engagements_gatedecision WHERE by_id IS NULL") == [(0,)]


def test_no_contact_of_a_patient_has_left_the_hospital(home: Path, told: dict[str, dict[str, Any]]) -> None:
    of = f"SELECT count(*) FROM pilots_result WHERE run_id = '{told['referral-departments v2']['run']}'"
    assert ask(home, f"{of} AND (input LIKE '%mail.invalid%' OR input LIKE '%+44%')") == [(0,)]
    assert ask(home, f"{of} AND input LIKE '%[e-mail]%'") != [(0,)]


def test_it_is_over_well_within_two_minutes(home: Path, told: dict[str, dict[str, Any]]) -> None:
    whole = "SELECT extract(epoch FROM max(finished_at) - min(queued_at)) FROM pilots_run"
    assert ask(home, whole)[0][0] < 120


def test_removing_it_leaves_nothing_in_the_database_or_at_the_site(
    home: Path, told: dict[str, dict[str, Any]]
) -> None:
    assert kept_at_site(home)
    said = manage(home, "seed_demo", "--remove", "--yes").stdout
    stays, named, over = said.splitlines()
    assert stays.startswith("admin@demo.invalid: This is the last active administrator")
    assert named.startswith("The audit trail goes on naming fde@demo.invalid, hospital@demo.invalid, ")
    assert over == "The demo has been removed; the audit trail stays."
    assert counted(home) == LEFT_BEHIND
    assert kept_at_site(home) == []
    assert list((home / "data").iterdir()) == []
    known = json.loads((home / "keys" / "people.json").read_text())
    assert [one["email"] for one in known] == ["admin@demo.invalid"]


def test_removing_it_under_way_stops_the_site_as_well(home: Path, told: dict[str, dict[str, Any]]) -> None:
    manage(home, "seed_demo", "--remove", "--yes")
    manage(home, "seed_demo")
    until(lambda: ask(home, "SELECT count(*) FROM pilots_run WHERE state = 'running'") == [(4,)])
    until(lambda: ask(home, "SELECT 1 FROM pilots_result"))
    manage(home, "seed_demo", "--remove", "--yes")
    assert counted(home) == LEFT_BEHIND
    until(lambda: not kept_at_site(home), 30)


def test_a_start_after_the_removal_has_no_demo_and_no_practice_model(started: Fieldwork) -> None:
    manage(started.home, "seed_demo", "--remove", "--yes")
    assert started.stop() == 0
    started.start()
    assert not started.said("fde@demo.invalid")
    assert started.get("/") == 200
    assert started.programs()["practice"] == 0
    assert counted(started.home) == LEFT_BEHIND
    assert not any((started.home / "demo").glob("*"))
