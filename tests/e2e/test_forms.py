"""Forms, dialogs and lists at work in a browser."""

import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.urls import reverse

from apps.accounts.models import Role, User
from apps.engagements.models import Engagement, Member, MemberRole
from tests.factories import PASSWORD, make_client, make_engagement, make_member, make_user

from .browser import Visitor, visitor

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
COLD = 150_000  # bytes of the first page after sign-in, as they come over the wire


@pytest.fixture
def admin(db: None) -> User:
    return make_user(Role.ADMIN, name="Ada Administrator")


@pytest.fixture
def someone(browser, live_server, admin) -> Visitor:
    made = visitor(browser, live_server.url)
    made.sign_in(admin)
    yield made
    assert made.complaints == []
    made.context.close()


def test_a_field_is_checked_as_soon_as_it_is_left_and_what_was_typed_stays(someone: Visitor) -> None:
    page = someone.page
    someone.visit(reverse("engagements:new"))
    page.fill("[name=client]", "\u0085 ")
    page.focus("[name=name]")
    page.wait_for_selector("#id_client_error")
    assert page.get_attribute("#id_client", "aria-invalid") == "true"
    assert "id_client_error" in page.get_attribute("#id_client", "aria-describedby")
    assert page.evaluate("document.activeElement.id") == "id_name"
    page.fill("[name=client]", "Northwind")
    page.focus("[name=name]")
    page.wait_for_selector("#id_client_error", state="detached")
    assert page.get_attribute("#id_client", "aria-invalid") is None
    assert page.input_value("[name=client]") == "Northwind"
    assert not Engagement.objects.exists()


def test_a_question_opens_as_a_dialog_and_escape_keeps_everything(someone: Visitor) -> None:
    page, member = someone.page, make_member(make_engagement(), user=make_user(name="Bob Builder"))
    someone.visit(reverse("engagements:members", args=[member.engagement_id]))
    page.click('[aria-label="Remove Bob Builder"]')
    page.wait_for_selector("dialog[open] >> text=Remove Bob Builder?")
    assert page.evaluate("document.activeElement.textContent") == "Cancel"
    assert Axe().run(page).response["violations"] == []
    page.keyboard.press("Escape")
    page.wait_for_selector("#dialog", state="hidden")
    assert page.evaluate("document.activeElement.getAttribute('aria-label')") == "Remove Bob Builder"
    page.click('[aria-label="Remove Bob Builder"]')
    page.click("dialog a:has-text('Cancel')")
    page.wait_for_selector("#dialog", state="hidden")
    assert page.url.endswith("/members/")
    assert Member.objects.filter(pk=member.pk).exists()
    page.click('[aria-label="Remove Bob Builder"]')
    page.click("dialog button:has-text('Remove')")
    page.wait_for_selector("text=Bob Builder is no longer on this engagement")
    assert not Member.objects.filter(pk=member.pk).exists()


def test_a_role_changes_in_place(someone: Visitor) -> None:
    page, member = someone.page, make_member(make_engagement(), user=make_user(name="Bob Builder"))
    someone.visit(reverse("engagements:members", args=[member.engagement_id]))
    for label, role in (("Viewer", MemberRole.VIEWER), ("Lead", MemberRole.LEAD)):  # with the new version
        page.select_option('[aria-label="Role of Bob Builder here"]', label=label)
        page.wait_for_selector(f"#toasts >> text=Bob Builder is now {label} here")
        member.refresh_from_db()
        assert member.role == role


def test_a_list_narrows_while_typing(someone: Visitor) -> None:
    page = someone.page
    for name in ("Northwind", "Contoso"):
        make_engagement(client=make_client(name))
    for address in ("/clients/", "/engagements/"):
        someone.visit(address)
        page.type("main [name=q]", "north")
        page.wait_for_selector("text=Contoso", state="detached")
        assert page.locator("text=Northwind").count()
        assert "q=north" in page.url
        assert page.evaluate("document.activeElement.name") == "q"


