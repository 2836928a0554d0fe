"""A real Chromium against a live server. Debian's package, driven by Playwright."""

import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, expect, sync_playwright

from apps.accounts.models import User
from tests.e2e.chrome import ARGS, chromium
from tests.factories import PASSWORD

PATIENCE = 20_000  # milliseconds until what is expected has to be there; a busy machine is no failure


@pytest.fixture(scope="module")  # Playwright's loop must not outlive the tests that need it
def browser() -> Iterator[Browser]:
    path = chromium()
    if path is None:
        pytest.skip("Chromium is not installed")
    # Playwright's loop lives in the thread of the tests, which talk to the database like any other test
    before = os.environ.get("DJANGO_ALLOW_ASYNC_UNSAFE")
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
    expect.set_options(timeout=PATIENCE)
    try:
        with sync_playwright() as playwright:
            started = playwright.chromium.launch(executable_path=path, args=ARGS)
            yield started
            started.close()
    finally:
        if before is None:
            del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


@dataclass
class Visitor:
    """Somebody at a browser. `complaints` collects what its console says: errors, and breaches of the policy."""

    context: BrowserContext
    page: Page
    address: str
    complaints: list[str] = field(default_factory=list)

    def sign_in(self, user: User) -> None:
        self.visit("/sign-in/")
        self.page.fill("[name=username]", user.email)
        self.page.fill("[name=password]", PASSWORD)
        self.page.click("main button[type=submit]")
        self.page.wait_for_url(lambda url: "/sign-in/" not in url)

    def visit(self, path: str) -> None:
        self.page.goto(self.address + path)

    def overflows(self) -> bool:
        """Whether the page is wider than its window."""
        wide: bool = self.page.evaluate("document.documentElement.scrollWidth > window.innerWidth")
        return wide


def complaint_of(message: ConsoleMessage) -> list[str]:
    """What a line of the console complains about. A check of a field that was left behind with its page is none; a
    request that fails has an event of its own."""
    left = message.text.startswith(("htmx:sendAbort", "htmx:afterRequest"))
    return [message.text] if message.type in {"error", "warning"} and not left else []


def visitor(browser: Browser, address: str, **options: Any) -> Visitor:
    """A new window; `options` as of Playwright's `new_context`, such as color_scheme or java_script_enabled."""
    context = browser.new_context(**options)
    someone = Visitor(context, context.new_page(), address)
    someone.page.on("pageerror", lambda error: someone.complaints.append(str(error)))
    someone.page.on("console", lambda message: someone.complaints.extend(complaint_of(message)))
    return someone
