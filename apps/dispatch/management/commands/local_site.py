"""Set up the site of this machine: enrolled here, its keys and policy made in its own folder."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from apps.dispatch import places
from apps.dispatch.services import sites


class Command(BaseCommand):
    help = "Set up (or confirm) the local site, which serves every client and allows names."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--root", action="append", default=[], help="a folder the site may read")

    def handle(self, *args: Any, root: list[str], **options: Any) -> None:
        site = sites.enroll(by=None, name=places.LOCAL, client=None)
        key = places.prepare(site, roots=[str(places.data()), *root], names=True)
        sites.introduce(by=None, site=site, public_key=key)
        self.stdout.write(f"local site {site.pk} in {places.folder(site)}")
