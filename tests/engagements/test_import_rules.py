"""What cells, headings and files mean to an import: nothing is lost, nothing is guessed that may be two things."""

import csv
import io
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from apps.engagements.rules import items
from apps.engagements.rules.grammar_dates import NoDate
from apps.engagements.rules.imports import cells, dates, fields, sameness, words
from apps.engagements.rules.imports.people import person_of
from apps.engagements.rules.imports.rows import NEW, REFUSED, SKIPPED, Chosen, Reader, Row
from apps.engagements.rules.imports.table import MOST_COLUMNS, Unreadable, decoded, table_of

unhurried = settings(deadline=None)  # how long a machine takes is not what is promised
DAYS = st.dates(date(2000, 1, 1), date(2035, 12, 31))
# Text of a cell: whatever can be shown.
CELLS = st.text(
    st.characters(exclude_categories=["Cc", "Cs"]) | st.sampled_from("\n\t,;\"'=+-@"), max_size=30
)
NOW = datetime(2026, 11, 21, 9, tzinfo=UTC)


def tried(call: Callable[[Any], Any], said: Any) -> tuple[Any, str]:
    """What it gives, or the sentence with which it refuses; whatever else happens is a failure."""
    try:
        return call(said), ""
    except (Unreadable, NoDate, cells.Wrong) as error:
        return None, str(error)


# Files


@unhurried
@given(
    st.lists(st.lists(CELLS, min_size=3, max_size=3), min_size=1, max_size=8),
    st.sampled_from(",;\t"),
    st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"]),
)
def test_what_a_spreadsheet_writes_is_read_as_it_was(
    rows: list[list[str]], delimiter: str, encoding: str
) -> None:
    written = io.StringIO(newline="")
    writer = csv.writer(written, delimiter=delimiter)
    writer.writerows([["Title", "Text", "Due"], *rows])
    kept = [row for row in rows if any(cell.strip() for cell in row)]
    content = written.getvalue().encode(encoding)
    if not kept:
        with pytest.raises(Unreadable, match="nothing below the headings"):
            table_of(content)
        return
    table = table_of(content)
    assert list(table.headings) == ["Title", "Text", "Due"]
    assert [cells for _, cells in table.rows()] == kept
    assert table.count == len(kept)


@unhurried
@given(st.binary(max_size=400))
def test_no_bytes_make_it_fail_without_a_sentence(content: bytes) -> None:
    table, said = tried(table_of, content)
    assert said.endswith((".", '"')) if table is None else len(list(table.rows())) == table.count


def test_windows_1252_is_read() -> None:
    assert decoded("Fällig;Größe €".encode("cp1252")) == "Fällig;Größe €"


def test_rows_are_numbered_as_in_a_spreadsheet() -> None:
    table = table_of(b'sep=;\nTitle;Text\nOne;"two\nlines"\n\nThree;x\n')
    assert [(number, cells[0]) for number, cells in table.rows()] == [(2, "One"), (4, "Three")]


def test_headings_that_are_empty_or_alike_get_names_of_their_own() -> None:
    table = table_of(b"Owner,,owner,Owner,Owner\nx,,,,\n")
    assert list(table.headings) == ["Owner", "Column 2", "owner", "Owner (2)", "Owner (3)"]


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "This file is empty"),
        (b"\xef\xbb\xbf \r\n", "This file is empty"),
        (b"Title,Due\n", "nothing below the headings"),
        (b"PK\x03\x04rest", "Excel workbook or another archive, whatever it is called"),
        (b"\xd0\xcf\x11\xe0rest", "old Excel"),
        (b"%PDF-1.7", "a PDF"),
        (b"Title\nA\0B\n", "no text \\(NUL\\)"),
        (b"<html><table><tr>", "web page or XML"),
        (b"Title\n\x81\x8d\n", "none of UTF-8, UTF-16 and Windows-1252"),
        (b'Title,Text\nOne,fine\nTwo,"never closed\n', "Row 3: a quotation mark is never closed"),
        (b'Title,Text\nOne,"so "quick" a win"\n', "Row 2: a quotation mark stands where none can be"),
        (",".join(map(str, range(MOST_COLUMNS + 1))).encode() + b"\n1\n", "201 columns; at most 200"),
    ],
)
def test_what_is_no_table_is_told_what_it_is(content: bytes, says: str) -> None:
    with pytest.raises(Unreadable, match=says):
        table_of(content)


