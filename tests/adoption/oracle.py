"""What the metrics come to, counted event by event in plain Python: slow, and easy to believe."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

Event = Mapping[str, Any]


def local_day(event: Event, zone: str) -> date:
    at = event["time"]
    moment = datetime.fromisoformat(at) if isinstance(at, str) else at
    return moment.astimezone(ZoneInfo(zone)).date()


def everybody(event: Event) -> object:
    return ""


def of(field: str) -> Callable[[Event], object]:
    return lambda event: event.get(field) or ""


def active(
    events: Sequence[Event], zone: str, window: int, of: Callable[[Event], object] = everybody
) -> dict[tuple[object, date], int]:
    """{(slice, day): distinct users in the `window` days up to it}, of days that have any."""
    seen: dict[tuple[object, date], set[str]] = defaultdict(set)
    for event in events:
        if event.get("intentional", True) and event.get("user"):
            for more in range(window):
                seen[of(event), local_day(event, zone) + timedelta(days=more)].add(event["user"])
    return {key: len(users) for key, users in seen.items()}


def totals(
    events: Iterable[Event], zone: str, of: Callable[[Event], object] = everybody
) -> dict[tuple[object, date], Counter[str]]:
    """{(slice, day): what is counted}."""
    found: dict[tuple[object, date], Counter[str]] = defaultdict(Counter)
    for event in events:
        count = found[of(event), local_day(event, zone)]
        count["events"] += 1
        count["intentional"] += event.get("intentional", True)
        count[event.get("outcome", "none")] += 1
        count[event.get("feedback") or "silent"] += 1
        count["errors"] += bool(event.get("error"))
        count["input_tokens"] += event.get("input_tokens") or 0
        count["output_tokens"] += event.get("output_tokens") or 0
    return found


def weeks(events: Iterable[Event], zone: str, start: int) -> dict[tuple[date, str], set[date]]:
    """{(first day of the week, user): days with intentional use}."""
    found: dict[tuple[date, str], set[date]] = defaultdict(set)
    for event in events:
        if event.get("intentional", True) and event.get("user"):
            day = local_day(event, zone)
            first = day
            while first.weekday() != start:
                first -= timedelta(days=1)
            found[first, event["user"]].add(day)
    return found


def used_weeks(by_week: Mapping[tuple[date, str], object]) -> dict[str, set[date]]:
    """{user: weeks with use}."""
    found: dict[str, set[date]] = defaultdict(set)
    for week, user in by_week:
        found[user].add(week)
    return found


def lifecycle(users: Mapping[str, set[date]], week: date) -> dict[str, int]:
    """The week's users by what they did before."""
    before, found = week - timedelta(weeks=1), Counter[str]()
    for weeks in users.values():
        if week in weeks:
            state = "new" if min(weeks) == week else "returning" if before in weeks else "resurrecting"
            found.update([state, "active"])
        elif before in weeks:
            found["dormant"] += 1
        often = sum(week - timedelta(weeks=back) in weeks for back in range(12))
        found[
            next(
                (
                    name
                    for least, name in ((9, "habitual"), (4, "regular"), (1, "occasional"))
                    if often >= least
                ),
                "",
            )
        ] += 1
    return found


def retention(users: Mapping[str, set[date]]) -> dict[tuple[date, int], tuple[int, int]]:
    """{(first week, weeks later): (used it in that week, in that week or later)}."""
    found: dict[tuple[date, int], tuple[int, int]] = {}
    for first in {min(weeks) for weeks in users.values()}:
        cohort = [weeks for weeks in users.values() if min(weeks) == first]
        for age in range((max(max(weeks) for weeks in cohort) - first).days // 7 + 1):
            week = first + timedelta(weeks=age)
            retained = sum(week in weeks for weeks in cohort)
            found[first, age] = retained, sum(max(weeks) >= week for weeks in cohort)
    return found


def days_used(events: Iterable[Event], zone: str, day: date) -> Counter[int]:
    """{days of the 28 up to this one: users with so many}."""
    days: dict[str, set[date]] = defaultdict(set)
    for event in events:
        if event.get("intentional", True) and event.get("user"):
            used = local_day(event, zone)
            if 0 <= (day - used).days < 28:
                days[event["user"]].add(used)
    return Counter(len(used) for used in days.values())
