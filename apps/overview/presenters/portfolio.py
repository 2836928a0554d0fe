"""The portfolio as its table and its CSV show it: the same columns, the same rows."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from ..rules.health import Colour
from ..selectors.narrowing import SORTS, Chosen
from .today import COLOURS

COLUMNS = (
    ("engagement", "Engagement"),
    ("health", "Health"),
    ("client", "Client"),
    ("stage", "Stage"),
    ("milestone", "Next milestone"),
    ("forecast", "Forecast"),
    ("blockers", "Blockers"),
    ("waited", "Client waits"),
    ("lead", "Lead"),
    ("logged", "Last log"),
)
EXPORTED = (
    "Engagement", "Client", "Stage", "Health", "Health overridden", "Override until", "Override reason", "Why",
    "Next milestone", "Milestone due", "Forecast from", "Forecast", "Forecast to", "Blockers", "Requests waiting",
    "Days waiting on the client", "Lead", "Last log",
)  # fmt: skip


@dataclass(frozen=True)
class Column:
    """A head of the table. query: of the address that sorts by it, the other way round when it does already."""

    name: str
    title: str
    query: str
    sorted: str  # "ascending", "descending" or nothing


@dataclass(frozen=True)
class Line:
    """One engagement. tone: as of a badge; reason: what decides most about its colour."""

    standing: Any
    tone: str
    reason: str


@dataclass(frozen=True)
class Group:
    """Lines that belong together; without a name, all of them."""

    name: str
    lines: list[Line]


def columns_of(chosen: Chosen) -> list[Column]:
    """The heads of the table."""
    return [_column(name, title, chosen) for name, title in COLUMNS]


def _column(name: str, title: str, chosen: Chosen) -> Column:
    here = chosen.sort == name
    down = not chosen.down if here else SORTS[name][1]
    direction = ("descending" if chosen.down else "ascending") if here else ""
    return Column(name, title, chosen.query(sort=name, down=down), direction)


def groups_of(standings: Iterable[Any], chosen: Chosen) -> list[Group]:
    """The lines of a page, under the names of their groups, in the order given."""
    groups: list[Group] = []
    for standing in standings:
        name = _group_of(standing, chosen.group)
        if not groups or groups[-1].name != name:
            groups.append(Group(name, []))
        groups[-1].lines.append(_line(standing))
    return groups


def _group_of(standing: Any, group: str) -> str:
    engagement = standing.engagement
    names: dict[str, str] = {
        "client": engagement.client.name,
        "stage": engagement.get_stage_display(),
        "health": Colour(standing.shown).capitalize(),
        "lead": standing.lead or "No lead",
    }
    return names.get(group, "")


def _line(standing: Any) -> Line:
    reason = "; ".join(standing.reasons[:1])
    return Line(standing, COLOURS[standing.shown], reason)


def exported(standings: Iterable[Any]) -> Iterator[list[Any]]:
    """The rows of the CSV."""
    for one in standings:
        yield [
            one.engagement.name,
            one.engagement.client.name,
            one.engagement.get_stage_display(),
            one.shown,
            "yes" if one.overridden else "no",
            one.given["until"] if one.given else None,
            one.given["reason"] if one.given else None,
            "; ".join(one.reasons),
            one.milestone.title if one.milestone else None,
            one.milestone.due if one.milestone else None,
            one.forecast_low,
            one.forecast,
            one.forecast_high,
            one.blockers,
            one.waits,
            one.waited,
            one.lead,
            one.logged_on,
        ]
