"""A failed test of a connection says which step has failed; every code that a reader can give has its step."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from apps.connectors.rules.steps import OF_THE_SITE, TROUBLES, advice, facts_in_words, step_of, steps
from apps.dataplane.contract.errors import CODES

SITE = Path(__file__).parents[2] / "apps" / "dataplane"
READING = [*sorted((SITE / "readers").glob("*.py")), *sorted((SITE / "snapshots").glob("*.py")),
           SITE / "references.py", SITE / "inquiries" / "preview.py", SITE / "inquiries" / "browsing.py"]  # fmt: skip
OTHER_WORDS = {"connection"}  # a code of an endpoint, which is also a word of these files


def texts(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value


def codes_of_reading() -> set[str]:
    """The codes that stand as texts in what reads a source."""
    return {text for path in READING for text in texts(path) if text in CODES} - OTHER_WORDS


def test_every_code_that_a_reader_can_give_has_its_step_and_its_advice() -> None:
    found = codes_of_reading()
    assert {"path_symlink", "secret_missing", "source_denied", "source_ragged", "source_connection"} <= found
    assert {code for code in found if code not in TROUBLES and code not in OF_THE_SITE} == set()
    assert all(advice(code) for code in found)


def test_every_code_that_has_a_step_is_one_that_a_site_can_send() -> None:
    assert TROUBLES.keys() | OF_THE_SITE.keys() <= CODES.keys()


@pytest.mark.parametrize(
    ("kind", "code", "states"),
    [
        ("csv", "source_not_found", "Path failed, Grant waiting, Format waiting"),
        ("csv", "path_outside_roots", "Path failed, Grant waiting, Format waiting"),
        ("parquet", "source_denied", "Path done, Grant failed, Format waiting"),
        ("xlsx", "source_no_sheet", "Path done, Grant done, Format failed"),
        ("jsonl", "", "Path done, Grant done, Format done"),
        ("postgres", "secret_missing", "Login failed, Path waiting, Grant waiting, Format waiting"),
        ("postgres", "source_connection", "Login failed, Path waiting, Grant waiting, Format waiting"),
        ("postgres", "source_not_found", "Login done, Path failed, Grant waiting, Format waiting"),
        ("postgres", "source_permission", "Login done, Path done, Grant failed, Format waiting"),
        ("postgres", "source_query", "Login done, Path done, Grant done, Format failed"),
        ("csv", "site_error", "Path waiting, Grant waiting, Format waiting"),
        ("csv", "of a newer site", "Path waiting, Grant waiting, Format waiting"),
    ],
)
def test_what_was_before_is_done_and_what_comes_after_waits(kind: str, code: str, states: str) -> None:
    told = steps(kind, waiting=False, tested=True, trouble=code, done={})
    assert ", ".join(f"{step.name} {step.state}" for step in told) == states


def test_the_failed_step_says_why_in_the_contract_s_words() -> None:
    told = steps("csv", waiting=False, tested=True, trouble="source_ragged", done={"path": "it is there"})
    assert [step.text for step in told] == ["it is there", "", CODES["source_ragged"]]


def test_while_the_site_is_asked_the_first_step_runs_and_before_that_all_wait() -> None:
    asked = steps("csv", waiting=True, tested=True, trouble="source_empty", done={})
    assert [step.state for step in asked] == ["running", "waiting", "waiting"]
    new = steps("csv", waiting=False, tested=False, trouble="", done={})
    assert [step.state for step in new] == ["waiting"] * 3


def test_unknown_codes_are_no_step_and_still_have_advice() -> None:
    assert step_of("of a newer site") is None
    assert advice("of a newer site")


def test_facts_of_a_failure_are_words_and_numbers_and_nothing_nested() -> None:
    told = facts_in_words(
        {"line": 70_000, "columns": 3, "reference": "secret:x", "nested": {"a": 1}, "none": None}
    )
    assert told == [("Line", "70,000"), ("Columns", "3"), ("Reference", "secret:x")]
