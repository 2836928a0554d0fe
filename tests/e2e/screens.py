"""Every screen as a picture: light and dark, 1440 and 390 px wide; the best ones for the README.

    make screens [ARGS="--folder /tmp/screens"]

Starts a Fieldwork of its own with the demo and waits for its pilot. Without --folder only the README's pictures are
written, below docs/screens.
"""

import argparse
import json
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page, sync_playwright

from apps.config import runtime
from apps.config.environment import ROOT
from tests.benchmarks.fieldwork import fieldwork, manage
from tests.e2e.chrome import ARGS, chromium

FIND = """
import json
from apps.pilots.models import Run
run = Run.objects.select_related("evaluation").order_by("created_at").first()
print(json.dumps(run and dict(
    state=run.state, run=str(run.pk), evaluation=str(run.evaluation_id), engagement=str(run.evaluation.engagement_id)
)))
"""
README = {
    ("run", 1440, "light"): "run-light",
    ("run", 1440, "dark"): "run-dark",
    ("run", 390, "light"): "run-narrow",
}
HEIGHT = 1000


@contextmanager
def chrome() -> Iterator[Browser]:
    path = chromium()
    if path is None:
        raise SystemExit("Chromium is not installed (on Debian: apt install chromium)")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=ARGS)
        try:
            yield browser
        finally:
            browser.close()


def finished_run(home: Path) -> dict[str, Any]:
    """The demo's run, once it is over."""
    while True:
        found = json.loads(manage(home, "shell", "-v", "0", "-c", FIND).stdout)
        if found and found["state"] not in ("queued", "running"):
            return dict(found)
        time.sleep(1)


def sign_in(page: Page, base: str, person: dict[str, str]) -> None:
    page.goto(f"{base}/sign-in/")
    page.locator("input[name=username], input[name=email]").first.fill(person["email"])
    page.locator("input[type=password]").fill(person["password"])
    page.locator("main button[type=submit]").click()
    page.wait_for_url(lambda url: "sign-in" not in url)


def addresses(found: dict[str, Any]) -> dict[str, str]:
    return {
        "engagements": "/engagements/",
        "engagement": f"/engagements/{found['engagement']}/",
        "run": f"/runs/{found['run']}/",
        "samples": f"/runs/{found['run']}/samples/",
        "evaluation": f"/evaluations/{found['evaluation']}/",
        "runs": "/runs/",
        "people": "/people/",
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--folder", type=Path, help="write every screen here instead of the README's")
    options = parser.parse_args()
    with (
        tempfile.TemporaryDirectory(prefix="fieldwork-screens-") as name,
        fieldwork(Path(name), "--what=screens") as home,
        chrome() as browser,
    ):
        found = finished_run(home)
        people = json.loads((home / "keys" / "people.json").read_text())
        admin = next(person for person in people if person["role"] == "admin")
        base = runtime.read(home)["web"]
        for scheme in ("light", "dark"):
            for width in (1440, 390):
                context = browser.new_context(
                    viewport={"width": width, "height": HEIGHT}, color_scheme=scheme
                )
                page = context.new_page()
                sign_in(page, base, admin)
                for screen, address in addresses(found).items():
                    shot(page, base + address, (screen, width, scheme), options.folder)
                context.close()


def shot(page: Page, address: str, which: tuple[str, int, str], folder: Path | None) -> None:
    if folder is None and which not in README:
        return
    page.goto(address)
    page.wait_for_load_state("load")
    if folder is None:
        page.screenshot(path=ROOT / "docs" / "screens" / f"{README[which]}.png")
    else:
        page.screenshot(path=folder / f"{'-'.join(map(str, which))}.png", full_page=True)


if __name__ == "__main__":
    main()
