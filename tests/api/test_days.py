"""Since when, as one types it on the command line; in the zone of whoever types."""

from datetime import datetime, timedelta, timezone

import pytest

from apps.api.command.days import since
from apps.api.command.stop import USAGE, Stop

NOW = datetime(2026, 11, 21, 15, 30, tzinfo=timezone(timedelta(hours=1)))  # a Saturday


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("today", "2026-11-21"),
        ("Yesterday", "2026-11-20"),
        ("fri", "2026-11-20"),
        ("saturday", "2026-11-14"),
        ("sun", "2026-11-15"),
        ("7d", "2026-11-14"),
        ("2w", "2026-11-07"),
        ("2026-11-01", "2026-11-01"),
    ],
)
def test_a_day_begins_at_its_midnight_here(text: str, day: str) -> None:
    assert since(text, NOW).startswith(f"{day}T00:00:00")
    assert datetime.fromisoformat(since(text, NOW)).tzinfo is not None


def test_hours_count_back_from_now_and_a_time_is_kept() -> None:
    assert since("12h", NOW) == "2026-11-21T03:30:00+01:00"
    assert since("2026-11-01T09:30:00z", NOW) == "2026-11-01T09:30:00+00:00"


@pytest.mark.parametrize("text", ["nonsense", "7", "d7", "7 days", "2026-13-01", "99999d", "fr", "-7d", "٣d"])
def test_what_is_none_is_refused_with_what_would_be_right(text: str) -> None:
    with pytest.raises(Stop) as stop:
        since(text, NOW)
    assert stop.value.code == USAGE
    assert f"--since {text!r} is no date. Write 2026-11-01, today, yesterday" in stop.value.message
