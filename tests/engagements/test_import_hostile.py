"""Files that are made to hurt: none of them takes a page, a worker, or what somebody else has written."""

import importlib
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

import pytest
from django.db import connection, connections, transaction
from django.test import Client as Browser
from django.urls import reverse

from apps.accounts.models import User
from apps.core import locks
from apps.core.errors import Refused
from apps.core.tables import as_csv
from apps.engagements.models import Action, Engagement, Import, MemberRole
from apps.engagements.rules.grammar_dates import NoDate
from apps.engagements.rules.imports import cells, dates, people, table
from apps.engagements.rules.imports.rows import REFUSED, Chosen, Reader
from apps.engagements.services import checklists, endings, imports, items
from apps.engagements.services.comments import add_comment
from apps.engagements.services.imports import looking, reading, undoing
from apps.engagements.tasks import perform_imports
from tests.factories import make_engagement, make_member, make_user
from tests.factories.imports import make_import

NOW = datetime(2026, 11, 21, 9, tzinfo=UTC)
data = pytest.mark.django_db


@pytest.fixture
def engagement() -> Engagement:
    return make_engagement()


@pytest.fixture
def maria(engagement: Engagement) -> User:
    return make_member(engagement, MemberRole.LEAD, user=make_user(name="Maria Lindqvist")).user


def taken(engagement: Engagement, by: User, text: str) -> Import:
    pending = make_import(engagement, text, by=by)
    return imports.take(by=by, pending=pending, seen=imports.digest_of(pending))


def here(pending: Import) -> str:
    return reverse("imports:detail", args=[pending.engagement_id, pending.pk])


def page(by: User, pending: Import) -> Any:
    browser = Browser()
    browser.force_login(by)
    return browser.get(here(pending))


def reader(what: str = "actions", **more: Any) -> Reader:
    headings = ["Title", "Owner", "Due"]
    chosen = Chosen(columns={"title": 0, "owner": 1, "due": 2})
    given = {"find": lambda _: None, **more}
    return Reader(what, headings, chosen, {}, given["find"], UTC, NOW)


# What costs more than it is long


def test_too_many_columns_are_refused_before_any_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    def named(_: Any) -> list[str]:
        raise AssertionError("named")

    monkeypatch.setattr(table, "_named", named)
    with pytest.raises(table.Unreadable, match="100,000 columns"):
        table.table_of(b",".join([b"a"] * 100_000) + b"\nx\n")


def test_equal_headings_each_have_a_name_of_their_own() -> None:
    found = table.table_of(b"a,a (2),a,a,,Column 5\nx\n").headings
    assert found == ["a", "a (2)", "a (3)", "a (4)", "Column 5", "Column 5 (2)"]


def test_an_endless_name_is_looked_up_by_nobody_and_refused() -> None:
    asked: list[str] = []
    row = reader(find=asked.append).read(2, ["Call", "a" * 20_000, ""])
    assert (row.fate, asked) == (REFUSED, [])
    assert "20,000 characters; at most 200" in row.troubles[0].message
    assert people.person_of("a" * 201, [make_nobody()]) is None


def make_nobody() -> Any:
    """Somebody whose name must not even be looked at."""
    return type("Nobody", (), {})()


def test_an_address_is_found_in_a_bounded_piece_of_a_cell() -> None:
    found = people._ADDRESS.search("x" * 150 + "@example.com")
    assert found is not None
    assert found[0] == "x" * 64 + "@example.com"


@pytest.mark.parametrize("place", [0, 1, 2])
def test_cells_that_are_too_long_are_read_no_further(place: int) -> None:
    row = ["Call", "", ""]
    row[place] = "9" * (cells.TEXT + 1)
    assert [one.message[:27] for one in reader().read(2, row).troubles] == ["This has 20,001 characters;"]


@data
def test_names_that_are_too_long_are_not_offered_to_be_given(engagement: Engagement, maria: User) -> None:
    looked = imports.look(make_import(engagement, f"Title,Owner\nOne,{'a' * 201}\nTwo,Nobody\n", by=maria))
    assert [one["name"] for one in looked["names"]] == ["Nobody"]
    assert looked["refused"] == 1


# One cell never takes the page


