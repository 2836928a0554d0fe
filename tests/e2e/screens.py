"""Every screen as a picture: light and dark, 1440 and 390 px wide; the best ones for the README.

    make screens [ARGS="--folder /tmp/screens"]

Starts a Fieldwork of its own with the demo and waits for its pilot. Without --folder only the README's pictures are
written, below docs/screens.
"""

import argparse
import json
import os
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import django
from playwright.sync_api import Browser, Page, sync_playwright

from apps.config import runtime
from apps.config.environment import ROOT
from tests.benchmarks.fieldwork import fieldwork, manage
from tests.e2e.chrome import ARGS, chromium

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")
django.setup()  # for the URL resolver, which tells what pages there are

from tests.e2e.walk import address_of, pages  # noqa: E402

FIND = """
import json
from apps.accounts.models import User
from apps.catalog.models import Endpoint
from apps.engagements.models import Approval, Attachment, Comment, ExitCriterion, Item, LogEntry
from apps.pilots.models import Run
from apps.scoping.models import Baseline, ValueAssumption
runs = Run.objects.select_related("evaluation__engagement", "evaluation__dataset").order_by("created_at")
busy = runs.exclude(state__in=["done", "failed"]).exists()
told = list(runs.filter(evaluation__name="referral-departments"))
if busy or len(told) < 2:
    print("null")
else:
    first, last = told[0], told[-1]
    evaluation = last.evaluation
    items = Item.objects.filter(engagement=evaluation.engagement_id, removed_at=None).order_by("number")
    baseline = Baseline.objects.filter(use_case__in=items).first()
    use_case = baseline and baseline.use_case_id
    comment = Comment.objects.filter(item__in=items).first()
    item = comment.item if comment else items.filter(kind="action").first()
    part = ExitCriterion.objects.filter(gate__in=items).first()
    parts = dict(
        baseline=baseline, comment=comment, item=item, exit_criterion=part, gate=part and part.gate,
        attachment=Attachment.objects.filter(item=item).first(),
        approval=Approval.objects.filter(item__in=items).first(),
        assumption=ValueAssumption.objects.filter(use_case=use_case).first(),
        raid=items.filter(kind="risk").first(), request=items.filter(kind="access_request").first(),
        **{kind: items.filter(kind=kind).first() for kind in ("action", "milestone", "stakeholder", "criterion")},
    )
    parts["log entry"] = LogEntry.objects.filter(engagement=evaluation.engagement_id, kept=False).first()
    print(json.dumps(dict(
        {name: str(part.pk) for name, part in parts.items() if part}, use_case=str(use_case),
        run=str(last.pk), older=str(first.pk), evaluation=str(evaluation.pk), site=str(last.site_id),
        engagement=str(evaluation.engagement_id), client=str(evaluation.engagement.client_id),
        dataset=str(evaluation.dataset_id), source=str(evaluation.dataset.source_id),
        member=str(evaluation.engagement.members.first().pk), person=str(User.objects.earliest("created_at").pk),
        endpoint=str(Endpoint.objects.earliest("created_at").pk),
    )))
"""
README = {
    ("pilots:run", 1440, "light"): "run-light",
    ("pilots:compare", 1440, "light"): "compare-light",
    ("pilots:evaluation-edit", 1440, "dark"): "evaluation-dark",
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


def finished_run(home: Path) -> dict[str, str]:
    """Ids of the demo's objects, once its runs are over; `run` is the hospital's last one, `older` its first."""
    while True:
        found = json.loads(manage(home, "shell", "-v", "0", "-c", FIND).stdout)
        if found:
            return dict(found)
        time.sleep(1)


def sign_in(page: Page, base: str, person: dict[str, str]) -> None:
    page.goto(f"{base}/sign-in/")
    page.locator("input[name=username], input[name=email]").first.fill(person["email"])
    page.locator("input[type=password]").fill(person["password"])
    page.locator("main button[type=submit]").click()
    page.wait_for_url(lambda url: "sign-in" not in url)


def addresses(found: dict[str, str]) -> dict[str, str]:
    """Every page by its route's name, as far as the demo has what it shows."""
    known = {}
    for route in pages():
        with suppress(KeyError):
            known[route.name] = address_of(route, found, (found["older"], found["run"]))
    return known


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
    answer = page.goto(address)
    if answer is None or not answer.ok:
        raise SystemExit(f"{address} answers {answer and answer.status}; a picture of that is of no use.")
    page.wait_for_load_state("load")
    if folder is None:
        page.screenshot(path=ROOT / "docs" / "screens" / f"{README[which]}.png")
    else:
        name = "-".join(map(str, which)).replace(":", "-")
        page.screenshot(path=folder / f"{name}.png", full_page=True)


if __name__ == "__main__":
    main()