def test_an_invitation_lets_somebody_in_from_link_to_engagement(
    browser, live_server, someone: Visitor
) -> None:
    page, engagement = someone.page, make_engagement(name="support-triage")
    someone.visit(reverse("engagements:members", args=[engagement.pk]))
    page.fill("[name=email]", "nell@example.com")
    page.click("button:has-text('Invite')")
    link = page.input_value("#link")
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.click("button:has-text('Copy')")
    page.wait_for_selector("text=Copied")
    assert page.evaluate("navigator.clipboard.readText()") == link
    guest = visitor(browser, live_server.url, viewport={"width": 390, "height": 800})
    guest.visit(re.sub(r"^https?://[^/]+", "", link))
    assert Axe().run(guest.page).response["violations"] == []
    assert not guest.overflows()
    guest.page.fill("[name=name]", "Nell")
    guest.page.fill("[name=password]", PASSWORD)
    guest.page.click("button:has-text('Join')")
    guest.page.wait_for_selector("text=Welcome to support-triage")
    assert guest.complaints == []
    guest.context.close()


def test_an_explanation_opens_and_closes_by_keyboard(someone: Visitor) -> None:
    page = someone.page
    someone.visit(reverse("overview:style"))
    page.focus("[popovertarget=tip-mark]")
    page.keyboard.press("Enter")
    page.wait_for_selector("#tip-mark:popover-open")
    tip, mark = (
        page.locator("#tip-mark").bounding_box(),
        page.locator("[popovertarget=tip-mark]").bounding_box(),
    )
    assert abs(tip["y"] - mark["y"]) < 80, "beside its word"
    page.keyboard.press("Escape")
    page.wait_for_selector("#tip-mark", state="hidden")


def test_a_dialog_of_the_page_opens_and_without_javascript_leads_to_a_page(
    browser, live_server, someone: Visitor, admin: User
) -> None:
    someone.visit(reverse("overview:style"))
    someone.page.click("[data-dialog]")
    someone.page.wait_for_selector("#style-dialog[open]")
    someone.page.click("#style-dialog [data-close]")
    someone.page.wait_for_selector("#style-dialog", state="hidden")
    plain = visitor(browser, live_server.url, java_script_enabled=False)
    plain.sign_in(admin)
    plain.visit(reverse("overview:style"))
    plain.page.click("[data-dialog]")
    plain.page.wait_for_selector("text=Remove the snapshot?")
    plain.context.close()


@pytest.mark.parametrize("width", [390, 720, 1024, 1920])
def test_the_style_page_fits_every_window(someone: Visitor, width: int) -> None:
    someone.page.set_viewport_size({"width": width, "height": 900})
    someone.visit(reverse("overview:style"))
    assert not someone.overflows()


def test_the_style_page_prints_without_buttons_and_with_every_row(someone: Visitor) -> None:
    someone.visit(reverse("overview:style"))
    someone.page.emulate_media(media="print")
    assert not someone.page.is_visible("button:has-text('Primary')")
    assert not someone.page.is_visible("header.top")
    tall = someone.page.locator(".table-tall").evaluate("e => e.scrollHeight - e.clientHeight")
    assert tall <= 1


def test_the_first_page_after_sign_in_is_light_and_does_not_jump(browser, live_server, admin: User) -> None:
    for number in range(60):
        make_engagement(client=make_client(f"Client {number}"))
    first = visitor(browser, live_server.url)
    first.sign_in(admin)
    cookies = first.context.cookies()
    first.context.close()
    cold = visitor(browser, live_server.url)
    cold.context.add_cookies(cookies)
    received: list[int] = []
    cold.page.on("response", lambda answer: received.append(len(answer.body())))
    cold.page.goto(cold.address + "/engagements/", wait_until="networkidle")
    shift = cold.page.evaluate(
        """() => new Promise((tell) => {
             let sum = 0;
             new PerformanceObserver((list) => { for (const e of list.getEntries()) sum += e.value; })
               .observe({type: "layout-shift", buffered: true});
             setTimeout(() => tell(sum), 300);
           })"""
    )
    cold.context.close()
    assert sum(received) <= COLD
    assert shift == 0
