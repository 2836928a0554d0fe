"""A pilot from its spec to its verdict, in the terminal, through the same services and the same site as on screen."""

import json
import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

from django.core.management.base import BaseCommand

from apps.config.supervisor.errors import StartError
from apps.config.supervisor.running import ensure_running
from apps.core.errors import Refused
from apps.dispatch import places
from apps.dispatch import selectors as dispatch
from apps.dispatch.models import Site
from apps.pilots import spec, terminal
from apps.pilots.models import Run
from apps.pilots.selectors import runs as selectors
from apps.pilots.services import authoring, runs

MET, NOT_MET, BROKEN = 0, 1, 2


class Command(BaseCommand):
    help = "Run the pilot of a YAML spec. Exit 0: nothing missed or undecided; 1: otherwise; 2: spec or run broken."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("spec", type=Path, help="the YAML file")
        parser.add_argument("--json", action="store_true", help="print the result as one JSON object")
        parser.add_argument("--name", help="name of the evaluation (default: the file's)")

    def handle(self, *args: Any, **options: Any) -> None:
        path: Path = options["spec"]
        try:
            pilot = spec.load(path)
            with ensure_running(what="run_pilot"):
                run = self._run(spec.anchored(pilot, path.resolve().parent), path, options)
        except spec.InvalidSpec as error:
            sys.exit(self._complain(str(error)))
        except (Refused, StartError) as error:
            sys.exit(self._complain(f"run_pilot: {error}"))
        sys.exit(_exit_code(run))

    def _complain(self, text: str) -> int:
        self.stderr.write(text)
        return BROKEN

    def _run(self, pilot: spec.PilotSpec, path: Path, options: dict[str, Any]) -> Run:
        evaluation = authoring.write_evaluation(by=None, name=options["name"] or path.stem, pilot=pilot)
        site = dispatch.site_for(evaluation.engagement.client)
        run_id = uuid4()
        if places.is_here(site):
            self._grant(site, run_id, pilot, path.resolve().parent)
        run = runs.start(by=None, evaluation=evaluation, site=site, run_id=run_id, anew=True)
        try:
            terminal.watch(run, quiet=options["json"])
        except KeyboardInterrupt:
            runs.cancel(by=None, run=run)
            self._complain("Cancelled. Its page can resume it.")
        run = selectors.complete().get(pk=run.pk)
        if options["json"]:
            self.stdout.write(json.dumps(selectors.as_json(run)))
        else:
            terminal.show(run)
        return run

    def _grant(self, site: Site, run_id: UUID, pilot: spec.PilotSpec, folder: Path) -> None:
        """Whoever runs this owns the site: the run may use the spec's folder and the variables set here."""
        known = places.environment()
        names = [name for name in spec.variables_of(pilot) if name in known]
        handed = [word for name in names for word in ("--env", name)]
        places.command("grant", "--state", str(places.folder(site)), str(run_id), str(folder), *handed)


def _exit_code(run: Run) -> int:
    if run.state != Run.State.DONE:
        return BROKEN
    return NOT_MET if run.verdict in ("missed", "undecided") else MET
