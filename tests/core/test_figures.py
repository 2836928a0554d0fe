"""How numbers are written and drawn."""

import re
from datetime import UTC, datetime, timedelta
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.core import figures
from apps.core.charts import MARGIN, WIDTH, interval_bar
from apps.core.templatetags import fieldwork

N = "\u202f"


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        (figures.number(1234567), "1,234,567"),
        (figures.number(0.12345), "0.123"),
        (figures.number(1234.5), "1,234"),
        (figures.number(0), "0"),
        (figures.percent(0.8534), f"85.3{N}%"),
        (figures.percent(1), f"100.0{N}%"),
        (figures.money(0), "$0.00"),
        (figures.money(1234.5), "$1,234.50"),
        (figures.money(0.01234), "$0.0123"),
        (figures.money(0.00001234), "$1.2e-05"),
        (figures.duration(0.45), f"450{N}ms"),
        (figures.duration(3.24), f"3.2{N}s"),
        (figures.duration(59.97), f"1{N}min 00{N}s"),
        (figures.duration(245), f"4{N}min 05{N}s"),
        (figures.duration(7800), f"2{N}h 10{N}min"),
        (figures.duration(100_000), f"1{N}d 03{N}h"),
        (figures.milliseconds(1500), f"1.5{N}s"),
        (figures.interval(None, 0.5, "percent"), f"≤ 50.0{N}%"),
        (figures.interval(0.5, None, "percent"), f"≥ 50.0{N}%"),
        (figures.interval(None, None, "percent"), ""),
    ],
)
def test_figures_are_written(written: str, expected: str) -> None:
    assert written == expected


@pytest.mark.parametrize("kind", sorted(figures.KINDS))
def test_nothing_to_show_is_a_dash(kind: str) -> None:
    assert figures.KINDS[kind](None) == "–"


@given(st.floats(min_value=0, max_value=1e9))
def test_every_duration_can_be_written(seconds: float) -> None:
    assert re.fullmatch(r"[\d.]+\u202f\w+( \d\d\u202f\w+)?", figures.duration(seconds))


@pytest.mark.parametrize(
    ("back", "words"),
    [
        (5, "just now"),
        (60, "1 minute ago"),
        (7200, "2 hours ago"),
        (-90_000, "in 1 day"),
        (86_400 * 400, "1 year ago"),
    ],
)
def test_how_long_ago(back: int, words: str) -> None:
    now = datetime(2026, 1, 1, tzinfo=UTC)
    assert figures.ago(now - timedelta(seconds=back), now) == words


def test_a_moment_carries_its_exact_time() -> None:
    tag = fieldwork.ago(datetime(2026, 1, 1, 12, tzinfo=UTC))
    assert 'datetime="2026-01-01T12:00:00+00:00"' in tag


def test_a_figure_shows_interval_n_and_source() -> None:
    tag = fieldwork.figure(0.853, 0.82, 0.88, kind="percent", n=500, source='run <7> "x"')
    assert "85.3" in tag
    assert "82.0" in tag
    assert "n = 500" in tag
    assert "<7>" not in tag


def shapes(drawn: str) -> dict[str, ElementTree.Element]:
    return {element.get("class"): element for element in ElementTree.fromstring(drawn)}


@given(st.floats(0, 1), st.floats(0, 1), st.floats(0, 1))
def test_the_bar_is_drawn_to_scale(a: float, b: float, threshold: float) -> None:
    low, high = sorted((a, b))
    value = (low + high) / 2
    drawn = shapes(interval_bar(value, low, high, 0, 1, threshold))
    room = WIDTH - 2 * MARGIN
    bar = drawn["bar-interval"]
    assert float(bar.get("x")) == pytest.approx(MARGIN + low * room, abs=0.01)
    assert float(bar.get("width")) == pytest.approx(max((high - low) * room, 1), abs=0.03)
    assert float(drawn["bar-value"].get("cx")) == pytest.approx(MARGIN + value * room, abs=0.01)
    assert float(drawn["bar-threshold"].get("x1")) == pytest.approx(MARGIN + threshold * room, abs=0.01)


def test_the_bar_stays_in_its_frame_and_has_no_inline_style() -> None:
    drawn = interval_bar(5, None, None, 0, 1, -3, label='<b>"x"</b>')
    bar = shapes(drawn)["bar-interval"]
    assert (float(bar.get("x")), float(bar.get("width"))) == (MARGIN, WIDTH - 2 * MARGIN)
    assert float(shapes(drawn)["bar-value"].get("cx")) == WIDTH - MARGIN
    assert "style" not in drawn
    assert "<b>" not in drawn


def test_without_a_value_only_the_scale_is_drawn() -> None:
    assert set(shapes(interval_bar(None, None, None))) == {"bar-scale"}
    assert set(shapes(interval_bar(1, 1, 1, 1, 1))) == {"bar-scale", "bar-interval", "bar-value"}
