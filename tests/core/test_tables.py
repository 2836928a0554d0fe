"""Tables as CSV: read back as they were, and no cell is a formula."""

import csv
import io
from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.core.tables import as_csv, cell

TEXT = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]))


def read(lines: list[str]) -> list[list[str]]:
    return list(csv.reader(io.StringIO("".join(lines), newline="")))


@given(rows=st.lists(st.lists(TEXT, min_size=2, max_size=2)))
def test_what_leaves_is_read_back(rows: list[list[str]]) -> None:
    back = read(list(as_csv(["a", "b"], rows)))
    assert back == [["a", "b"], *[[str(cell(value)) for value in row] for row in rows]]


@given(text=TEXT)
def test_no_text_begins_like_a_formula(text: str) -> None:
    assert not str(cell(text)).lstrip().startswith(("=", "+", "-", "@"))


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (None, ""),
        (-3, -3),
        (0.5, 0.5),
        (True, "True"),
        (date(2026, 3, 18), "2026-03-18"),
        (datetime(2026, 3, 18, 9, 30, tzinfo=UTC), "2026-03-18T09:30:00+00:00"),
        ("-3", "'-3"),
        (" =1", "' =1"),
        ("plain", "plain"),
    ],
)
def test_each_kind_of_value(value: object, written: object) -> None:
    assert cell(value) == written
