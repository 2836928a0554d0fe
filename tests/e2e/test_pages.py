"""The screens of people and engagements, as a browser shows them."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.urls import reverse

from apps.accounts import services as accounts
from apps.accounts.models import Role, User
from apps.engagements import services as engagements
from apps.engagements.models import Engagement, Member, MemberRole
from tests.factories import make_client, make_engagement, make_member, make_user

from .browser import visitor

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
LOOKS = [(1440, "light"), (1440, "dark"), (390, "light"), (390, "dark")]
LONG = "Wolfeschlegelsteinhausenbergerdorff and Sons International Holdings of Somewhere"


@pytest.fixture
def engagement(db: None) -> Engagement:
    """An engagement in mid-course, with members of every kind, and 60 others around it."""
    others = make_client(LONG)
    for number in range(60):
        make_engagement(client=others, name=f"{'a' * 80} {number}")
    made = make_engagement(client=make_client("Northwind Bank"), name="support-triage")
    engagements.set_stage(by=None, engagement=made, stage="pilot")
    make_member(made, MemberRole.LEAD, user=make_user(name="Field Engineer", email="fde@example.com"))
    make_member(made, MemberRole.VIEWER, user=make_user(Role.CLIENT, email="client@example.com"))
    make_member(made, user=make_user(name=LONG, email=f"{'long.' * 20}@example.com".replace(".@", "@")))
    for email in ("new@example.com", f"{'invited.' * 12}@example.com".replace(".@", "@")):
        engagements.invite(by=None, engagement=made, email=email, role="viewer")
    make_user(password=None, name="Invited")
    accounts.deactivate(by=None, user=make_user(name="Gone"))
    return made


@pytest.fixture
def admin(db: None) -> User:
    return make_user(Role.ADMIN, name="Ada Administrator")


# What the assets of the API's documentation bring along: a main landmark inside of ours.
THEIRS = {"/developers/": ("landmark-main-is-top-level", "landmark-no-duplicate-main", "landmark-unique")}


def look(someone, path: str) -> list[str]:
    """What is wrong with a page: axe's findings, overflow, and the console's complaints."""
    someone.complaints.clear()
    someone.visit(path)
    found = Axe().run(someone.page).response["violations"]
    wrong = [
        f"{path}: {item['id']}: {item['nodes'][0]['html'][:120]}"
        for item in found
        if item["id"] not in THEIRS.get(path, ())
    ]
    if someone.overflows():
        wrong.append(f"{path}: wider than the window")
    return [*wrong, *(f"{path}: {text}" for text in someone.complaints)]


@pytest.mark.parametrize(("width", "scheme"), LOOKS)
def test_pages_are_accessible_fit_the_window_and_keep_the_policy(
    browser, live_server, engagement, admin, width: int, scheme: str
) -> None:
    someone = visitor(browser, live_server.url, viewport={"width": width, "height": 900}, color_scheme=scheme)
    wrong = [*look(someone, "/sign-in/"), *look(someone, reverse("accounts:password-reset"))]
    wrong += look(someone, reverse("accounts:password-reset-sent"))
    someone.sign_in(admin)
    person = Member.objects.filter(engagement=engagement).first().user
    for name, arguments in (
        ("engagements:list", []),
        ("engagements:new", []),
        ("engagements:detail", [engagement.pk]),
        ("engagements:edit", [engagement.pk]),
        ("engagements:members", [engagement.pk]),
        ("engagements:events", [engagement.pk]),
        ("engagements:member-remove", [engagement.pk, engagement.members.first().pk]),
        ("clients:list", []),
        ("clients:new", []),
        ("clients:detail", [engagement.client_id]),
        ("clients:edit", [engagement.client_id]),
        ("accounts:people", []),
        ("accounts:person-new", []),
        ("accounts:person", [person.pk]),
        ("accounts:profile", []),
        ("overview:style", []),
    ):
        wrong += look(someone, reverse(name, args=arguments))
    wrong += [text for text in look(someone, "/nothing/") if "404" not in text]  # which Chromium remarks upon
    someone.context.close()
    assert wrong == []


def test_the_first_page_of_an_empty_fieldwork_is_accessible(browser, live_server, db) -> None:
    someone = visitor(browser, live_server.url)
    assert look(someone, "/") == []
    assert someone.page.url.endswith(reverse("accounts:first-administrator"))
    someone.context.close()


def test_everything_works_without_javascript(browser, live_server, engagement, admin) -> None:
    bob = make_user(name="Bob Builder")
    someone = visitor(browser, live_server.url, java_script_enabled=False)
    page = someone.page
    someone.sign_in(admin)
    someone.visit(reverse("engagements:members", args=[engagement.pk]))
    page.select_option("[name=user]", label="Bob Builder")
    page.click("text=Add")
    page.wait_for_selector("text=Bob Builder is on this engagement")
    page.click('[aria-label="Remove Bob Builder"]')
    page.click("main button:has-text('Remove')")
    page.wait_for_selector("text=Bob Builder is no longer on this engagement")
    someone.visit(engagement.get_absolute_url())
    page.fill("#log-line", "/blocker No key to the building")
    page.click("main button:has-text('Log')")
    page.wait_for_selector("text=No key to the building")
    someone.visit(engagement.get_absolute_url())
    page.click("summary:has-text('Ada')")
    page.click("text=Dark")
    assert page.get_attribute("html", "data-theme") == "dark"
    page.click("summary:has-text('Ada')")
    page.click("text=Sign out")
    page.wait_for_url("**/sign-in/")
    someone.context.close()
    assert not Member.objects.filter(user=bob).exists()


def test_the_keyboard_reaches_the_content_first_and_sees_where_it_is(
    browser, live_server, engagement, admin
) -> None:
    someone = visitor(browser, live_server.url)
    someone.sign_in(admin)
    someone.page.keyboard.press("Tab")
    assert someone.page.inner_text(":focus") == "Skip to the content"
    outline = someone.page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
    assert outline == "solid"
    someone.page.keyboard.press("Enter")
    assert someone.page.evaluate("document.activeElement.id") == "main"
    someone.context.close()


def test_htmx_shows_a_refusal_as_a_notice(browser, live_server, engagement, admin) -> None:
    """An error of a fragment must not replace what is on the page."""
    someone = visitor(browser, live_server.url)
    someone.sign_in(admin)
    someone.page.evaluate("htmx.ajax('GET', '/nothing/', {target: 'h1'})")
    someone.page.wait_for_selector("#toasts .toast-error")
    assert someone.page.inner_text("h1") == "Today"
    someone.page.click('[aria-label="Dismiss"]')
    assert someone.page.locator("#toasts .toast-error").count() == 0
    someone.context.close()
