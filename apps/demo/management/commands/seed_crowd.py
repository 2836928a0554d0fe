"""Many engagements in an empty Fieldwork, for measuring how it carries them."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from rich.progress import Progress

from apps.core.errors import Refused
from apps.demo.services import crowd


class Command(BaseCommand):
    help = "Fill an empty Fieldwork with people, engagements and log entries, for measuring."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--people", type=int, default=50)
        parser.add_argument("--engagements", type=int, default=2_000)
        parser.add_argument("--entries", type=int, default=200_000, help="log entries in all")

    def handle(self, *args: Any, **options: Any) -> None:
        sizes = {name: options[name] for name in ("people", "engagements", "entries")}
        if min(sizes.values()) < 1:
            raise CommandError("Each number must be 1 or more.")
        with Progress(transient=True) as progress:
            tasks: dict[str, Any] = {}

            def told(what: str, done: int, total: int) -> None:
                if what not in tasks:
                    tasks[what] = progress.add_task(what, total=total)
                progress.update(tasks[what], completed=done)

            try:
                crowd.gather(by=None, told=told, **sizes)
            except Refused as refused:
                raise CommandError(refused.message) from refused
        self.stdout.write(
            f"{sizes['engagements']:,} engagements with {sizes['entries']:,} log entries and "
            f"{sizes['people']:,} people."
        )
