"""The screens of delivery, as a browser shows them, and the inbox from the keyboard."""

from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from apps.accounts.models import Role, User
from apps.delivery import services
from apps.delivery.models import InboxEntry, Mail
from apps.engagements.notices import About
from tests.e2e.browser import browser, visitor
from tests.e2e.conftest import no_lasting_connections
from tests.e2e.test_pages import LONG, LOOKS, look
from tests.factories import make_client, make_engagement, make_member, make_user

from .told import action, tell_of

__all__ = ["browser", "no_lasting_connections"]
pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
KINDS = [About.MENTION, About.ASSIGNMENT, About.APPROVAL, About.COMMENT, About.DUE, About.GATE]
WORDS = {
    About.MENTION: "Tom Weber mentioned you in {}",
    About.ASSIGNMENT: "Tom Weber gave you {}",
    About.APPROVAL: "Maria Lindqvist asks you to approve {}",
    About.COMMENT: "Tom Weber commented on {}",
    About.DUE: "{} is due tomorrow",
    About.GATE: "{} was passed by Maria Lindqvist",
}
TITLES = ["Send the sample of 500 tickets", "Sign the processing agreement", "Data access for the pilot"]


def tell_many(admin: User, number: int) -> None:
    """So many notices on two engagements, over a few days, the older ones read."""
    bank = make_engagement(client=make_client("Northwind Bank"), name="support-triage")
    other = make_engagement(client=make_client(LONG), name="document intake")
    make_member(bank, user=admin)
    for n in range(number):
        kind, engagement = KINDS[n % 6], other if n % 5 == 4 else bank
        item = action(engagement, title="x" * 190 if n == 7 else f"{TITLES[n % 3]} {n}")
        tell_of(item, admin, kind, WORDS[kind].format(item))
    for n, entry in enumerate(InboxEntry.objects.filter(to=admin).order_by("-at")):
        entry.at = timezone.now() - timedelta(hours=7 * n)
        entry.read_at = entry.at if n % 4 == 3 else None
        entry.save()


def mail_much() -> None:
    """A mail in each state."""
    said = {"kind": "notices", "text": "x", "to": "maria.lindqvist@northwind.example"}
    for n, state in enumerate(Mail.State.values):
        ended = None if state in Mail.TO_DO else timezone.now()
        failed = {"failure": "SMTPRecipientsRefused", "code": 550} if state == "refused" else {}
        failed = (
            {"failure": "ConnectionRefusedError", "attempts": 4} if state in {"queued", "failed"} else failed
        )
        times = {"ended_at": ended, "next_at": None if ended else timezone.now()}
        Mail.objects.create(subject=f"{n + 2} notices on {LONG}", state=state, **said, **times, **failed)


@pytest.mark.parametrize(("width", "scheme"), LOOKS)
def test_pages_are_accessible_fit_the_window_and_keep_the_policy(
    browser, live_server, width: int, scheme: str
) -> None:
    admin = make_user(Role.ADMIN, name="Ada Administrator")
    someone = visitor(browser, live_server.url, viewport={"width": width, "height": 900}, color_scheme=scheme)
    someone.sign_in(admin)
    wrong = [text for path in ("/inbox/", "/inbox/?show=all", "/mail/") for text in look(someone, path)]
    tell_many(admin, 60)
    mail_much()
    muted = make_engagement(client=make_client(f"{LONG} 2"), name="noisy")
    services.mute(by=admin, user=admin, engagement=muted)
    wrong += [text for path in ("/inbox/", "/inbox/?show=all") for text in look(someone, path)]
    wrong += [
        text for path in ("/mail/", "/mail/?q=nobody", "/profile/notices/") for text in look(someone, path)
    ]
    someone.context.close()
    assert wrong == []


@pytest.fixture
def admin(db: None) -> User:
    made = make_user(Role.ADMIN, name="Ada Administrator")
    tell_many(made, 4)
    InboxEntry.objects.update(read_at=None)
    return made


