"""The demo's storyline: told through the services, chapter by chapter, and removed the same way."""

import json
import sys
import time
from argparse import ArgumentParser
from pathlib import Path
from typing import Any
from uuid import UUID

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import OperationalError, connection
from django.utils import timezone

from apps.core.errors import Refused
from apps.demo import files, people, selectors, services
from apps.demo.models import Chapter, Story
from apps.demo.practice_address import answering
from apps.dispatch import places
from apps.dispatch.models import Site

PATIENCE = 15.0  # seconds for a site to hear that its runs are cancelled, and to say that nothing is in hand


class Command(BaseCommand):
    help = "Tell the demo's storyline, safe to repeat; prints its people as JSON. Or remove what it has made."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--stage",
            choices=Chapter.values,
            help="scoping: three engagements before any pilot; pilot: the first runs; live: everything. "
            "Never goes back. Default: what was chosen before, or else live",
        )
        parser.add_argument(
            "--endpoint",
            help="address of the practice endpoint (…/v1), without which nothing is run. Default: where it answers",
        )
        parser.add_argument(
            "--starting", action="store_true", help="at a start: leave a removed demo removed"
        )
        parser.add_argument("--remove", action="store_true", help="remove what the demo has made")
        parser.add_argument("--yes", action="store_true", help="remove without asking")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            connection.ensure_connection()
        except OperationalError as error:
            raise CommandError("Fieldwork's database does not answer; `make run` starts it.") from error
        try:
            if options["remove"]:
                self._remove(Path(settings.HOME), sure=options["yes"])
            else:
                self._tell(Path(settings.HOME), options)
        except Refused as refused:
            if not options["starting"]:
                raise CommandError(refused.message) from refused
            self.stderr.write(f"The demo is left as it is: {refused.message}")
            known = people.told(Path(settings.HOME) / people.FILE) if selectors.story() else []
            self.stdout.write(json.dumps(known))

    def _tell(self, home: Path, options: dict[str, Any]) -> None:
        story = selectors.story()
        if options["starting"] and story is None and selectors.was_removed():
            self.stdout.write("[]")
            return
        wanted = options["stage"] or (story.wanted if story else Chapter.LIVE)
        endpoint = options["endpoint"] or answering(home)
        told = selectors.is_told(story, wanted, endpoint)
        if story is None or not told or files.missing(home, story.made["files"]):
            story = services.tell(by=None, home=home, wanted=wanted, endpoint=endpoint)
        if endpoint:
            files.note(home, endpoint)
        elif wanted != story.told and not options["starting"]:
            self.stderr.write(
                "No practice endpoint answers here; a start of Fieldwork with the demo goes on."
            )
        self.stdout.write(json.dumps(people.told(home / people.FILE)))

    def _remove(self, home: Path, *, sure: bool) -> None:
        story = selectors.story()
        if story is None:
            self.stdout.write("There is no demo here.")
            return
        if not sure and not self._agreed(story):
            raise CommandError("Nothing has been removed. (--yes removes without asking.)")
        if services.cancel_runs(by=None, story=story):
            self._await_quiet(story)
        known = story.made["files"]
        removed = services.remove(by=None, story=story)
        changed = services.remove_files(home=home, known=known, closed=removed.closed)
        for line in (*removed.kept, *changed):
            self.stdout.write(line)
        for site, runs in removed.at_sites.items():
            self._purge(site, runs)
        self.stdout.write("The demo has been removed; the audit trail stays.")

    def _agreed(self, story: Story) -> bool:
        engagements = selectors.engagements_of(story).select_related("client").order_by("client__name")
        self.stdout.write("This removes, with all that was added to them:")
        for engagement in engagements:
            runs = selectors.runs_of(story).filter(evaluation__engagement=engagement).count()
            self.stdout.write(f"  {engagement}: {engagement.evaluations.count()} evaluations, {runs} runs")
        self.stdout.write("and the demo's people, files, and what their site keeps of these runs.")
        return sys.stdin.isatty() and input("Type yes to go on: ").strip().lower() == "yes"

    def _await_quiet(self, story: Story) -> None:
        since, deadline = timezone.now(), time.monotonic() + PATIENCE
        while not services.is_quiet(story, since=since) and time.monotonic() < deadline:
            time.sleep(0.1)

    def _purge(self, site: Site, runs: list[UUID]) -> None:
        named = [word for run in runs for word in ("--run", str(run))]
        if places.is_here(site):
            places.command("purge", "--state", str(places.folder(site)), *named)
        else:
            self.stdout.write(f"Site {site} is elsewhere; there: fieldwork-site purge {' '.join(named)}")
