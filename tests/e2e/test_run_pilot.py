"""`run_pilot` as a person uses it: real rows, a real endpoint, bad input, and exit codes that a script can rely on."""

import csv
import json
import subprocess
import urllib.request
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
import yaml

from apps.config.environment import ROOT
from tests.benchmarks.fieldwork import manage

from .running import ask, everything

pytestmark = pytest.mark.slow
BANKING = ROOT.parent / "shared" / "data" / "banking77"
Done = subprocess.CompletedProcess[str]


class Pilot:
    """A folder with rows and a spec, and what `run_pilot` makes of it."""

    def __init__(self, home: Path, folder: Path, address: str) -> None:
        self.home, self.folder, self.address = home, folder, address
        self.rows([f"message {n}" for n in range(40)])

    def rows(self, labels: list[str]) -> None:
        with (self.folder / "rows.csv").open("w", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(["text", "label"])
            writer.writerows([label, label] for label in labels)

    def spec(self, model: str = "echo", **changes: Any) -> dict[str, Any]:
        return {
            "client": "Client of tests",
            "engagement": "run_pilot",
            "dataset": {
                "source": {"kind": "csv", "path": "rows.csv"},
                "input": ["text"],
                "reference": "label",
            },
            "prompt": "{{ text }}",
            "targets": [{"name": "mock", "kind": "openai", "base_url": f"{self.address}/v1", "model": model}],
            **changes,
        }

    def run(self, spec: dict[str, Any] | str, *flags: str) -> Done:
        path = self.folder / "spec.yml"
        path.write_text(spec if isinstance(spec, str) else yaml.safe_dump(spec))
        return manage(self.home, "run_pilot", str(path), *flags, check=False)

    def told(self, spec: dict[str, Any] | str) -> tuple[int, dict[str, Any]]:
        done = self.run(spec, "--json")
        assert "Traceback" not in done.stderr
        assert done.stdout, done.stderr
        return done.returncode, json.loads(done.stdout)


@pytest.fixture
def pilot(home: Path, tmp_path: Path, address: str) -> Pilot:
    return Pilot(home, tmp_path, address)


def at_least(threshold: float, metric: str = "exact") -> list[dict[str, Any]]:
    return [{"target": "mock", "metric": metric, "at_least": threshold}]


def test_real_messages_end_to_end_equal_a_brute_force_computation(pilot: Pilot) -> None:
    if not BANKING.is_dir():
        pytest.skip("the real messages (shared/data/banking77) are not on this machine")
    for name in ("train.csv", "test.csv"):
        (pilot.folder / name).write_bytes((BANKING / name).read_bytes())
    train = {"kind": "csv", "path": "train.csv"}
    spec = pilot.spec(
        "label=card_arrival",
        dataset={
            "source": {"kind": "csv", "path": "test.csv"},
            "input": ["text"],
            "reference": "category",
        },
    )
    spec["targets"] += [
        {"name": method, "kind": "baseline", "method": method, "train": train}
        for method in ("majority", "nearest")
    ]
    spec["criteria"] = [{"target": "nearest", "metric": "exact", "at_least": 0.5}]
    code, told = pilot.told(spec)
    accuracy = {target["name"]: target["metrics"]["exact"]["value"] for target in told["targets"]}
    assert code == 0
    assert accuracy == brute_force()
    assert {target["samples"] for target in told["targets"]} == {3080}


def brute_force() -> dict[str, float]:
    """The same three accuracies by loops over the files and a full matrix of similarities."""
    from sklearn.feature_extraction.text import TfidfVectorizer

    rows = {}
    for name in ("train", "test"):
        with (BANKING / f"{name}.csv").open(newline="") as file:
            rows[name] = list(csv.DictReader(file))
    labels = [row["category"] for row in rows["train"]]
    wanted = [row["category"] for row in rows["test"]]
    counts = Counter(labels)
    majority = min(label for label in counts if counts[label] == max(counts.values()))
    vectors = TfidfVectorizer().fit([row["text"] for row in rows["train"]])
    known = vectors.transform([row["text"] for row in rows["train"]])
    asked = vectors.transform([row["text"] for row in rows["test"]])
    nearest = [labels[place] for place in (asked @ known.T).toarray().argmax(axis=1)]
    return {
        "mock": wanted.count("card_arrival") / len(wanted),
        "majority": wanted.count(majority) / len(wanted),
        "nearest": sum(a == b for a, b in zip(nearest, wanted, strict=True)) / len(wanted),
    }


def test_met_is_zero_missed_and_undecided_are_one(pilot: Pilot) -> None:
    assert pilot.told(pilot.spec(criteria=at_least(0.8)))[0] == 0
    code, told = pilot.told(pilot.spec("label=wrong", criteria=at_least(0.8)))
    assert (code, told["verdict"]) == (1, "missed")
    code, told = pilot.told(pilot.spec(criteria=at_least(0.99)))
    assert (code, told["verdict"]) == (1, "undecided")
    assert told["criteria"][0]["more_samples"] > 0


def test_without_criteria_there_is_no_verdict_and_nothing_is_missed(pilot: Pilot) -> None:
    code, told = pilot.told(pilot.spec())
    assert (code, told["status"], told["verdict"], told["criteria"]) == (0, "done", None, [])


def test_the_table_for_people_names_verdict_and_interval(pilot: Pilot) -> None:
    done = pilot.run(pilot.spec(criteria=at_least(0.8)))
    assert done.returncode == 0
    assert "verdict: met" in done.stdout
    assert "n 40" in done.stdout


def test_prices_make_costs_and_the_cap_stops_the_paid_target_alone(pilot: Pilot) -> None:
    spec = pilot.spec("usage=1000000/0", limits={"cost": 5.0, "concurrency": 2})
    spec["targets"][0] |= {"price": {"input": 1.0, "output": 0.0}, "params": {"max_tokens": 1}}
    spec["targets"].append({"name": "old", "kind": "recorded", "column": "label"})
    spec["criteria"] = [{"target": "old", "metric": "exact", "at_least": 0.5}]
    code, told = pilot.told(spec)
    paid, free = told["targets"]
    assert (code, told["partial"], told["verdict"]) == (1, "cost_cap", "undecided")
    assert 0 < paid["samples"] <= 6
    assert free["samples"] == 40


def test_a_cap_of_zero_runs_free_targets_only(pilot: Pilot) -> None:
    spec = pilot.spec(limits={"cost": 0})
    spec["targets"][0]["price"] = {"input": 1.0, "output": 1.0}
    spec["targets"].append({**spec["targets"][0], "name": "free", "price": {"input": 0, "output": 0}})
    told = pilot.told(spec)[1]
    assert [target["samples"] for target in told["targets"]] == [0, 40]


@pytest.mark.parametrize(
    ("model", "cause"),
    [
        ("html", "not_json"),
        ("invalid_json", "not_json"),
        ("status=401", "unauthorized"),
        ("status=404", "not_found"),
        ("status=429", "rate_limited"),
        ("hang", "timeout"),
        ("half", "connection"),
        ("huge", "too_large"),
    ],
)
def test_a_broken_endpoint_breaks_the_run_and_says_how(pilot: Pilot, model: str, cause: str) -> None:
    timeout = 1 if model == "hang" else 30
    limits = {"timeout": timeout, "retries": 1, "concurrency": 40}
    done = pilot.run(pilot.spec(model, limits=limits), "--json")
    told = json.loads(done.stdout)
    assert (done.returncode, told["status"], told["reason"]) == (2, "failed", "endpoint_dead")
    assert told["reason_facts"]["cause"] == cause


@pytest.mark.parametrize("model", ["empty", "nul", "refusal", "truncated"])
def test_strange_answers_are_answers(pilot: Pilot, model: str) -> None:
    code, told = pilot.told(pilot.spec(model))
    target = told["targets"][0]
    assert (code, target["errors"], target["metrics"]["exact"]["n"]) == (0, {}, 40)


BAD_FILES = {
    "source_empty": b"",
    "source_not_utf8": b"text,label\n\xff\xfe,\xe4\n",
    "source_ragged": b"text,label\na,b\nc\n",
    "source_too_wide": b",".join(b"c%d" % n for n in range(10_000)) + b"\n" + b",".join([b"1"] * 10_000),
    "source_duplicate_columns": b"text,text,label\na,b,c\n",
    "source_missing_column": b"body,label\na,b\n",
}


@pytest.mark.parametrize("code", BAD_FILES)
def test_a_bad_file_is_refused_with_its_reason(pilot: Pilot, code: str) -> None:
    (pilot.folder / "rows.csv").write_bytes(BAD_FILES[code])
    done = pilot.run(pilot.spec(), "--json")
    assert done.returncode == 2
    assert json.loads(done.stdout)["reason"] == code
    assert "Traceback" not in done.stderr


def test_duplicate_keys_are_refused(pilot: Pilot) -> None:
    pilot.rows(["same", "same"])
    spec = pilot.spec()
    spec["dataset"]["key"] = "text"
    assert json.loads(pilot.run(spec, "--json").stdout)["reason"] == "source_duplicate_keys"


def test_paths_outside_the_roots_and_links_out_of_them_are_refused(pilot: Pilot, tmp_path_factory) -> None:
    elsewhere = tmp_path_factory.mktemp("elsewhere") / "rows.csv"
    elsewhere.write_text("text,label\na,b\n")
    spec = pilot.spec()
    spec["dataset"]["source"]["path"] = str(elsewhere)
    assert json.loads(pilot.run(spec, "--json").stdout)["reason"] == "path_outside_roots"
    (pilot.folder / "link.csv").symlink_to(elsewhere)
    spec["dataset"]["source"]["path"] = "link.csv"
    assert json.loads(pilot.run(spec, "--json").stdout)["reason"] == "path_symlink"


def test_a_bad_spec_is_told_with_line_and_the_nearest_name(pilot: Pilot) -> None:
    done = pilot.run(yaml.safe_dump(pilot.spec()).replace("engagement:", "engagment:"))
    assert done.returncode == 2
    assert "spec.yml:" in done.stderr
    assert "did you mean 'engagement'" in done.stderr
    assert pilot.run(pilot.spec(scorers=[{"regex": "(a"}])).returncode == 2
    assert pilot.run(pilot.spec(prompt="{{ label }}")).returncode == 2
    assert pilot.run("").returncode == 2


def test_a_missing_spec_is_told(home: Path, tmp_path: Path) -> None:
    done = manage(home, "run_pilot", str(tmp_path / "none.yml"), check=False)
    assert done.returncode == 2
    assert "none.yml" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_running_site_is_handed_the_variables_that_the_spec_refers_to(pilot: Pilot) -> None:
    spec = pilot.spec("echo@1ms")  # a model name of its own, so that the endpoint remembers this call
    spec["targets"][0]["api_key"] = "env:KEY_OF_THIS_TEST"
    refused = pilot.told(spec)[1]
    assert (refused["status"], refused["reason"]) == ("failed", "secret_missing")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("KEY_OF_THIS_TEST", "Sesame")
        assert pilot.told(spec)[1]["status"] == "done"
    with urllib.request.urlopen(f"{pilot.address}/stats?model=echo@1ms") as response:
        assert json.load(response)["headers"]["authorization"] == "Bearer Sesame"
    assert "Sesame" not in everything(pilot.home)


def test_it_starts_what_it_needs_and_stops_it_afterwards(tmp_path: Path, address: str) -> None:
    home = tmp_path / "home"
    folder = tmp_path / "pilot"
    folder.mkdir()
    code, told = Pilot(home, folder, address).told(Pilot(home, folder, address).spec(criteria=at_least(0.5)))
    assert (code, told["verdict"]) == (0, "met")
    left = subprocess.run(["pgrep", "-f", str(home)], capture_output=True, text=True, check=False)
    assert left.stdout == ""


@pytest.mark.parametrize(
    ("level", "text"),
    [("aggregate", None), ("scores", None), ("redacted", "write to [e-mail]"), ("full", "write to {}")],
)
def test_no_more_reaches_the_control_plane_than_the_level_lets(
    pilot: Pilot, level: str, text: str | None
) -> None:
    secret = f"{level}-someone@example.com"
    pilot.rows([f"write to {secret}"] * 30)
    told = pilot.told(pilot.spec(privacy=level, cache="off"))[1]
    assert told["targets"][0]["metrics"]["exact"]["n"] == 30
    rows = ask(
        pilot.home, f"SELECT input, answer, reference FROM pilots_result WHERE run_id = '{told['run']}'"
    )
    assert len(rows) == (0 if level == "aggregate" else 30)
    assert {part for row in rows for part in row} <= {text and text.format(secret)}
    assert (secret in everything(pilot.home)) == (level == "full")
