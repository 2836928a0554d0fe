"""Hours against the budget, as their page, its picture and its CSV show them."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from ..models import Engagement
from ..rules import budgets
from ..rules.hours import (
    Pace,
    Row,
    Sheet,
    by_person_and_week,
    by_week,
    monday_of,
    pace_of,
    sheet_of,
    used_up_in,
    week_name,
)
from ..selectors.hours import EARLIER, Chosen, Worked, query_of

COLUMNS = 8  # people who have a column of their own; the others share one
NAMED = 3  # every so many bars of the picture have a name
EXPORTED_ENTRIES = ("Date", "Week", "Person", "Hours", "Kind", "Text", "Reference", "Tags")
EXPORTED_SUMS = ("Person", "Week", "Week begins", "Hours")


@dataclass(frozen=True)
class Cell:
    """A sum with the query that shows what it is made of; no minutes is nothing to look at."""

    minutes: int
    query: str = ""
    chosen: bool = False


@dataclass(frozen=True)
class Line:
    """A row of the table. name: of the week; the first cell that follows is the person who worked most."""

    name: str
    note: str
    cells: list[Cell]
    total: Cell


@dataclass(frozen=True)
class Table:
    """people: the heads of the columns with their sums; others: how many more there are, who share the last column."""

    people: list[tuple[str, Cell]]
    others: int
    lines: list[Line]
    foot: list[Cell]
    total: int


@dataclass(frozen=True)
class Figures:
    """The figures on top, in minutes. percent: of the budget; used_up: the Monday of the week in which it is used up,
    past or to come; state: see rules.budgets."""

    used: int
    budget: int | None
    left: int
    percent: int
    state: str
    pace: Pace | None
    used_up: date | None
    is_over: bool  # whether that week is past, or now


def decimal(minutes: float) -> str:
    """Hours to two places as far as there is something to say: 450 → 7.5, 60 → 1, 72,000 → 1,200."""
    return f"{minutes / 60:,.2f}".rstrip("0").rstrip(".")


def figures_of(engagement: Engagement, found: Worked, today: date) -> Figures:
    """What is used and left of the budget, and until when it lasts."""
    weeks = by_week(found.work)
    used, budget = sum(weeks.values()), engagement.budget_minutes
    pace = pace_of(weeks, today)
    used_up = used_up_in(budget, weeks, pace, today) if budget else None
    return Figures(
        used=used,
        budget=budget,
        left=(budget or 0) - used,
        percent=budgets.percent_of(used, budget) if budget else 0,
        state=budgets.state_of(used, budget),
        pace=pace,
        used_up=used_up,
        is_over=bool(budget and used >= budget),
    )


def table_of(found: Worked, chosen: Chosen, today: date) -> Table:
    """Work by week and person; each sum leads to the entries behind it."""
    sheet = sheet_of(found.work, today)
    own = sheet.people[:COLUMNS]
    heads = [
        (found.names[who], _cell(minutes, chosen, who=who))
        for who, minutes in zip(own, sheet.totals, strict=False)
    ]
    rest = sum(sheet.totals[COLUMNS:])
    foot = [cell for _, cell in heads] + ([Cell(rest)] if rest else [])
    lines = [_line(row, sheet, chosen, today) for row in sheet.rows]
    return Table(heads, len(sheet.people) - len(own), lines, foot, sheet.total)


def _line(row: Row, sheet: Sheet, chosen: Chosen, today: date) -> Line:
    week = row.monday or EARLIER
    cells = [
        _cell(minutes, chosen, who=who, week=week)
        for who, minutes in zip(sheet.people[:COLUMNS], row.cells, strict=False)
    ]
    if sheet.people[COLUMNS:]:
        cells.append(Cell(sum(row.cells[COLUMNS:])))
    total = _cell(row.total, chosen, week=week)
    if row.monday is None:
        return Line("Earlier", "", cells, total)
    note = "this week" if row.monday == monday_of(today) else ""
    return Line(f"{row.monday.day} {row.monday:%b %Y}", note, cells, total)


def _cell(minutes: int, chosen: Chosen, *, who: str = "", week: date | str | None = None) -> Cell:
    here = who == chosen.who and (
        chosen.earlier if week == EARLIER else week == chosen.week and not chosen.earlier
    )
    return Cell(minutes, query_of(who=who, week=week), here and chosen.narrowed)


def climb_of(sheet: Sheet) -> list[tuple[float, float, str]]:
    """The picture's bars: what was worked before each week, and in it."""
    weeks = [row for row in reversed(sheet.rows) if row.monday]
    return [
        (row.so_far - row.total, row.total, f"{row.monday.day} {row.monday:%b}" if n % NAMED == 0 else "")
        for n, row in enumerate(weeks)
        if row.monday
    ]


def in_words(figures: Figures) -> str:
    """What the picture shows, for whoever cannot see it."""
    used = f"{decimal(figures.used)} hours used"
    return f"{used} of {decimal(figures.budget)} in the budget" if figures.budget else used


def warning_of(figures: Figures) -> str:
    """What is to be said of a budget that is near its end or overdrawn; nothing otherwise."""
    if not figures.budget or not figures.state:
        return ""
    used = f"{decimal(figures.used)} of {decimal(figures.budget)} budgeted hours are used"
    if figures.state == "over":
        return f"{used}, {decimal(-figures.left)} more than agreed."
    return f"{used}; {decimal(figures.left)} are left." if figures.left else f"{used}; nothing is left."


def words_of(chosen: Chosen, names: Mapping[str, str]) -> str:
    """What is chosen, as one would say it."""
    who = names.get(chosen.who, "Somebody else") if chosen.who else "Everybody"
    if chosen.week is None:
        return who
    day = f"{chosen.week.day} {chosen.week:%B %Y}"
    return f"{who}, before {day}" if chosen.earlier else f"{who}, week of {day}"


def exported_entries(entries: Iterable[Any]) -> Iterator[Sequence[Any]]:
    """The rows of the CSV of entries, in the order given."""
    for one in entries:
        yield (
            one.day,
            week_name(monday_of(one.day)),
            one.by.name if one.by else one.via,
            _number(one.minutes),
            one.get_entry_kind_display(),
            one.text or one.title,
            one.reference,
            " ".join(f"#{tag}" for tag in one.tags),
        )


def exported_sums(found: Worked, chosen: Chosen) -> Iterator[Sequence[Any]]:
    """The rows of the CSV of sums: the latest week first, in it by name."""
    sums = [
        (monday, found.names[who], who, minutes)
        for (who, monday), minutes in by_person_and_week(found.work).items()
        if chosen.takes(who, monday)
    ]
    for monday, name, _, minutes in sorted(sums, key=lambda one: (-one[0].toordinal(), *one[1:3])):
        yield name, week_name(monday), monday, _number(minutes)


def _number(minutes: int) -> float:
    """Hours as a spreadsheet takes them."""
    return round(minutes / 60, 4)
