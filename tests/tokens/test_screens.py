"""The screens of tokens, as a browser shows them. TOKEN_SCREENS names a folder that pictures are written to."""

import os
from datetime import timedelta
from pathlib import Path

import pytest
from django.urls import reverse
from django.utils import timezone

from apps.accounts import services as accounts
from apps.accounts.models import Role, User
from apps.engagements.models import Engagement
from apps.tokens import services
from apps.tokens.models import Token
from apps.tokens.rules import text
from tests.e2e.browser import Visitor, browser, visitor
from tests.e2e.conftest import no_lasting_connections
from tests.e2e.test_pages import LOOKS, look
from tests.factories import make_client, make_engagement, make_user
from tests.factories.tokens import make_token

__all__ = ["browser", "no_lasting_connections"]
pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
LONG = "Wolfeschlegelsteinhausenbergerdorff and Sons International Holdings"


def make_scene(admin: User) -> dict[str, str]:
    """Name of each screen → its address: tokens in every state, long names, more than a page, none at all."""
    engagement = make_engagement(client=make_client(f"{LONG} of Somewhere"), name=f"Triage of {LONG[:50]}")
    used = make_token(admin, name="laptop").token
    Token.objects.filter(pk=used.pk).update(used_at=timezone.now(), used_from="2001:db8:abcd::/48")
    make_token(admin, "log:read", name=LONG[:60], limited_to=engagement)
    ended = make_token(admin, name="old notebook", days=7).token
    Token.objects.filter(pk=ended.pk).update(expires_at=timezone.now() - timedelta(days=3))
    services.revoke(by=admin, token=make_token(admin, name="lost phone").token)
    left = make_user(name=LONG)
    make_token(left, name="left behind")
    accounts.deactivate(by=admin, user=left)
    make_token(engagement, name="nightly job")
    spare = make_user(name=f"{LONG} II")
    for number in range(50):
        make_token(spare, name=f"spare {number}")
    empty = make_engagement(name="quiet")
    new = reverse("tokens:engagement-new", args=[engagement.pk])
    return {
        "own": reverse("tokens:list"),
        "new": reverse("tokens:new"),
        "everybodys": reverse("tokens:everybodys"),
        "second-page": f"{reverse('tokens:everybodys')}?page=2",
        "nothing-found": f"{reverse('tokens:everybodys')}?q=nothing-like-it",
        "engagement": reverse("tokens:engagement", args=[engagement.pk]),
        "engagement-new": new,
        "engagement-none": reverse("tokens:engagement", args=[empty.pk]),
        "revoke": reverse("tokens:revoke", args=[used.pk]),
        "profile": reverse("accounts:profile"),
    }


def picture(someone: Visitor, name: str, width: int, scheme: str) -> None:
    if folder := os.environ.get("TOKEN_SCREENS"):
        someone.page.screenshot(path=Path(folder) / f"{name}-{width}-{scheme}.png", full_page=True)


@pytest.mark.parametrize(("width", "scheme"), LOOKS)
def test_pages_are_accessible_fit_the_window_and_keep_the_policy(
    browser, live_server, width: int, scheme: str
) -> None:
    someone = visitor(browser, live_server.url, viewport={"width": width, "height": 900}, color_scheme=scheme)
    admin = make_user(Role.ADMIN, name="Ada Administrator")
    someone.sign_in(admin)
    wrong = look(someone, reverse("tokens:list"))
    picture(someone, "own-none", width, scheme)
    for name, path in make_scene(admin).items():
        wrong += look(someone, path)
        picture(someone, name, width, scheme)
    someone.visit(reverse("tokens:new"))
    someone.page.click("text=Make token")
    someone.page.evaluate("document.querySelector('form.panel').noValidate = true")
    someone.page.click("text=Make token")
    someone.page.wait_for_selector("#id_scopes_error")
    picture(someone, "new-wrong", width, scheme)
    someone.context.close()
    assert wrong == []


@pytest.mark.parametrize(("width", "scheme"), [(1440, "light"), (390, "dark")])
def test_a_token_is_made_copied_and_revoked_in_a_browser(
    browser, live_server, width: int, scheme: str
) -> None:
    size = {"width": width, "height": 900}
    someone = visitor(browser, live_server.url, viewport=size, color_scheme=scheme)
    page = someone.page
    someone.context.grant_permissions(["clipboard-read", "clipboard-write"])
    someone.sign_in(make_user(Role.ADMIN))
    someone.visit(reverse("tokens:new"))
    page.fill("[name=name]", "laptop")
    page.check("[value='log:read']")
    page.check("[value='log:write']")
    page.wait_for_selector(".htmx-request", state="detached")  # the fields have been checked
    page.click("text=Make token")
    page.wait_for_selector("#token")
    picture(someone, "made", width, scheme)
    shown = page.input_value("#token")
    assert text.parse(shown)
    page.click("button[data-copy=token]")
    page.wait_for_selector("text=Copied")
    assert page.evaluate("navigator.clipboard.readText()") == shown
    assert not someone.overflows()
    assert shown not in page.url
    page.click("text=Done")
    page.click("text=Revoke")
    page.wait_for_selector("dialog[open]")
    picture(someone, "revoke-dialog", width, scheme)
    page.click("dialog >> button:has-text('Revoke')")
    page.wait_for_selector("text=laptop is revoked.")
    assert Token.objects.get().state == "revoked"
    assert someone.complaints == []
    someone.context.close()


def test_a_token_is_made_and_revoked_without_javascript(browser, live_server) -> None:
    someone = visitor(browser, live_server.url, java_script_enabled=False)
    page = someone.page
    someone.sign_in(make_user(Role.ADMIN))
    engagement: Engagement = make_engagement()
    someone.visit(reverse("tokens:engagement-new", args=[engagement.pk]))
    page.fill("[name=name]", "nightly")
    page.check("[value='log:write']")
    page.click("text=Make token")
    assert text.parse(page.input_value("#token"))
    page.click("text=Done")
    page.click("text=Revoke")
    page.click("main button:has-text('Revoke')")
    page.wait_for_selector("text=nightly is revoked.")
    someone.context.close()
