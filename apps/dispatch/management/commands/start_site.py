"""A site of one client on this machine: enrolled, set up and started in the foreground, by one command."""

import os
import sys
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from apps.core.errors import Refused
from apps.dataplane.contract.privacy import Level
from apps.dispatch import places
from apps.dispatch.services import sites
from apps.engagements.services import ensure_client


class Command(BaseCommand):
    help = "Start a client's own site on this machine; it takes that client's jobs and no other's."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("client", help="the client's name")
        parser.add_argument("--name", default="site", help="the site's name (default: site)")
        parser.add_argument(
            "--root", action="append", default=[], help="a folder the site may read; repeatable"
        )
        parser.add_argument("--level", choices=[str(level) for level in Level], default=str(Level.SCORES))
        parser.add_argument("--names", action="store_true", help="let column names, labels and slices leave")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            client = ensure_client(by=None, name=options["client"])
            site = sites.enroll(by=None, name=options["name"], client=client)
            key = places.prepare(site, roots=options["root"], names=options["names"], level=options["level"])
        except Refused as error:
            self.stderr.write(error.message)
            sys.exit(2)
        sites.introduce(by=None, site=site, public_key=key)
        self.stdout.write(f"{site.name} of {client} in {places.folder(site)}; stop it with Ctrl-C")
        self.stdout.flush()
        program, arguments, environment = places.worker(site)
        os.chdir(program)
        os.execve(sys.executable, arguments, environment)  # noqa: S606 - our own program, without a shell
