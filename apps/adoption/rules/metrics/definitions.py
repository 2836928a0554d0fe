"""The words of every metric: the same on a page, in an export and over the API. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass

USERS, SHARE, MS, TOKENS, EVENTS = "users", "share", "ms", "tokens", "events"
FROM_EVENTS = "usage events"
FROM_SEATS = "usage events and seats"


@dataclass(frozen=True, slots=True)
class Metric:
    """key: stable, for programs and success criteria; says: its definition; of: its denominator, empty for a count."""

    key: str
    title: str
    unit: str
    says: str
    of: str = ""
    source: str = FROM_EVENTS
    more_is_better: bool = True


_ALL = (
    Metric("dau", "Daily active users", USERS, "Distinct users with an intentional event on the local day."),
    Metric(
        "wau",
        "Weekly active users",
        USERS,
        "Distinct users with an intentional event in the 7 local days up to it.",
    ),
    Metric(
        "mau",
        "Monthly active users",
        USERS,
        "Distinct users with an intentional event in the 28 local days up to it.",
    ),
    Metric(
        "stickiness",
        "Stickiness",
        SHARE,
        "The mean of daily active users over the 28 days up to it, weekends left out where that is chosen, divided by "
        "monthly active users: on what part of days somebody who uses it does so.",
        of="monthly active users",
    ),
    Metric(
        "utilisation",
        "Utilisation",
        SHARE,
        "Users with a seat who were active in the 28 days up to it, of all with a seat on that day.",
        of="assigned seats",
        source=FROM_SEATS,
    ),
    Metric(
        "assigned",
        "Seats assigned",
        SHARE,
        "Seats that somebody has on the day, of those that were purchased.",
        of="purchased seats",
        source="seats",
    ),
    Metric(
        "never_used",
        "Never used",
        SHARE,
        "Users with a seat on the day who have had no intentional event since they got it.",
        of="assigned seats",
        source=FROM_SEATS,
        more_is_better=False,
    ),
    Metric(
        "acceptance",
        "Acceptance",
        SHARE,
        "Answers that were accepted as they were, of all answers with a known outcome. Edited ones count as shown and "
        "not as accepted.",
        of="events with an outcome",
    ),
    Metric("edits", "Edited", SHARE, "Answers that were used after an edit.", of="events with an outcome"),
    Metric(
        "overrides",
        "Override rate",
        SHARE,
        "Answers that somebody has put their own in place of: edited or rejected.",
        of="events with an outcome",
        more_is_better=False,
    ),
    Metric("coverage", "Outcomes known", SHARE, "Events that say what became of the answer.", of="events"),
    Metric(
        "feedback",
        "Thumbs up",
        SHARE,
        "Of events with feedback, those with a thumb up.",
        of="events with feedback",
    ),
    Metric("errors", "Errors", SHARE, "Events whose call failed.", of="events", more_is_better=False),
    Metric(
        "latency_p50",
        "Latency, median",
        MS,
        "Half of the answers that did not fail took no longer; off by at most 2.5 % of itself.",
        more_is_better=False,
    ),
    Metric(
        "latency_p95",
        "Latency, 95th percentile",
        MS,
        "95 of 100 answers that did not fail took no longer; off by at most 2.5 % of itself.",
        more_is_better=False,
    ),
    Metric(
        "activation",
        "Activated in time",
        SHARE,
        "Users whose first intentional event came within the days that were agreed on after they got their seat.",
        of="seats assigned so long ago",
        source=FROM_SEATS,
    ),
    Metric(
        "first_value",
        "Time to first value",
        "days",
        "The median of days from a seat to the first accepted or edited answer, of those who have got there.",
        source=FROM_SEATS,
        more_is_better=False,
    ),
    Metric(
        "retention",
        "Retention",
        SHARE,
        "Of those whose first week it was, those with an intentional event in exactly the N-th week after it.",
        of="users of the cohort",
    ),
    Metric(
        "retention_on_or_after",
        "Retention, on or after",
        SHARE,
        "Of those whose first week it was, those with an intentional event in the N-th week after it or any later one.",
        of="users of the cohort",
    ),
    Metric(
        "habit", "Habitual users", USERS, "Users with intentional use in at least 9 of the last 12 weeks."
    ),
    Metric(
        "tokens",
        "Tokens",
        TOKENS,
        "Input and output tokens; cached ones are part of input, reasoning of output.",
    ),
)
METRICS: Mapping[str, Metric] = {metric.key: metric for metric in _ALL}