def test_too_many_rows_are_refused_by_their_number() -> None:
    with pytest.raises(Unreadable, match="200,001 rows; at most 200,000"):
        table_of(b"Title\n" + b"x\n" * 200_001)


# Headings


@pytest.mark.parametrize(
    ("what", "headings", "wanted"),
    [
        (  # Jira
            "actions",
            "Issue key,Summary,Assignee,Reporter,Status,Created,Resolved,Due date,Labels,Description",
            "title=Summary owner=Assignee state=Status opened=Created closed=Resolved due=Due date tags=Labels"
            " text=Description",
        ),
        (  # Asana
            "actions",
            "Task ID,Created At,Completed At,Name,Section/Column,Assignee,Assignee Email,Due Date,Tags,Notes",
            "title=Name opened=Created At closed=Completed At state=Section/Column owner=Assignee due=Due Date"
            " tags=Tags text=Notes",
        ),
        (  # Linear
            "actions",
            "ID,Team,Title,Description,Status,Priority,Assignee,Labels,Created,Completed,Due Date",
            "title=Title text=Description state=Status owner=Assignee tags=Labels opened=Created closed=Completed"
            " due=Due Date",
        ),
        (  # Planner
            "actions",
            "Task Name,Bucket Name,Progress,Assigned To,Created Date,Due Date,Completed Date,Labels,Description",
            "title=Task Name state=Progress owner=Assigned To opened=Created Date due=Due Date closed=Completed Date"
            " tags=Labels text=Description",
        ),
        (  # Smartsheet
            "milestones",
            "Task Name,Status,Assigned To,Finish,Baseline Finish,Actual Finish,% Complete",
            "title=Task Name state=Status owner=Assigned To due=Finish promised=Baseline Finish"
            " reached_on=Actual Finish",
        ),
        (
            "risks",
            "Risk,Probability,Impact,Mitigation,Owner,Status,Due date (DD.MM.YYYY)",
            "title=Risk likelihood=Probability severity=Impact response=Mitigation owner=Owner state=Status"
            " due=Due date (DD.MM.YYYY)",
        ),
        (
            "risks",
            "Risiko,Typ,Eintrittswahrscheinlichkeit,Auswirkung,Massnahme,Verantwortlich,Fällig,Stand",
            "title=Risiko kind=Typ likelihood=Eintrittswahrscheinlichkeit severity=Auswirkung response=Massnahme"
            " owner=Verantwortlich due=Fällig state=Stand",
        ),
        (
            "log",
            "Datum,Autor,Art,Notiz,Stunden,Custom field (Client visible)",
            "at=Datum by=Autor kind=Art text=Notiz hours=Stunden client_visible=Custom field (Client visible)",
        ),
        ("actions", "Description", "title=Description"),
        ("actions", "Foo,Bar", ""),
    ],
)
def test_the_usual_exports_are_understood_from_their_headings(what: str, headings: str, wanted: str) -> None:
    columns = headings.split(",")
    found = {name: columns[place] for name, place in fields.guess(what, columns).items()}
    assert found == dict(one.split("=") for one in _said(wanted))


def _said(wanted: str) -> list[str]:
    parts: list[str] = []
    for word in wanted.split(" "):
        if "=" in word:
            parts.append(word)
        elif word:
            parts[-1] += f" {word}"
    return parts


@pytest.mark.parametrize("what", list(fields.SORTS))
def test_every_field_is_found_by_its_own_name(what: str) -> None:
    labels = [one.label for one in fields.fields_of(what)]
    assert fields.guess(what, labels) == {one.name: place for place, one in enumerate(fields.fields_of(what))}


@unhurried
@given(st.sampled_from(list(fields.SORTS)), st.lists(st.text(max_size=12), max_size=12))
def test_no_column_is_two_things(what: str, headings: list[str]) -> None:
    places = list(fields.guess(what, headings).values())
    assert len(set(places)) == len(places)


# Dates


