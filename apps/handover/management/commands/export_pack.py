from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from apps.core.errors import Refused
from apps.engagements.models import Engagement
from apps.engagements.selectors import works_on
from apps.handover.services.exporting import to_folder

from ..people import offer_by, person_of


class Command(BaseCommand):
    help = "Hand an engagement over as a folder of plain Markdown, CSV and YAML."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "engagement",
            help="client/engagement, as in their addresses, such as northwind-bank/support-triage",
        )
        offer_by(parser)
        parser.add_argument("folder", type=Path, help="a new folder, or one that is empty but for .git")

    def handle(self, *args: Any, **options: Any) -> None:
        client, _, slug = options["engagement"].partition("/")
        engagement = Engagement.objects.filter(client__slug=client, slug=slug).first()
        if engagement is None:
            raise CommandError(f"There is no engagement {options['engagement']}.")
        by = person_of(options["by"])
        if by is not None and not works_on(by, engagement):
            raise CommandError(f"{by} may not hand {engagement} over.")
        try:
            made = to_folder(by=by, engagement=engagement, folder=options["folder"])
        except Refused as refused:
            raise CommandError(refused.message) from refused
        except OSError as error:
            raise CommandError(f"The pack cannot be written: {error.strerror}.") from error
        self.stdout.write(f"{len(made.files) + 1:,} files of {engagement} are in {options['folder']}.")
