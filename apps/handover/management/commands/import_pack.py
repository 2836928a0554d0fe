from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from apps.core.errors import Refused
from apps.handover.services.importing import Report, check_pack, import_pack
from apps.handover.services.waiting import MAY

from ..people import offer_by, person_of


class Command(BaseCommand):
    help = "Import a handover pack, a folder or a ZIP file: all of it, or nothing."

    def add_arguments(self, parser: ArgumentParser) -> None:
        offer_by(parser)
        parser.add_argument("pack", type=Path, help="the folder, or the ZIP file")
        parser.add_argument("--name", default="", help="another name for the engagement")
        parser.add_argument("--dry-run", action="store_true", help="say what would be made, and make nothing")

    def handle(self, *args: Any, **options: Any) -> None:
        by = person_of(options["by"])
        if by is not None and by.role not in MAY:
            raise CommandError(f"{by} may not bring packs along; managers and administrators may.")
        asked = {"by": by, "path": options["pack"], "name": options["name"]}
        try:
            if options["dry_run"]:
                self._tell(check_pack(**asked))
                self.stdout.write("Nothing was written down.")
                return
            engagement, report = import_pack(**asked)
        except Refused as refused:
            raise CommandError(refused.message) from refused
        self._tell(report)
        self.stdout.write(f"{engagement} is brought along.")

    def _tell(self, report: Report) -> None:
        for name, number in sorted(report.counts.items()):
            self.stdout.write(f"{number:>9,} {name.replace('-', ' ')}")
        for key, people in sorted(report.told.items()):
            if key != "client":
                self.stdout.write(f"{len(people):>9,} people: {key}")
        for warning in report.warnings:
            self.stderr.write(warning)
