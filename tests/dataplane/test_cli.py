"""`fieldwork-site`: one command each, clear words, and exit codes that a script can rely on."""

import io
import json
import os
import stat
import subprocess
import sys
import time
from pathlib import Path

import pytest

from apps.config.environment import ROOT
from apps.dataplane import keyring, results
from apps.dataplane.cli import main
from apps.dataplane.contract.envelope import load_key, public_text
from apps.dataplane.grants import Grant, granted
from apps.dataplane.labels import Labels
from apps.dataplane.samples import Outcome, Sample
from apps.dataplane.site import SiteError, load_site, sole_worker

from .conftest import CONTROL_KEY
from .sources import plan_over, write_csv

Capture = pytest.CaptureFixture[str]


def init(state: Path, *more: str) -> int:
    return main(
        ["init", "--state", str(state), "--id", "6f1c-x", "--name", "Münster \"1\"", "--control-key",
         public_text(CONTROL_KEY), "--broker", "pgmq:host=/run/x user=site dbname=broker", *more]
    )  # fmt: skip


@pytest.fixture
def state(tmp_path: Path, capsys: Capture) -> Path:
    assert init(tmp_path / "site") == 0
    capsys.readouterr()
    return tmp_path / "site"


class TestInit:
    def test_makes_a_private_folder_and_says_the_public_key(self, tmp_path: Path, capsys: Capture) -> None:
        state = tmp_path / "deep" / "site"
        assert init(state, "--root", str(tmp_path), "--level", "redacted", "--names", "--json") == 0
        said = json.loads(capsys.readouterr().out)
        assert said.keys() == {"id", "public_key"}
        site = load_site(state)
        assert (site.id, site.name, site.queue) == ("6f1c-x", 'Münster "1"', "site.6f1c-x")
        assert load_key(said["public_key"]).thumbprint() == site.key.thumbprint()
        assert "d" not in json.loads(said["public_key"])
        policy = site.policy()
        assert (policy.level, policy.names, policy.roots) == ("redacted", True, (tmp_path.resolve(),))
        for path in [state, *state.rglob("*")]:
            assert stat.S_IMODE(path.stat().st_mode) == (0o700 if path.is_dir() else 0o600), path

    def test_again_keeps_keys_and_policy_and_renews_the_rest(self, state: Path) -> None:
        policy = state / "policy.toml"
        policy.write_text('level = "aggregate"\n')
        before = {name: (state / name).read_text() for name in ("site.key", "hash.key", "policy.toml")}
        assert init(state, "--level", "full", "--names", "--broker", "amqp://h") == 0
        assert {name: (state / name).read_text() for name in before} == before
        assert load_site(state).broker == "amqp://h"

    def test_reads_the_key_from_a_file_and_says_it_in_words(self, tmp_path: Path, capsys: Capture) -> None:
        key = tmp_path / "control.json"
        key.write_text(public_text(CONTROL_KEY))
        assert init(tmp_path / "site", "--control-key", str(key)) == 0
        assert '"kty": "OKP"' in capsys.readouterr().out

    @pytest.mark.parametrize(
        ("wrong", "complaint"),
        [
            (("--id", "../x"), "--id '../x'"),
            (("--control-key", "{}"), "not an Ed25519 key"),
            (("--control-key", "/missing.json"), "/missing.json: No such file"),
            (("--broker", "redis://h"), "amqp:// or pgmq:"),
            (("--root", "/missing"), "--root /missing is not a folder"),
        ],
    )
    def test_refuses(self, tmp_path: Path, capsys: Capture, wrong: tuple[str, str], complaint: str) -> None:
        assert init(tmp_path / "site", *wrong) == 2
        assert complaint in capsys.readouterr().err


