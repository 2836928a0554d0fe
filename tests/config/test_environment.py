"""The settings table of the README is the code's."""

import ast
import re

import pytest

from apps.config import environment
from apps.config.environment import ROOT


def test_the_readme_shows_every_setting_as_it_is() -> None:
    assert environment.table() in (ROOT / "README.md").read_text()


def test_no_other_module_of_the_control_plane_reads_the_environment() -> None:
    """`environ` may be handed to a child or be set for Django; reading a variable is left to the table."""
    allowed = {"DJANGO_SETTINGS_MODULE", "PATH"}
    for path in (ROOT / "apps").rglob("*.py"):
        if "dataplane" in path.parts:
            continue
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and ast.unparse(node.func) in {"os.getenv", "os.environ.get"}:
                name = node.args[0]
                assert path.name == "environment.py" or (
                    isinstance(name, ast.Constant) and name.value in allowed
                ), f"{path}:{node.lineno}"


def test_an_unknown_setting_is_an_error() -> None:
    with pytest.raises(KeyError):
        environment.value("FIELDWORK_TYPO")


def test_an_empty_variable_is_the_default(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FIELDWORK_PORT", "")
    assert environment.value("FIELDWORK_PORT") == "8000"


@pytest.mark.parametrize(
    ("text", "yes"), [("1", True), ("true", True), (" YES ", True), ("0", False), ("no", False)]
)
def test_a_flag_says_yes_in_words_or_numbers(monkeypatch: pytest.MonkeyPatch, text: str, yes: bool) -> None:
    monkeypatch.setenv("DEMO", text)
    assert environment.flag("DEMO") is yes


def test_every_row_of_the_table_has_three_cells() -> None:
    for line in environment.table().splitlines():
        assert len(re.findall(r"(?<!\\)\|", line)) == 4, line


@pytest.mark.parametrize(("text", "found"), [("STARTTLS", "starttls"), (" tls ", "tls"), ("none", "none")])
def test_a_word_of_several_is_read_in_any_case(
    monkeypatch: pytest.MonkeyPatch, text: str, found: str
) -> None:
    monkeypatch.setenv("EMAIL_SECURITY", text)
    assert environment.one_of("EMAIL_SECURITY", "starttls", "tls", "none") == found


def test_a_word_that_is_none_of_them_is_refused_rather_than_taken_for_no_security(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("EMAIL_SECURITY", "ssl")
    with pytest.raises(ValueError, match="EMAIL_SECURITY is 'ssl'; it can be starttls, tls, none"):
        environment.one_of("EMAIL_SECURITY", "starttls", "tls", "none")


@pytest.mark.parametrize("said", ["-1", "one", "1.5", "٣", "9999999999"])
def test_a_count_that_is_none_is_refused_with_what_it_must_be(
    monkeypatch: pytest.MonkeyPatch, said: str
) -> None:
    monkeypatch.setenv("FIELDWORK_TRUSTED_PROXIES", said)
    with pytest.raises(ValueError, match=r"FIELDWORK_TRUSTED_PROXIES is .* a whole number, 0 or more"):
        environment.count("FIELDWORK_TRUSTED_PROXIES")