@pytest.mark.parametrize("cell", ["9" * 400 + "h", "1e308", "9" * 308, "-1e308", "9" * 400 + "m"])
def test_endless_hours_are_no_time_of_work(cell: str) -> None:
    with pytest.raises(cells.Wrong):
        cells.minutes(cell)


@pytest.mark.parametrize(
    "cell", ["01/02/0000", "00/02/2026", "02/00/2026", "00/00/0000", "0000-00-00", "00.00.0000"]
)
def test_a_day_that_cannot_be_is_no_date(cell: str) -> None:
    for order in (dates.EITHER, dates.DAY_FIRST, dates.MONTH_FIRST):
        with pytest.raises(NoDate):
            dates.read(cell, order)


@pytest.mark.parametrize("error", [ValueError, OverflowError, UnicodeError])
def test_whatever_a_cell_raises_is_trouble_of_its_row(error: type[Exception]) -> None:
    def find(_: str) -> None:
        raise error("odd")

    row = reader(find=find).read(2, ["Call", "Somebody", ""])
    assert [(one.column, one.message[:20]) for one in row.troubles] == [("Owner", "This cannot be read;")]


@data
def test_a_page_shows_what_is_wrong_with_impossible_cells(engagement: Engagement, maria: User) -> None:
    text = f"When,Text,Hours\n01/02/0000,One,1\n,Two,1e308\n,Three,{'9' * 190}h\n,Four,1\n"
    pending = make_import(engagement, text, what="log", by=maria)
    assert page(maria, pending).status_code == 200
    looked = imports.look(pending)
    assert (looked["new"], looked["refused"]) == (1, 3)


def test_no_heading_is_a_formula_to_whoever_opens_the_file() -> None:
    assert "".join(as_csv(["=1+1", "Title"], [["@x", 1]])) == "'=1+1,Title\r\n'@x,1\r\n"


# Who does the work, and how often


