"""From an empty Fieldwork to a verdict on one's own CSV, by nothing but the screens."""

import csv
from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from .running import Fieldwork

pytestmark = [pytest.mark.browser, pytest.mark.slow]
PATIENCE = 60_000  # milliseconds; the machine may be busy
PASSWORD = "a long enough phrase 7"


@pytest.fixture
def started(tmp_path: Path) -> Iterator[Fieldwork]:
    fieldwork = Fieldwork(tmp_path / "home")
    try:
        fieldwork.start()
        yield fieldwork
    finally:
        fieldwork.end()


@pytest.fixture
def page(browser: Browser, started: Fieldwork) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 1440, "height": 900}, base_url=started.url)
    page = context.new_page()
    page.set_default_timeout(PATIENCE)
    expect.set_options(timeout=PATIENCE)
    page.on("pageerror", lambda error: pytest.fail(str(error)))
    yield page
    context.close()


@pytest.fixture
def rows(tmp_path: Path) -> Path:
    """Sixty messages whose right answer an echo gives, and what somebody said before, half of it wrong."""
    path = tmp_path / "messages.csv"
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["message", "intent", "said before"])
        writer.writerows([f"refund {n}", f"refund {n}", f"refund {n}" if n % 2 else "?"] for n in range(60))
    return path


def fine(page: Page) -> None:
    assert Axe().run(page).response["violations"] == []


def test_a_new_person_gets_to_a_verdict(page: Page, rows: Path, address: str) -> None:
    set_up(page)
    make_engagement(page)
    upload(page, rows)
    make_dataset(page)
    keep_endpoint(page, address)
    write_evaluation(page)
    rehearse_save_and_run(page)


def set_up(page: Page) -> None:
    page.goto("/")
    page.get_by_label("Name").fill("Ada Administrator")
    page.get_by_label("E-mail").fill("ada@example.com")
    page.get_by_label("Password").first.fill(PASSWORD)
    page.locator("main button[type=submit]").click()


def make_engagement(page: Page) -> None:
    page.get_by_role("link", name="New engagement").first.click()
    page.get_by_label("Client", exact=True).fill("Northwind Bank")
    page.get_by_label("Name").fill("refund triage")
    page.get_by_role("button", name="Create engagement").click()
    expect(page.get_by_role("heading", name="refund triage")).to_be_visible()


def upload(page: Page, rows: Path) -> None:
    page.get_by_role("link", name="Data", exact=True).click()
    page.get_by_role("link", name="New source").click()
    page.get_by_label("File").set_input_files(rows)
    page.get_by_role("button", name="Upload and test").click()
    expect(page.get_by_text("said before").first).to_be_visible()  # a column, so the site has opened it
    fine(page)


def make_dataset(page: Page) -> None:
    page.get_by_role("link", name="New dataset").click()
    page.get_by_label("Name").fill("all messages")
    page.get_by_label("message").select_option("input")
    page.get_by_label("intent").select_option("reference")
    page.get_by_role("button", name="Make dataset").click()
    expect(page.get_by_role("heading", name="all messages")).to_be_visible()
    fine(page)


def keep_endpoint(page: Page, address: str) -> None:
    page.get_by_role("link", name="Endpoints", exact=True).click()
    page.get_by_role("link", name="New endpoint").first.click()
    page.get_by_label("Name", exact=True).fill("echo")
    page.get_by_label("Address").fill(f"{address}/v1")
    page.get_by_label("Model", exact=True).fill("echo")
    page.get_by_role("button", name="Keep endpoint").click()
    page.get_by_role("button", name="Try it").click()
    expect(page.get_by_text("answered").first).to_be_visible()
    fine(page)


def write_evaluation(page: Page) -> None:
    page.get_by_role("link", name="Engagements", exact=True).first.click()
    page.get_by_role("link", name="refund triage").click()
    page.get_by_role("link", name="Pilot", exact=True).click()
    page.get_by_role("link", name="Write the first one").click()
    page.get_by_label("Name").first.fill("echoed")
    page.get_by_label("Dataset").select_option(label="all messages")
    page.get_by_role("textbox", name="Prompt optional", exact=True).fill("{{ mesage }}")
    target = page.get_by_role("group", name="Target 1")
    target.get_by_label("Name").fill("echo")
    target.get_by_label("What it is").select_option(label="echo (echo)")
    page.get_by_role("button", name="Add a target").click()
    second = page.get_by_role("group", name="Target 2")
    second.get_by_label("Name").fill("before")
    second.get_by_label("What it is").select_option("recorded")
    second.get_by_label("Column with the answers").fill("said before")
    criterion = page.get_by_role("group", name="Criterion 1")
    criterion.get_by_label("Target").fill("echo")
    criterion.get_by_label("Metric").select_option("exact")
    criterion.get_by_label("Threshold").fill("90 %")
    page.get_by_role("button", name="Save", exact=True).last.click()
    expect(page.get_by_text("did you mean 'message'?")).to_be_visible()
    fine(page)
    page.get_by_role("textbox", name="Prompt optional", exact=True).fill("{{ message }}")


def rehearse_save_and_run(page: Page) -> None:
    page.get_by_role("button", name="Dry run").click()
    expect(page.get_by_text("A run would have")).to_be_visible()
    expect(page.get_by_text("message 8").first).to_be_visible()  # the length; the text stays at the site
    page.get_by_role("button", name="Save", exact=True).last.click()
    page.get_by_role("button", name="Start a run").click()
    expect(page.get_by_role("heading", name="Success criteria")).to_be_visible()
    expect(page.get_by_text("met", exact=True).first).to_be_visible()
    fine(page)
