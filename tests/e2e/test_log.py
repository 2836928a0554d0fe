"""The log's one line at work in a browser: by keyboard alone, from anywhere."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.urls import reverse
from playwright.sync_api import expect

from apps.accounts.models import Role
from apps.engagements.models import Action, Engagement, Item, LogEntry
from tests.factories import make_client, make_engagement, make_member, make_user

from .browser import Visitor, visitor

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def engagement(db: None) -> Engagement:
    made = make_engagement(client=make_client("Northwind Bank"), name="support-triage")
    make_member(made, user=make_user(name="Maria Lindqvist", email="maria@example.com"))
    return made


@pytest.fixture
def someone(browser, live_server, engagement) -> Visitor:
    made = visitor(browser, live_server.url)
    made.sign_in(make_user(Role.ADMIN, name="Ada Administrator"))
    yield made
    assert made.complaints == []
    made.context.close()


def test_a_line_is_previewed_saved_shown_and_undone_without_leaving_the_page(someone, engagement) -> None:
    page = someone.page
    someone.visit(reverse("log:engagement", args=[engagement.pk]))
    page.keyboard.press("l")
    assert page.evaluate("document.activeElement.id") == "log-line"
    page.keyboard.type("/blocker No VPN yet #access 2h")
    page.wait_for_selector("#log-preview .badge >> text=Blocker")
    page.wait_for_selector("#log-preview >> text=2h of work")
    assert Axe().run(page).response["violations"] == []
    page.keyboard.press("Enter")
    page.wait_for_selector("#toasts >> text=L-1 is written down")
    page.wait_for_selector("#log-rows >> text=No VPN yet")
    assert page.input_value("#log-line") == ""
    assert page.evaluate("document.activeElement.id") == "log-line"
    page.click("#toasts >> text=Undo")
    page.wait_for_selector("#toasts >> text=L-1 is removed")
    page.wait_for_selector("#log-rows >> text=No VPN yet", state="detached")
    assert LogEntry.objects.get().removed_at is not None
    expect(page.locator("#log-line")).to_have_value("/blocker No VPN yet #access 2h")
    expect(page.locator("#log-line")).to_be_focused()
    page.click("#toasts >> text=Restore")
    page.wait_for_selector("#log-rows >> text=No VPN yet")
    expect(page.locator("#log-line")).to_have_value("")


def test_what_cannot_be_understood_is_marked_and_stays_typed(someone, engagement) -> None:
    page = someone.page
    someone.visit(reverse("log:engagement", args=[engagement.pk]))
    page.keyboard.press("l")
    page.keyboard.type("/risk hihg The vendor stops")
    page.wait_for_selector(".log-wrong >> text=hihg")
    with page.expect_response(lambda answer: answer.request.headers.get("hx-target") == "log-box"):
        page.keyboard.press("Enter")
    page.wait_for_selector("#log-preview >> text=Did you mean high?")
    assert page.input_value("#log-line") == "/risk hihg The vendor stops"
    assert Axe().run(page).response["violations"] == []
    assert not Item.objects.filter(kind="risk").exists()


def test_people_are_completed_by_keyboard(someone, engagement) -> None:
    page = someone.page
    someone.visit(engagement.get_absolute_url())
    page.keyboard.press("l")
    page.keyboard.type("/action @lind")
    page.wait_for_selector("#log-words [role=option] >> text=Maria Lindqvist")
    assert Axe().run(page).response["violations"] == []
    page.keyboard.press("Enter")
    page.keyboard.type("fri Send the contract")
    page.wait_for_selector("#log-preview >> text=for Maria Lindqvist")
    page.keyboard.press("Enter")
    page.wait_for_selector("#toasts >> text=A-1 is written down")
    page.wait_for_selector("#lately >> text=Send the contract")
    assert Action.objects.get().owner.name == "Maria Lindqvist"


def test_a_line_that_was_undone_waits_while_another_is_being_typed(someone, engagement) -> None:
    page = someone.page
    someone.visit(reverse("log:engagement", args=[engagement.pk]))
    page.fill("#log-line", "First")
    page.keyboard.press("Enter")
    page.wait_for_selector("#toasts >> text=L-1 is written down")
    page.fill("#log-line", "Second")
    page.click("#toasts >> text=Undo")
    page.wait_for_selector("#toasts >> text=L-1 is removed")
    expect(page.locator("#log-line")).to_have_value("Second")
    page.click("#toasts >> text=Write it again")
    expect(page.locator("#log-line")).to_have_value("First\nSecond")


def test_a_line_undone_on_a_page_without_the_box_is_written_again_in_the_dialog(someone, engagement) -> None:
    page = someone.page
    someone.visit("/engagements/")
    page.keyboard.press("l")
    page.wait_for_selector("#dialog[open] #log-line:focus")
    page.keyboard.type("First line")
    page.keyboard.press("Enter")
    page.wait_for_selector("#toasts >> text=L-1 is written down")
    page.wait_for_selector("#dialog", state="hidden")
    page.click("#toasts >> text=Undo")
    page.wait_for_selector("#toasts >> text=L-1 is removed")
    page.click("#toasts >> text=Write it again")
    page.wait_for_selector("#dialog[open] #log-line:focus")
    expect(page.locator("#log-line")).to_have_value("First line")


@pytest.mark.parametrize("key", ["Tab", "Enter"])
def test_commands_are_completed_at_the_beginning_of_the_line_alone(someone, engagement, key: str) -> None:
    page = someone.page
    someone.visit(reverse("log:engagement", args=[engagement.pk]))
    page.keyboard.press("l")
    page.keyboard.type("/")
    words = page.locator("#log-words [role=option]")
    expect(words).to_have_count(13)
    expect(words.filter(has_text="/risk")).to_contain_text("low, medium or high")
    assert Axe().run(page).response["violations"] == []
    page.keyboard.type("ri")
    expect(words).to_have_count(1)
    page.keyboard.press(key)
    expect(page.locator("#log-line")).to_have_value("/risk ")
    expect(page.locator("#log-line")).to_be_focused()
    page.keyboard.type("high 1/")
    expect(page.locator("#log-words")).to_be_hidden()
    page.keyboard.type("2 of them")
    page.keyboard.press("Enter")
    page.wait_for_selector("#toasts >> text=R-1 is written down")
    page.wait_for_selector("#log-rows >> text=1/2 of them")


def test_the_line_opens_from_anywhere_and_a_letter_in_a_field_is_a_letter(someone, engagement) -> None:
    page = someone.page
    someone.visit("/engagements/")
    page.focus("[name=q]")
    page.keyboard.type("l")
    assert page.locator("#dialog[open]").count() == 0
    page.evaluate("document.activeElement.blur()")
    page.keyboard.press("l")
    page.wait_for_selector("#dialog[open] #log-line:focus")
    assert page.input_value("#log-place") == "Northwind Bank · support-triage"
    page.keyboard.type("First line")
    page.keyboard.press("Shift+Enter")
    page.keyboard.type("second line")
    assert Axe().run(page).response["violations"] == []
    page.keyboard.press("Enter")
    page.wait_for_selector("#toasts >> text=L-1 is written down")
    page.wait_for_selector("#dialog", state="hidden")
    assert LogEntry.objects.get().text == "First line\nsecond line"


def test_without_javascript_a_page_takes_the_line(browser, live_server, engagement) -> None:
    plain = visitor(browser, live_server.url, java_script_enabled=False)
    plain.sign_in(make_user(Role.ADMIN))
    plain.visit(reverse("log:engagement", args=[engagement.pk]))
    plain.page.fill("#log-line", "/decision Use the replica")
    plain.page.click("#log-box button:has-text('Log')")
    plain.page.wait_for_selector("text=L-1 is written down")
    plain.page.wait_for_selector("#log-rows >> text=Use the replica")
    plain.visit(reverse("log:new"))
    plain.page.fill("#log-line", "/blcker x")
    plain.page.click("#log-box button:has-text('Log')")
    plain.page.wait_for_selector("text=Did you mean /blocker?")
    assert plain.page.input_value("#log-line") == "/blcker x"
    plain.context.close()


def test_on_a_page_of_no_engagement_the_line_opens_again_and_keeps_what_was_typed(someone: Visitor) -> None:
    someone.visit("/inbox/")
    page = someone.page
    line = page.locator("#log-line")
    for _ in range(2):
        page.keyboard.press("l")
        expect(line).to_be_focused()
        expect(line).to_have_value("")
        line.fill("called the bank")
        page.keyboard.press("Escape")
        expect(line).to_be_hidden()
        page.keyboard.press("l")
        expect(line).to_have_value("called the bank")
        page.keyboard.press("Enter")
        expect(page.locator("#dialog")).to_be_hidden()
        expect(page.locator("#toasts")).to_contain_text("is written down")
