"""The screens of sources and datasets, as a browser shows them, with and without JavaScript."""

import re
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from apps.connectors import services
from apps.connectors.models import Dataset
from apps.dataplane.contract import plan
from apps.dataplane.contract.messages import BrowseReport, Entry, FailureReport
from tests.e2e.browser import Visitor, browser, visitor
from tests.e2e.conftest import no_lasting_connections

from .conftest import answer, make_dataset, make_source, report
from .test_datasets import use
from .test_pages import address

__all__ = ["browser", "no_lasting_connections"]
pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
LOOKS = [(1440, "light"), (1440, "dark"), (390, "light"), (390, "dark")]
LONG = "Wolfeschlegelsteinhausenbergerdorff_messages_of_the_year_final_version_really.csv"
NARROWER = "document.getElementById('main').scrollWidth <= window.innerWidth"


@pytest.fixture
def pages(engagement, acted, here) -> dict[str, str]:
    """Every page, in the states that people meet."""
    good = make_source(engagement)
    services.preview(by=None, source=good, level="full")
    answer(acted, report("text", LONG, level="full", rows=[["a " * 200, "أهلا"]]))
    open_one = make_dataset(good, sample={"size": 5, "seed": 1})
    frozen = make_dataset(good, LONG, reference=LONG)
    use(frozen)
    bad = make_source(engagement, f"/srv/{LONG}")
    services.preview(by=None, source=bad)
    answer(acted, FailureReport(code="source_ragged", stage="preview", facts={"line": 7}))
    labelled = make_source(engagement, "/srv/labelled.csv", **{"column#1": 10})
    look = services.look_around(by=None, engagement=engagement, place=plan.FolderSource(path="/srv"))
    answer(
        acted, BrowseReport(entries=[Entry(name="may", kind="folder"), Entry(name=LONG, kind="file", size=9)])
    )
    waiting = services.look_around(by=None, engagement=engagement, place=plan.PostgresSource(dsn="secret:x"))
    asked = make_source(engagement, "/srv/asked.csv")
    services.preview(by=None, source=asked)
    told = {f"source {source}": source.get_absolute_url() for source in (good, bad, labelled, asked)}
    plain = {
        name: address(name, engagement) for name in ("sources", "datasets", "source-new", "upload", "browse")
    }
    return {
        **told,
        **plain,
        "database": plain["source-new"] + "?kind=postgres",
        "dataset": frozen.get_absolute_url(),
        "look": address("look", engagement, look=look.pk),
        "look, waiting": address("look", engagement, look=waiting.pk),
        "source-edit": address("source-edit", engagement, source=bad.pk),
        "dataset-new": address("dataset-new", engagement, source=good.pk),
        "dataset-new, typed": address("dataset-new", engagement, source=labelled.pk),
        "dataset-edit": address("dataset-edit", engagement, dataset=open_one.pk),
        "dataset-edit, frozen": address("dataset-edit", engagement, dataset=frozen.pk),
    }


@pytest.mark.parametrize(("width", "scheme"), LOOKS)
def test_pages_are_accessible_fit_the_window_and_keep_the_policy(
    browser, live_server, pages, member, width: int, scheme: str
) -> None:
    someone = visitor(browser, live_server.url, viewport={"width": width, "height": 900}, color_scheme=scheme)
    someone.sign_in(member.user)
    wrong = []
    for name, path in pages.items():
        someone.visit(path)
        found = Axe().run(someone.page).response["violations"]
        wrong += [f"{name}: {item['id']}: {item['nodes'][0]['html'][:120]}" for item in found]
        if not someone.page.evaluate(NARROWER):
            wrong.append(f"{name}: wider than the window")
    someone.context.close()
    assert [*wrong, *someone.complaints] == []


def upload(someone: Visitor, engagement, tmp_path: Path) -> None:
    file = tmp_path / "cases.csv"
    file.write_text("text,label\nhello,a\n")
    someone.visit(address("sources", engagement))
    someone.page.click("text=New source")
    someone.page.set_input_files("[name=file]", file)
    someone.page.click("text=Upload and test")
    expect(someone.page.get_by_text("The site has been asked.")).to_be_visible()


def make(someone: Visitor) -> None:
    someone.page.click("text=New dataset")
    someone.page.fill("[name=name]", "cases")
    someone.page.get_by_label("Role of text").select_option("input")
    someone.page.get_by_label("Role of label").select_option("reference")
    someone.page.get_by_role("button", name="Condition").click()
    expect(someone.page.locator(".condition")).to_have_count(2)
    someone.page.click("text=Make dataset")
    expect(someone.page.get_by_text("cases is ready for an evaluation.")).to_be_visible()
    assert Dataset.objects.get().roles["reference"] == "label"


def test_from_an_upload_to_a_dataset_the_page_follows_the_site(
    browser, live_server, acted, here, member, tmp_path: Path
) -> None:
    someone = visitor(browser, live_server.url)
    someone.sign_in(member.user)
    upload(someone, member.engagement, tmp_path)
    answer(acted, report("text", "label"))
    expect(someone.page.get_by_text("Reads as CSV: 2 columns, 10 rows.")).to_be_visible()
    make(someone)
    someone.context.close()
    assert someone.complaints == []


def test_the_same_works_without_javascript(browser, live_server, acted, here, member, tmp_path: Path) -> None:
    someone = visitor(browser, live_server.url, java_script_enabled=False)
    someone.sign_in(member.user)
    upload(someone, member.engagement, tmp_path)
    answer(acted, report("text", "label"))
    someone.page.reload()
    expect(someone.page.get_by_text("Reads as CSV: 2 columns, 10 rows.")).to_be_visible()
    make(someone)
    someone.context.close()


def test_a_file_is_chosen_by_clicking_and_a_wrong_field_is_told_when_it_is_left(
    browser, live_server, acted, member
) -> None:
    someone = visitor(browser, live_server.url)
    someone.sign_in(member.user)
    someone.visit(address("browse", member.engagement))
    someone.page.click("text=Show folders")
    expect(someone.page.get_by_label("Waiting for the site")).to_be_visible()
    answer(acted, BrowseReport(entries=[Entry(name="a b.csv", kind="file", size=9)]))
    someone.page.click("text=a b.csv")
    expect(someone.page.locator("[name=path]")).to_have_value(re.compile("/northwind-bank/a b.csv$"))
    someone.page.fill("[name=path]", "a.csv")
    someone.page.locator("[name=name]").focus()
    expect(someone.page.get_by_text("Write the whole path")).to_be_visible()
    someone.context.close()
    assert someone.complaints == []