class TestShow:
    @pytest.fixture(autouse=True)
    def kept(self, state: Path) -> None:
        plan = plan_over(write_csv(state / "a.csv", ["text"], [["t"]]), run="r1")
        for target, answer in enumerate(("yes\nsir", "no")):
            given = Outcome(
                Sample(7, "abcd", {}, "yes", ()), "ok", {"exact": 1.0}, "Is it?", answer, 12.0, 3, 1, 0.5
            )
            results.store(state / "results", plan, target, [given])

    @pytest.mark.parametrize("sample", ["7", "abcd", "ab"])
    def test_prints_all_targets(self, state: Path, capsys: Capture, sample: str) -> None:
        assert main(["show", "r1", sample, "--state", str(state)]) == 0
        assert capsys.readouterr().out == (
            "target 0  sample 7  key abcd  ok\n  scores     exact 1\n"
            "  figures    12 ms, 3 tokens in, 1 tokens out, $0.500000\n"
            "  prompt     Is it?\n  answer     yes\n             sir\n  reference  yes\n"
            "target 1  sample 7  key abcd  ok\n  scores     exact 1\n"
            "  figures    12 ms, 3 tokens in, 1 tokens out, $0.500000\n"
            "  prompt     Is it?\n  answer     no\n  reference  yes\n"
        )

    @pytest.mark.parametrize(
        ("run", "sample", "code"), [("r1", "8", 1), ("r1", "x", 1), ("r2", "7", 2), ("../r1", "7", 2)]
    )
    def test_says_what_is_not_there(
        self, state: Path, capsys: Capture, run: str, sample: str, code: int
    ) -> None:
        assert main(["show", run, sample, "--state", str(state)]) == code
        assert capsys.readouterr().err.startswith("fieldwork-site: ")


def test_policy_in_words(state: Path, capsys: Capture) -> None:
    assert main(["policy", "--state", str(state)]) == 0
    assert "Level: scores" in capsys.readouterr().out
    (state / "policy.toml").write_text("levle = 1")
    assert main(["policy", "--state", str(state)]) == 2
    assert "unknown 'levle'" in capsys.readouterr().err


def test_names_are_looked_up_here(state: Path, capsys: Capture) -> None:
    Labels(state).of("channel", "web")
    assert main(["names", "--state", str(state)]) == 0
    assert capsys.readouterr().out == "channel#1\tchannel=web\n"


def test_grant_opens_a_folder(state: Path, tmp_path: Path, capsys: Capture) -> None:
    assert main(["grant", "run-1", str(tmp_path), "--state", str(state)]) == 0
    assert granted(state, "run-1") == Grant((tmp_path.resolve(),))
    assert str(state / "grants" / "run-1") in capsys.readouterr().out
    assert main(["grant", "run-1", str(tmp_path / "missing"), "--state", str(state)]) == 2


