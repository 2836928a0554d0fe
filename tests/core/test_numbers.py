"""Numbers as people type them: understood when they can mean one thing, refused when they may mean two."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.core.numbers import NoNumber, read


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("12", 12), ("12.5", 12.5), ("12,5", 12.5), (".5", 0.5), (",5", 0.5), ("-3", -3), ("\u22123", -3), ("+ 3", 3),
        ("1e-3", 0.001), ("1,234,567", 1_234_567), ("1.234.567", 1_234_567), ("1 234", 1234), ("1\u202f234,5", 1234.5),
        ("1'234.50", 1234.5), ("1\u2019234", 1234), ("1,234.5", 1234.5), ("1.234,5", 1234.5), ("1.234", 1.234),
        ("0,925", 0.925), ("0.925", 0.925), ("12,3456", 12.3456), ("1234,567", 1234.567), (" 7 ", 7),
        ("1.234,567", 1234.567),
    ],
)  # fmt: skip
def test_what_can_mean_one_number_is_read(text: str, value: float) -> None:
    found = read(text)
    assert (found, found.percent) == (value, False)


@pytest.mark.parametrize(("text", "value"), [("70 %", 70), ("70%", 70), ("92,5\u202f%", 92.5), ("-3 %", -3)])
def test_a_percentage_says_that_it_is_one(text: str, value: float) -> None:
    found = read(text)
    assert (found, found.percent) == (value, True)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("1,234", "1,234 may be 1234 or 1.234; write one of them."),
        ("-12,345 %", "12,345 may be 12345 or 12.345; write one of them."),
        ("1,23,456", "is no number"),
        ("1,234.567.8", "is no number"),
        ("0,123,456", "is no number"),
        ("about 70", "Write it such as 1234.5."),
        ("70 minutes", "is no number"),
        ("1 2", "is no number"),
        ("nan", "is no number"),
        ("inf", "is no number"),
        ("1e999", "too large"),
        ("٣", "is no number"),
        ("--3", "is no number"),
        ("%", "is no number"),
        ("", "is no number"),
    ],
)
def test_what_may_mean_two_or_none_is_refused_with_what_would_be_right(text: str, says: str) -> None:
    with pytest.raises(NoNumber, match=says.replace(".", r"\.")):
        read(text)


@pytest.mark.parametrize("text", ["2,400", "2.400", "2 400", "2400", "2400.0"])
def test_where_only_a_whole_number_can_be_meant_thousands_are_certain(text: str) -> None:
    assert read(text, whole=True) == 2400


def test_half_a_thing_cannot_be_counted() -> None:
    with pytest.raises(NoNumber, match="whole"):
        read("2.5", whole=True)


@given(st.floats(min_value=-1e12, max_value=1e12))
def test_what_is_shown_in_a_field_is_read_as_it_is(value: float) -> None:
    assert read(f"{value:.15g}") == pytest.approx(value, rel=1e-14)


@given(st.text(max_size=20))
def test_whatever_is_typed_is_a_number_or_is_refused(text: str) -> None:
    with suppress(NoNumber):
        assert isinstance(read(text), float)
