"""A person at the demo: opens the finished run, starts it again, watches it move, cancels and resumes it, compares."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from apps.config import runtime
from tests.benchmarks.fieldwork import fieldwork

from .screens import finished_run, sign_in

pytestmark = [pytest.mark.browser, pytest.mark.slow]
PATIENCE = 180_000  # milliseconds; the machine may be busy


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    with fieldwork(tmp_path_factory.mktemp("flow") / "home", "--what=test") as found:
        finished_run(found)
        yield found


@pytest.fixture
def page(browser: Browser, home: Path) -> Iterator[Page]:
    people = json.loads((home / "keys" / "people.json").read_text())
    context = browser.new_context(viewport={"width": 1440, "height": 900})
    page = context.new_page()
    page.set_default_timeout(PATIENCE)
    page.on("pageerror", lambda error: pytest.fail(str(error)))
    sign_in(page, runtime.read(home)["web"], next(each for each in people if each["role"] == "fde"))
    yield page
    context.close()


def test_from_the_finished_run_to_a_resumed_one(page: Page) -> None:
    page.get_by_role("link", name="Referral triage").first.click()
    page.get_by_role("link", name="referral-departments v1 run 1").click()
    expect(page.get_by_role("heading", name="Success criteria")).to_be_visible()
    assert not Axe().run(page).response["violations"]

    page.get_by_role("link", name="Run again").click()
    page.get_by_role("dialog").get_by_role("button", name="Run again").click()
    expect(page.get_by_text("Run 2 queued.")).to_be_visible()
    live = page.locator("#run-live")
    expect(live.get_by_role("progressbar").first).to_be_visible(timeout=PATIENCE)
    assert not Axe().run(page).response["violations"]
    before = float(live.get_by_role("progressbar").first.get_attribute("value") or 0)
    page.wait_for_function(
        "before => { const bar = document.querySelector('#run-live progress'); return bar && bar.value > before; }",
        arg=before,
    )

    page.get_by_role("link", name="Cancel run").click()
    page.get_by_role("dialog").get_by_role("button", name="Stop the run").click()
    expect(page.get_by_text("A cancelled run decides nothing")).to_be_visible(timeout=PATIENCE)
    page.get_by_role("button", name="Resume", exact=True).click()
    expect(page.get_by_role("heading", name="Success criteria")).to_be_visible(timeout=PATIENCE)
    assert not Axe().run(page).response["violations"]

    page.get_by_role("link", name="Compare with run 1").click()
    expect(page.get_by_role("heading", name="Difference, B − A")).to_be_visible()
    expect(page.get_by_text("samples that both have").last).to_be_visible()
    assert not Axe().run(page).response["violations"]
