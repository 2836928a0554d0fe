"""The policy file is the client's: what it says counts at once, and what cannot be understood allows nothing."""

from pathlib import Path

import pytest

from apps.dataplane import keyring
from apps.dataplane.contract.privacy import Level
from apps.dataplane.grants import Grant, grant, granted
from apps.dataplane.policy import Policy, PolicyError, in_words, load_policy, write_policy
from apps.dataplane.references import MissingReference, resolve_reference
from apps.dataplane.site import SiteError


def test_what_is_written_is_read_again(tmp_path: Path) -> None:
    path = tmp_path / "policy.toml"
    write_policy(path, level=Level.REDACTED, names=True, roots=[tmp_path])
    assert load_policy(path) == Policy(level=Level.REDACTED, names=True, roots=(tmp_path,))


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("level = ", "Invalid value"),
        ('level = "all"', "'all' is not a valid Level"),
        ('names = "no"', "names must be true or false"),
        ('roots = ["data"]', "must be an absolute path"),
        ("minimum_group = 0", "at least 1"),
        ("minimum_group = true", "at least 1"),
        ("levle = 1", "unknown 'levle'"),
        ("[limits]\nrow = 1", "unknown limit 'row'"),
        ("[limits]\nrows = -1", "at least 1"),
    ],
)
def test_a_policy_that_cannot_be_understood_is_refused_with_the_reason(
    tmp_path: Path, text: str, complaint: str
) -> None:
    path = tmp_path / "policy.toml"
    path.write_text(text)
    with pytest.raises(PolicyError) as caught:
        load_policy(path)
    assert complaint in caught.value.detail


def test_a_missing_policy_is_refused(tmp_path: Path) -> None:
    with pytest.raises(PolicyError) as caught:
        load_policy(tmp_path / "policy.toml")
    assert "fieldwork-site init" in caught.value.detail


def test_says_in_words_what_may_leave() -> None:
    strict = "\n".join(in_words(Policy(level=Level.AGGREGATE)))
    assert "under a keyed hash: stay here" in strict
    assert "references: stays here" in strict
    loose = "\n".join(in_words(Policy(level=Level.FULL, names=True, roots=(Path("/data"),))))
    assert "leaves, as it is" in loose
    assert "slice values: leave." in loose
    assert "/data" in loose


class TestReferences:
    def resolve(self, reference: str, folder: Path, *roots: Path, policy: Policy | None = None) -> str:
        return resolve_reference(reference, policy=policy or Policy(), secrets=folder, roots=roots)

    def test_environment_variables(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("LLM_KEY", "Sesame")
        assert self.resolve("env:LLM_KEY", tmp_path) == "Sesame"
        only = Policy(environment=("OTHER_*",))
        for reference, policy in (
            ("env:LLM_KEY", only),
            ("env:MISSING_KEY", None),
            ("env:", None),
            ("LLM_KEY", None),
        ):
            with pytest.raises(LookupError) as caught:
                self.resolve(reference, tmp_path, policy=policy)
            assert reference in str(caught.value)
            assert "Sesame" not in str(caught.value)

    @pytest.mark.parametrize(
        "name", ["BROKER_URL", "DATABASE_URL", "FIELDWORK_SECRET_KEY", "CELERY_X", "SITE_BROKER_URL"]
    )
    def test_the_site_s_own_settings_are_no_credentials(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
    ) -> None:
        monkeypatch.setenv(name, "Sesame")
        with pytest.raises(MissingReference, match="does not allow"):
            self.resolve(f"env:{name}", tmp_path)

    def test_a_run_s_own_variables_come_first(self, tmp_path: Path) -> None:
        given = {"LLM_KEY": "Sesame", "BROKER_URL": "x"}
        find = {"policy": Policy(), "secrets": tmp_path, "environment": given}
        assert resolve_reference("env:LLM_KEY", **find) == "Sesame"
        with pytest.raises(MissingReference, match="does not allow"):
            resolve_reference("env:BROKER_URL", **find)

    def test_stored_secrets(self, tmp_path: Path) -> None:
        keyring.store(tmp_path, "llm-key", "Sesame\n")
        assert self.resolve("secret:llm-key", tmp_path) == "Sesame"
        for reference in ("secret:other", "secret:", "secret:../x", f"secret:{tmp_path}/llm-key"):
            with pytest.raises(MissingReference):
                self.resolve(reference, tmp_path)

    def test_files_lie_in_the_secrets_or_a_root(self, tmp_path: Path) -> None:
        secrets, root = tmp_path / "secrets", tmp_path / "root"
        for folder in (secrets, root):
            folder.mkdir()
            (folder / "key").write_text("Sesame\n")
        (tmp_path / "hash.key").write_text("Sesame")
        (secrets / "link").symlink_to(tmp_path / "hash.key")
        assert self.resolve("file:key", secrets) == "Sesame"
        assert self.resolve(f"file:{root}/key", secrets, root) == "Sesame"
        for path in (f"{root}/key", "../hash.key", "link", "missing", ".", ""):
            with pytest.raises(MissingReference) as caught:
                self.resolve(f"file:{path}", secrets)
            assert "Sesame" not in str(caught.value)


class TestGrants:
    def test_open_a_folder_for_one_run(self, tmp_path: Path) -> None:
        path = grant(tmp_path, "run-1", tmp_path)
        assert path.stat().st_mode & 0o777 == 0o600
        assert granted(tmp_path, "run-1") == Grant((tmp_path.resolve(),))
        assert granted(tmp_path, "run-2") == Grant()

    def test_that_others_could_have_written_do_not_count(self, tmp_path: Path) -> None:
        grant(tmp_path, "run-1", tmp_path).chmod(0o666)
        assert granted(tmp_path, "run-1") == Grant()

    @pytest.mark.parametrize("run", ["../site", "", ".", "a/b", "x" * 65])
    def test_refuse_what_is_no_run_and_no_folder(self, tmp_path: Path, run: str) -> None:
        with pytest.raises(SiteError):
            grant(tmp_path, run, tmp_path)
        with pytest.raises(SiteError):
            grant(tmp_path, "run", tmp_path / "missing")