@data
def test_a_dry_run_is_made_once_and_kept(
    engagement: Engagement, maria: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    pending = make_import(engagement, "Title,Due\nOne,\nTwo,never\n", by=maria)
    made: list[bytes] = []

    def table_of(content: bytes) -> table.Table:
        made.append(content)
        return table.table_of(content)

    monkeypatch.setattr(reading, "table_of", table_of)
    for _ in range(3):
        assert "Import 1 action" in page(maria, pending).content.decode()
    assert made == []
    assert imports.look(pending)
    assert len(made) == 1


@data
def test_what_a_worker_could_not_write_is_still_looked_at(
    engagement: Engagement, maria: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(looking, "MANY", 1)
    pending = make_import(engagement, "Title,Due\nOne,never\nTwo,ever\n", by=maria)
    assert perform_imports() == 1
    pending = Import.objects.get(pk=pending.pk)
    imports.take(by=maria, pending=pending, seen=imports.digest_of(pending))
    assert perform_imports() == 1
    told = Import.objects.get(pk=pending.pk)
    assert "nothing to write down" in told.counts["trouble"]
    assert imports.looked_at(told)["refused"] == 2


@data
def test_what_is_written_meanwhile_is_seen_in_the_dry_run(engagement: Engagement, maria: User) -> None:
    pending = make_import(engagement, "Title\nOne\nTwo\n", by=maria)
    assert imports.looked_at(pending)["new"] == 2
    one = items.write(by=maria, model=Action, engagement=engagement, kind="action", title="One")
    assert imports.looked_at(pending)["new"] == 1
    items.change(by=maria, item=one, version=None, title="Three")
    assert imports.looked_at(pending)["new"] == 2


@data
def test_a_heavy_file_is_a_workers_whatever_its_rows(
    engagement: Engagement, maria: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(looking, "HEAVY", 100)
    pending = make_import(engagement, f"Title,Text\nOne,{'x' * 200}\n", by=maria)
    assert pending.counts == {"doing": "look"}
    assert imports.looked_at(pending) == {}
    assert perform_imports() == 1
    pending = Import.objects.get(pk=pending.pk)
    assert imports.looked_at(pending)["new"] == 1
    imports.take(by=maria, pending=pending, seen=imports.digest_of(pending))
    assert not Action.objects.exists()
    assert perform_imports() == 1
    assert Action.objects.count() == 1


@contextmanager
def elsewhere(*names: str) -> Iterator[None]:
    """Somebody else holds that lock."""
    apart = connections.create_connection("default")
    try:
        with apart.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_lock(%s)", [locks._key(names)])
        yield
    finally:
        apart.close()


@data
def test_two_workers_do_not_look_at_the_same_file(
    engagement: Engagement, maria: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(looking, "MANY", 1)
    pending = make_import(engagement, "Title\nOne\nTwo\n", by=maria)
    with elsewhere("engagements.import.look", str(pending.pk)):
        assert perform_imports() == 0
    assert perform_imports() == 1


def test_files_that_wait_are_asked_after_every_hour(settings: Any) -> None:
    settings.BROKER = "pgmq:dbname=broker"  # an address is needed, nobody calls there
    app = importlib.import_module("apps.config.celery").app
    assert app.conf.beat_schedule["forget-old-imports"]["schedule"] <= 3600


# Undoing


@data
def test_what_is_left_to_a_worker_is_not_undone_once_the_engagement_is_closed(
    engagement: Engagement, maria: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(undoing, "MANY", 1)
    done = imports.undo(by=maria, pending=taken(engagement, maria, "Title\nOne\nTwo\n"))
    assert done.counts["doing"] == "undo"
    Engagement.objects.filter(pk=engagement.pk).update(
        closed_at=NOW, ending="delivered", ending_words="Done."
    )
    assert perform_imports() == 1
    assert Action.objects.filter(removed_at=None).count() == 2
    told = Import.objects.get(pk=done.pk)
    assert "closed" in told.counts["trouble"]
    assert not {"doing", "undone"} & told.counts.keys()


@data
def test_who_may_no_longer_work_there_undoes_nothing(engagement: Engagement, maria: User) -> None:
    done = taken(engagement, maria, "Title\nOne\n")
    engagement.members.all().delete()
    with pytest.raises(Refused, match="no longer"):
        imports.undo(by=maria, pending=done)
    assert Action.objects.filter(removed_at=None).count() == 1


@data
@pytest.mark.parametrize(("doing", "said"), [("take", "imported"), ("undo", "removed again")])
def test_closing_waits_for_an_import(engagement: Engagement, maria: User, doing: str, said: str) -> None:
    pending = make_import(engagement, by=maria)
    Import.objects.filter(pk=pending.pk).update(counts={"doing": doing})
    with pytest.raises(Refused, match=f"A file of Maria Lindqvist is being {said}: wait"):
        endings.close(by=maria, engagement=engagement, ending="delivered", words="Done.")
    Import.objects.filter(pk=pending.pk).update(counts={"doing": "look"})
    endings.close(by=maria, engagement=engagement, ending="delivered", words="Done.")


@data
def test_an_action_with_a_checklist_stays(engagement: Engagement, maria: User) -> None:
    done = taken(engagement, maria, "Title\nOne\nTwo\n")
    one = Action.objects.get(title="One")
    checklists.add(by=maria, action=one, texts=["First"])
    undone = imports.undo(by=maria, pending=done)
    assert (undone.counts["undone"], undone.counts["left"]) == (1, 1)
    assert Action.objects.get(removed_at=None) == one


@pytest.mark.django_db(transaction=True)
def test_a_comment_that_is_written_while_an_import_is_undone_counts() -> None:
    engagement = make_engagement()
    maria = make_member(engagement, MemberRole.LEAD).user
    done = taken(engagement, maria, "Title\nOne\nTwo\n")
    one = Action.objects.get(title="One")
    wrong: list[BaseException] = []

    def undo() -> None:
        try:
            imports.undo(by=maria, pending=done)
        except BaseException as error:
            wrong.append(error)
        finally:
            connection.close()

    beside = threading.Thread(target=undo)
    with transaction.atomic():
        add_comment(by=maria, item=one, text="Mine")
        beside.start()
        assert somebody_waits()
    beside.join(30)
    assert wrong == []
    assert [item.title for item in Action.objects.filter(removed_at=None)] == ["One"]


def somebody_waits() -> bool:
    """Whether anybody came to wait for a lock within twenty seconds."""
    with connection.cursor() as cursor:
        for _ in range(400):
            cursor.execute("SELECT count(*) FROM pg_locks WHERE NOT granted")
            if cursor.fetchone()[0]:
                return True
            cursor.execute("SELECT pg_sleep(0.05)")
    return False
