"""Everything goes by keys."""

from urllib.parse import urlsplit

import pytest
from playwright.sync_api import expect

from apps.accounts.models import Role
from tests.factories import make_engagement, make_user

from .browser import browser, visitor
from .conftest import no_lasting_connections

__all__ = ["browser", "no_lasting_connections"]
pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def someone(browser, live_server):
    visiting = visitor(browser, live_server.url)
    visiting.sign_in(make_user(Role.MANAGER))
    return visiting


def test_two_keys_go_and_one_shows_them_all(someone) -> None:
    page = someone.page
    someone.visit("/inbox/")
    for keys, address in (("gp", "/portfolio/"), ("gt", "/"), ("ge", "/engagements/"), ("gi", "/inbox/")):
        for key in keys:
            page.keyboard.press(key)
        page.wait_for_url(lambda url, address=address: urlsplit(url).path == address)
    page.keyboard.press("?")
    expect(page.get_by_role("heading", name="Keys")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("heading", name="Keys")).to_be_hidden()


def test_the_palette_finds_and_goes_without_a_mouse(someone) -> None:
    engagement = make_engagement(name="referral triage")
    make_engagement(name="referral letters")
    page = someone.page
    someone.visit("/inbox/")
    page.keyboard.press("Control+k")
    line = page.get_by_role("combobox", name="Find")
    expect(line).to_be_focused()
    line.type("referral")
    options = page.locator("#palette-hits").get_by_role("option")
    expect(options.first).to_contain_text("referral letters", timeout=10_000)
    expect(options.first).to_have_attribute("aria-selected", "true")
    page.keyboard.press("ArrowDown")
    expect(options.nth(1)).to_have_attribute("aria-selected", "true")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**{engagement.get_absolute_url()}")


def test_keys_do_nothing_while_one_types(someone) -> None:
    page = someone.page
    someone.visit("/portfolio/")
    page.get_by_role("searchbox", name="Engagement, client or lead").type("gt?l/")
    assert page.url.endswith("/portfolio/") or "q=" in page.url
    expect(page.get_by_role("heading", name="Keys")).to_be_hidden()
