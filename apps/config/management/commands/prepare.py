"""Bring database, static files, the local site and the demo up to date: quick when nothing has changed."""

import hashlib
import io
import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.auth import get_user_model
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command
from django.core.management.base import BaseCommand
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.urls import reverse


class Command(BaseCommand):
    help = __doc__
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--demo", action="store_true", help="seed the demo")

    def handle(self, *args: Any, demo: bool, **options: Any) -> None:
        done = [*_migrate(), *_collect()]
        _said("local_site")
        people = json.loads(_said("seed_demo")) if demo else []
        first_page = None if get_user_model().objects.exists() else reverse("accounts:first-administrator")
        self.stdout.write(json.dumps({"done": done, "people": people, "first_page": first_page}))


def _said(command: str, **options: Any) -> str:
    """What a command writes; standard output is this command's own answer."""
    said = io.StringIO()
    call_command(command, stdout=said, **options)
    return said.getvalue()


def _migrate() -> list[str]:
    executor = MigrationExecutor(connection)
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    if not plan:
        return []
    _said("migrate", interactive=False, verbosity=0)
    return [f"applied {len(plan)} migrations"]


def _collect() -> list[str]:
    """Collect static files when a source has changed since the last time."""
    digest = hashlib.sha256(str(settings.STORAGES["staticfiles"]["BACKEND"]).encode())
    for finder in get_finders():
        for name, storage in finder.list([]):
            facts = Path(storage.path(name)).stat()
            digest.update(f"{name}|{facts.st_size}|{facts.st_mtime_ns}\n".encode())
    noted = Path(settings.HOME) / "static.sha256"
    if noted.exists() and noted.read_text() == digest.hexdigest() and Path(settings.STATIC_ROOT).is_dir():
        return []
    _said("collectstatic", interactive=False, clear=True, verbosity=0)
    noted.write_text(digest.hexdigest())
    return ["collected static files"]