def test_grant_hands_over_variables(
    state: Path, tmp_path: Path, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LLM_KEY", "Sesame")
    assert main(["grant", "run-1", str(tmp_path), "--env", "LLM_KEY", "--state", str(state)]) == 0
    assert granted(state, "run-1").environment == {"LLM_KEY": "Sesame"}
    assert "Sesame" not in repr(granted(state, "run-1"))
    assert main(["grant", "run-2", str(tmp_path), "--env", "NOT_SET", "--state", str(state)]) == 2
    assert "NOT_SET" in capsys.readouterr().err


def test_secrets_are_stored_listed_and_removed_and_never_shown(
    state: Path, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    where = ["--state", str(state)]
    monkeypatch.setattr("sys.stdin", io.StringIO("Sesame\n"))
    assert main(["secret", "llm-key", *where]) == 0
    assert main(["secret", *where]) == 0
    said = capsys.readouterr()
    assert said.out.splitlines()[-1] == "llm-key"
    assert "Sesame" not in said.out + said.err
    path = state / "secrets" / "llm-key"
    assert (path.read_text(), stat.S_IMODE(path.stat().st_mode)) == ("Sesame", 0o600)
    assert main(["secret", "llm-key", "--remove", *where]) == 0
    assert main(["secret", "llm-key", "--remove", *where]) == 1
    for name, value in (("../x", "a"), ("x", ""), ("x", "two\nlines"), (".x", "a")):
        monkeypatch.setattr("sys.stdin", io.StringIO(value))
        assert main(["secret", name, *where]) == 2
    assert keyring.names(state / "secrets") == []


def test_purge_forgets_old_runs_and_their_cached_answers(state: Path, capsys: Capture) -> None:
    from apps.dataplane.answers import AnswerCache, Kept

    cache = AnswerCache(state / "engine" / "answers.sqlite")
    cache.keep(Kept(run, 0, 0, b"k", "ok", "yes", 1, 1) for run in ("old", "new"))
    long_ago = time.time() - 40 * 86_400
    for folder in ("snapshots", "results", "grants"):
        for run in ("old", "new"):
            path = state / folder / (run if folder == "grants" else f"{run}.sqlite")
            path.touch()
            if run == "old":
                os.utime(path, (long_ago, long_ago))
    assert main(["purge", "--state", str(state), "--older-than", "30"]) == 0
    assert capsys.readouterr().out == "3 files and 1 cached answers removed\n"
    assert [path.name for path in (state / "results").iterdir()] == ["new.sqlite"]
    assert cache.of_run("new", 0, [(0, b"k")])
    assert not cache.of_run("old", 0, [(0, b"k")])
    cache.close()


def test_purge_of_named_runs_spares_the_others_however_old(state: Path, capsys: Capture) -> None:
    from apps.dataplane.answers import AnswerCache, Kept

    cache = AnswerCache(state / "engine" / "answers.sqlite")
    cache.keep(Kept(run, 0, 0, b"k", "ok", "yes", 1, 1) for run in ("one", "two", "three"))
    for folder in ("snapshots", "results", "grants"):
        for run in ("one", "two"):  # the third has answers already, but no results yet
            (state / folder / (run if folder == "grants" else f"{run}.sqlite")).touch()
    assert main(["purge", "--state", str(state), "--run", "one", "--run", "never-seen"]) == 0
    assert capsys.readouterr().out == "3 files and 1 cached answers removed\n"
    assert [path.name for path in (state / "results").iterdir()] == ["two.sqlite"]
    assert [bool(cache.of_run(run, 0, [(0, b"k")])) for run in ("one", "two", "three")] == [False, True, True]
    cache.close()


def test_purge_by_another_process_does_no_harm_to_a_worker_s_answers(state: Path) -> None:
    """SQLite's locks belong to the process: once lost, another process throws away the journal that is in use."""
    from apps.dataplane.answers import AnswerCache, Kept

    cache = AnswerCache(state / "engine" / "answers.sqlite")
    for number in range(3):
        cache.keep([Kept("run", 0, number, b"k", "ok", "yes", 1, 1)])
        command = [
            sys.executable,
            "-m",
            "apps.dataplane.cli",
            "purge",
            "--state",
            str(state),
            "--run",
            "other",
        ]
        subprocess.run(command, check=True, capture_output=True, cwd=ROOT)
        assert (state / "engine" / "answers.sqlite-wal").exists()
    cache.close()
    again = AnswerCache(state / "engine" / "answers.sqlite")
    assert len(again.of_run("run", 0, [(number, b"k") for number in range(3)])) == 3
    again.close()


def test_a_folder_that_is_no_site_s_is_refused(tmp_path: Path, capsys: Capture) -> None:
    for command in ("run", "policy", "names", "purge"):
        assert main([command, "--state", str(tmp_path)]) == 2
        assert "fieldwork-site init makes one" in capsys.readouterr().err


def test_one_worker_per_folder(state: Path) -> None:
    with sole_worker(state), pytest.raises(SiteError, match=f"process id {os.getpid()}"), sole_worker(state):
        pass
    with sole_worker(state):
        pass


@pytest.mark.parametrize("command", ["init", "run", "show", "policy", "names", "grant", "secret", "purge"])
def test_every_command_explains_itself(command: str, capsys: Capture) -> None:
    with pytest.raises(SystemExit) as ended:
        main([command, "--help"])
    assert ended.value.code == 0
    assert "--state DIR" in capsys.readouterr().out