@unhurried
@given(DAYS)
def test_a_day_is_the_same_in_every_way_of_writing(day: date) -> None:
    serial = (day - date(1899, 12, 30)).days
    ways = (f"{day}", f"{day:%d.%m.%Y}", f"{day:%Y/%m/%d}", f"{day:%d %b %Y}", f"{day:%B %d, %Y}", f"{day:%d/%b/%y}",
            f"{day:%A, %d. %B %Y}", str(serial), f"{day}T00:00:00Z", f"{day:%d.%m.%Y} 23:59")  # fmt: skip
    assert {dates.read(way).day for way in ways} == {day}
    assert dates.read(f"{day:%d/%m/%Y}", dates.DAY_FIRST).day == day
    assert dates.read(f"{day:%m/%d/%Y}", dates.MONTH_FIRST).day == day


@unhurried
@given(st.lists(DAYS, min_size=1, max_size=20), st.booleans())
def test_the_whole_column_says_whether_the_day_comes_first(days: list[date], day_first: bool) -> None:
    column = [f"{day:%d/%m/%Y}" if day_first else f"{day:%m/%d/%Y}" for day in days]
    order = dates.order_of(column)
    if any(day.day > 12 for day in days):
        assert order == (dates.DAY_FIRST if day_first else dates.MONTH_FIRST)
        assert [dates.read(cell, order).day for cell in column] == days
    else:
        assert order == dates.EITHER
        for cell, day in zip(column, days, strict=True):
            if day.day != day.month:
                assert dates.is_open(cell)
                with pytest.raises(NoDate, match="may be"):
                    dates.read(cell, order)


def test_rows_that_disagree_settle_nothing() -> None:
    column = ["25/12/2026", "12/25/2026", "01/02/2026"]
    assert dates.order_of(column) == dates.BOTH
    with pytest.raises(NoDate, match="1 February or 2 January"):
        dates.read("01/02/2026", dates.BOTH)


@unhurried
@given(st.text(max_size=20))
def test_whatever_is_written_is_a_day_or_a_sentence(text: str) -> None:
    found, said = tried(dates.read, text)
    assert said.endswith(".") if found is None else isinstance(found.day, date)


@pytest.mark.parametrize(
    ("written", "wanted"),
    [
        ("2026-03-02T10:00:00Z", datetime(2026, 3, 2, 10, tzinfo=UTC)),
        ("2026-03-02 10:00+0530", datetime(2026, 3, 2, 4, 30, tzinfo=UTC)),
        ("02.03.2026 10:00 Uhr", datetime(2026, 3, 2, 9, tzinfo=UTC)),
        ("21/Nov/26 3:45 PM", datetime(2026, 11, 21, 14, 45, tzinfo=UTC)),
        ("2026-03-02 12:00 AM", datetime(2026, 3, 1, 23, tzinfo=UTC)),
        ("2026-03-02", datetime(2026, 3, 2, 11, tzinfo=UTC)),
        ("46387.75", datetime(2026, 12, 31, 17, tzinfo=UTC)),
    ],
)
def test_a_time_is_of_its_zone_or_of_the_person(written: str, wanted: datetime) -> None:
    assert dates.read(written).moment(ZoneInfo("Europe/Zurich")) == wanted


@pytest.mark.parametrize(
    ("written", "says"),
    [
        ("31.02.2026", "no day 31 of month 2"),
        ("2026-13-01", "month 13"),
        ("soon", "“soon” is no date"),
        ("2026-03-02 25:00", "no time of a day"),
        ("2026-03-02 10:00 PST", "no time zone that is known"),
        ("2026-03-02 and more", "is no date"),
    ],
)
def test_a_wrong_date_says_what_is_wrong(written: str, says: str) -> None:
    with pytest.raises(NoDate, match=says):
        dates.read(written)


@pytest.mark.parametrize("day", [date(1926, 12, 31), date(2206, 1, 1)])
def test_a_year_that_nobody_means_is_refused(day: date) -> None:
    with pytest.raises(NoDate):
        dates.check(day, NOW.date())


# Cells


@pytest.mark.parametrize(
    ("cell", "scale", "wanted"),
    [("High", 0, "high"), ("mittel", 0, "medium"), ("70 %", 0, "high"), ("0,1", 0, "low"), ("4 - High", 0, "high"),
     ("Medium (3)", 0, "medium"), ("1", 0, "low"), ("3", 3, "high"), ("3", 5, "medium"), ("3", 10, "low"),
     ("5", 5, "high"), ("8", 10, "high"), ("sehr hoch", 0, "high")],
)  # fmt: skip
def test_levels_are_words_shares_or_numbers_of_a_scale(cell: str, scale: int, wanted: str) -> None:
    assert cells.level(cell, scale) == wanted