def unread() -> int:
    return InboxEntry.objects.filter(read_at=None).count()


def test_the_inbox_goes_by_keys(browser, live_server, admin: User) -> None:
    someone = visitor(browser, live_server.url)
    someone.sign_in(admin)
    someone.visit("/inbox/")
    page = someone.page
    newest = list(InboxEntry.objects.order_by("-at"))
    focused = page.locator(":focus")
    page.keyboard.press("j")
    expect(focused).to_have_attribute("id", f"entry-{newest[0].pk}")
    page.keyboard.press("j")
    page.keyboard.press("j")
    page.keyboard.press("k")
    expect(focused).to_have_attribute("id", f"entry-{newest[1].pk}")
    page.keyboard.press("e")
    expect(page.locator(".entry-unread")).to_have_count(3)
    expect(page.locator(".bell-count")).to_have_text("3")
    expect(focused).to_have_attribute("id", f"entry-{newest[2].pk}")
    page.keyboard.press("k")
    page.keyboard.press("u")
    expect(page.locator(".entry-unread")).to_have_count(4)
    expect(page.locator(".bell-count")).to_have_text("4")
    expect(focused).to_have_attribute("id", f"entry-{newest[1].pk}")
    assert unread() == 4
    page.keyboard.press("Enter")
    page.wait_for_url(lambda url: "/inbox/" not in url)
    assert unread() == 3
    assert someone.complaints == []
    someone.context.close()


def test_what_comes_in_rings_within_a_minute_and_not_sooner(browser, live_server, admin: User) -> None:
    someone = visitor(browser, live_server.url)
    someone.page.clock.install()
    someone.sign_in(admin)
    someone.visit("/inbox/?show=all")
    page = someone.page
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url) if "/inbox/" in request.url else None)
    page.locator(".entry-link").nth(1).focus()
    kept = page.evaluate("document.activeElement.id")
    tell_of(action(admin.memberships.get().engagement), admin, text="Something new has come")
    page.clock.run_for(55_000)
    assert asked == []
    page.clock.run_for(6_000)
    page.locator(".entry-text", has_text="Something new has come").wait_for()
    expect(page.locator(".bell-count")).to_have_text("5")
    assert page.evaluate("document.activeElement.id") == kept
    assert someone.complaints == []
    someone.context.close()


def test_who_comes_back_to_the_window_is_told_at_once(browser, live_server, admin: User) -> None:
    someone = visitor(browser, live_server.url)
    someone.page.clock.install()
    someone.sign_in(admin)
    someone.visit("/profile/")
    tell_of(action(admin.memberships.get().engagement), admin)
    someone.page.clock.run_for(20_000)
    someone.page.evaluate("window.dispatchEvent(new Event('focus'))")
    expect(someone.page.locator(".bell-count")).to_have_text("5")
    someone.context.close()


def test_who_was_signed_out_meanwhile_stays_on_the_page(browser, live_server, admin: User) -> None:
    someone = visitor(browser, live_server.url)
    someone.sign_in(admin)
    someone.visit("/profile/")
    someone.page.fill("[name=name]", "typed and not sent")
    someone.context.clear_cookies()
    with someone.page.expect_response("**/inbox/bell/") as answer:
        someone.page.evaluate("htmx.trigger(document.body, 'look')")
    assert answer.value.status == 204
    assert someone.page.input_value("[name=name]") == "typed and not sent"
    someone.context.close()


def test_it_works_without_javascript(browser, live_server, admin: User) -> None:
    someone = visitor(browser, live_server.url, java_script_enabled=False)
    someone.sign_in(admin)
    someone.visit("/inbox/")
    page = someone.page
    page.locator(".entry-mark").first.click()
    assert (page.locator(".entry-unread").count(), unread()) == (3, 3)
    page.get_by_role("button", name="Mark all as read").click()
    assert "You have read everything" in page.content()
    assert unread() == 0
    someone.context.close()
