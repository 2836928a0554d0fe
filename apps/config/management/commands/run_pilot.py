"""A pilot from its spec to its verdict, in the terminal, through the same services and the same site as on screen."""

import json
import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any
from uuid import uuid4

from django.core.management.base import BaseCommand

from apps.core.errors import Refused
from apps.dispatch import selectors as dispatch
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
        try:
            pilot = spec.load(options["spec"])
        except spec.InvalidSpec as error:
            self.stderr.write(str(error))
            sys.exit(BROKEN)
        try:
            with terminal.fieldwork() as attached:
                if not attached:
                    sys.exit(terminal.again(sys.argv))
                sys.exit(self._run(pilot, options))
        except Refused as error:
            self.stderr.write(str(error))
            sys.exit(BROKEN)

    def _run(self, pilot: spec.PilotSpec, options: dict[str, Any]) -> int:
        name = options["name"] or options["spec"].stem
        evaluation = authoring.write_evaluation(by=None, name=name, pilot=pilot)
        site = dispatch.site_for(evaluation.engagement.client)
        run_id = uuid4()
        terminal.grant(site, run_id, options["spec"].resolve().parent, pilot)
        run = runs.start(by=None, evaluation=evaluation, site=site, run_id=run_id, anew=True)
        try:
            terminal.watch(run, quiet=options["json"])
        except KeyboardInterrupt:
            runs.cancel(by=None, run=run)
            self.stderr.write(f"Cancelled. Resume it on its page, or run the spec again. Run {run.pk}")
        done = selectors.complete().get(pk=run.pk)
        if options["json"]:
            self.stdout.write(json.dumps(selectors.as_json(done)))
        else:
            terminal.show(done)
        return _exit_code(done)


def _exit_code(run: Run) -> int:
    if run.state != Run.State.DONE:
        return BROKEN
    return NOT_MET if run.verdict in ("missed", "undecided") else MET