@unhurried
@given(st.sampled_from(cells.SCALES), st.data())
def test_a_higher_number_is_never_a_lower_level(scale: int, data: st.DataObject) -> None:
    a, b = sorted(data.draw(st.lists(st.integers(1, scale), min_size=2, max_size=2)))
    order = ["low", "medium", "high"]
    assert order.index(cells.level(str(a), scale)) <= order.index(cells.level(str(b), scale))


def test_numbers_of_no_scale_are_asked_for() -> None:
    assert (cells.scale_of(["1", "3"]), cells.scale_of(["4", "low"]), cells.scale_of(["1", "9"])) == (
        0,
        5,
        10,
    )
    with pytest.raises(cells.Wrong, match="of 3, of 5 or of 10"):
        cells.level("2")


@pytest.mark.parametrize(
    ("cell", "wanted"),
    [
        ("2h", 120),
        ("90m", 90),
        ("1h30m", 90),
        ("1:30", 90),
        ("1,5", 90),
        ("1.5", 90),
        ("2 Std", 120),
        ("30 min", 30),
    ],
)
def test_hours_are_read_as_people_write_them(cell: str, wanted: int) -> None:
    assert cells.minutes(cell) == wanted


@pytest.mark.parametrize("cell", ["0", "-1", "25", "7200", "a while", "24:30"])
def test_what_is_no_day_of_work_is_refused(cell: str) -> None:
    with pytest.raises(cells.Wrong):
        cells.minutes(cell)


@unhurried
@given(st.text(max_size=60))
def test_whatever_stands_in_a_cell_of_tags_becomes_tags_or_a_sentence(cell: str) -> None:
    found, said = tried(cells.tags, cell)
    if found is None:
        assert said.endswith(".")
    else:
        assert len(found) == len(set(found)) <= 10
        assert cells.tags(", ".join(found)) == found


@pytest.mark.parametrize("kind", list(words.STATE_OF))
def test_every_state_that_a_word_may_mean_is_one_of_its_kind(kind: str) -> None:
    known = items.STATES[kind]
    assert set(words.STATE_OF[kind].values()) <= set(known)
    assert {cells.state(state, kind) for state in known if state != "noted"} == set(known) - {"noted"}


def test_usual_words_for_states_are_known() -> None:
    said = ("In Progress", "Done", "erledigt", "50 %", "Cancelled", "FALSE")
    assert [cells.state(one, "action") for one in said] == [
        "doing", "done", "done", "doing", "dropped", "open",
    ]  # fmt: skip
    with pytest.raises(cells.Wrong, match="one of: open, doing, done, dropped"):
        cells.state("perhaps", "action")


@pytest.mark.parametrize(
    ("cell", "wanted"),
    [("=1+1", True), ("@sum", True), (" +x", True), ("-5", False), ("-", False), ("- fix it", True)],
)
def test_formulas_are_told_from_numbers(cell: str, wanted: bool) -> None:
    assert cells.is_formula(cell) is wanted


# People


class Person:
    def __init__(self, name: str, email: str, staff: bool = True) -> None:
        self.name, self.email, self.is_staff_member = name, email, staff


MARIA, BEN, OTHER = (
    Person("Maria Lindqvist", "maria@example.com"),
    Person("Ben Okafor", "ben@example.com"),
    Person("Ben Ito", "ito@example.com"),
)


@pytest.mark.parametrize(
    ("cell", "wanted"),
    [
        ("maria lindqvist", MARIA),
        ("Lindqvist,  Maria", MARIA),
        ("Maria Lindqvist <MARIA@example.com>", MARIA),
        ("Maria Lindqvist (Acme)", MARIA),
        ("maria", MARIA),
        ("@maria", MARIA),
        ("Ben", BEN),  # whose address begins so
        ("Somebody", None),
        ("Maria, Ben", None),
        ("maria@elsewhere.org", None),
    ],
)
def test_a_name_stands_for_one_person_or_for_nobody(cell: str, wanted: Person | None) -> None:
    assert person_of(cell, [MARIA, BEN, OTHER]) is wanted


# Rows


