"""A real Chromium against a live server. Debian's package, driven by Playwright."""

import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from apps.accounts.models import User
from tests.e2e.chrome import ARGS, chromium
from tests.factories import PASSWORD


@pytest.fixture(scope="module")  # Playwright's loop must not outlive the tests that need it
def browser() -> Iterator[Browser]:
    path = chromium()
    if path is None:
        pytest.skip("Chromium is not installed")
    # Playwright's loop lives in the thread of the tests, which talk to the database like any other test
    before = os.environ.get("DJANGO_ALLOW_ASYNC_UNSAFE")
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
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
        self.page.wait_for_url("**/engagements/")

    def visit(self, path: str) -> None:
        self.page.goto(self.address + path)

    def overflows(self) -> bool:
        """Whether the page is wider than its window."""
        wide: bool = self.page.evaluate("document.documentElement.scrollWidth > window.innerWidth")
        return wide


def visitor(browser: Browser, address: str, **options: Any) -> Visitor:
    """A new window; `options` as of Playwright's `new_context`, such as color_scheme or java_script_enabled."""
    context = browser.new_context(**options)
    someone = Visitor(context, context.new_page(), address)
    someone.page.on("pageerror", lambda error: someone.complaints.append(str(error)))
    someone.page.on(
        "console",
        lambda message: (
            someone.complaints.append(message.text) if message.type in {"error", "warning"} else None
        ),
    )
    return someone