def read(what: str, line: dict[str, str], *, chosen: dict[str, Any] | None = None, find: Any = None) -> Row:
    headings = list(line)
    said = {"columns": fields.guess(what, headings), **(chosen or {})}
    reader = Reader(what, headings, Chosen(**said), {}, find or (lambda cell: None), UTC, NOW)
    return reader.read(2, list(line.values()))


def test_all_that_is_wrong_with_a_row_is_said_at_once() -> None:
    found = read("actions", {"Title": "", "Due": "never", "Status": "perhaps", "Raised on": "2027-01-01"})
    assert found.fate == REFUSED
    assert [one.column for one in found.troubles] == ["Title", "Due", "Status", "Raised on"]


def test_a_row_with_more_cells_than_headings_is_refused() -> None:
    reader = Reader("actions", ["Title"], Chosen({"title": 0}), {}, lambda cell: None, UTC, NOW)
    assert "2 cells and there are 1 headings" in reader.read(2, ["One", "two"]).troubles[0].message
    assert reader.read(2, ["One", " ", ""]).fate == NEW


def test_a_long_title_stands_in_the_text_as_a_whole() -> None:
    found = read("actions", {"Title": "word " * 60, "Text": "more"})
    assert len(found.values["title"]) <= 200
    assert found.values["text"] == f"{('word ' * 60).strip()}\n\nmore"
    assert found.cut


def test_other_columns_are_kept_in_the_text_when_wanted() -> None:
    line = {"Title": "One", "Team": "Data", "Owner": "Nobody Here", "Empty": ""}
    assert read("actions", line).values["text"] == "Owner: Nobody Here"
    assert read("actions", line, chosen={"rest": True}).values["text"] == "Owner: Nobody Here  \nTeam: Data"


def test_what_is_over_does_not_seem_to_have_ended_today() -> None:
    found = read("actions", {"Title": "One", "Due": "2026-03-01", "Status": "done"})
    assert (found.values["closed_at"].date(), found.undated) == (date(2026, 3, 1), True)
    found = read("actions", {"Title": "One", "Completed": "2026-04-01", "Status": "done"})
    assert (found.values["closed_at"].date(), found.undated) == (date(2026, 4, 1), False)
    assert read("actions", {"Title": "One", "Completed": "2026-04-01"}).values["state"] == "done"


def test_a_shown_action_of_a_client_needs_to_be_seen_by_them() -> None:
    client = Person("Cleo", "cleo@client.example", staff=False)
    line = {"Title": "One", "Owner": "Cleo", "Client-visible": "yes"}
    assert read("actions", line, find=lambda cell: client).fate == REFUSED
    assert read("actions", line, find=lambda cell: client, chosen={"shown": True}).fate == NEW


@unhurried
@given(
    st.dictionaries(
        st.sampled_from([one.headings[0] for one in fields.fields_of("risks")]), CELLS, min_size=1
    )
)
def test_whatever_stands_in_a_row_it_is_written_down_or_refused_with_a_reason(line: dict[str, str]) -> None:
    found = read("risks", {"risk": "", **line})
    assert (found.fate == REFUSED) == bool(found.troubles)
    if found.fate == NEW:
        values = found.values
        assert values["state"] in items.STATES[found.kind]
        assert (values.get("closed_at") is None) == items.is_open(found.kind, values["state"])
        assert 0 < len(values["title"]) <= 200


# Sameness


def test_the_same_row_twice_is_a_duplicate_unless_it_is_wanted() -> None:
    known = sameness.Known({sameness.item_key("action", "call", None)})
    fates = []
    for number, title in enumerate(["Call", "Ask", "ASK", "Other"], 2):
        row = Row(number, [], "action", {"title": title, "due": None})
        known.judge(row, again=False)
        fates.append(row.fate)
    assert fates == [SKIPPED, NEW, SKIPPED, NEW]


@unhurried
@given(st.text(min_size=1), st.datetimes(datetime(2000, 1, 1), timezones=st.just(UTC)))
def test_an_entry_is_known_by_its_time_and_without(text: str, at: datetime) -> None:
    known = sameness.entries_known([(text, at)])
    assert {sameness.entry_key(f" {text} ", at), sameness.entry_key(text, None)} <= known
    assert sameness.entry_key(text, at + timedelta(minutes=2)) not in known
