"""Bring database, static files, the local site and the demo up to date: quick when nothing has changed."""

import hashlib
import io
import json
from argparse import ArgumentParser
from collections.abc import Iterable
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

from apps.dispatch import places
from apps.dispatch.models import Site
from apps.engagements.services.exit_criteria import require_registered


class Command(BaseCommand):
    help = __doc__
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--demo", action="store_true", help="seed the demo")
        parser.add_argument("--no-site", action="store_true", help="there is no site on this machine")

    def handle(self, *args: Any, demo: bool, no_site: bool, **options: Any) -> None:
        done = [*_migrate(), *_collect(), *_require_checks()]
        if not no_site:
            _set_up_site()
        people = json.loads(_said("seed_demo", starting=True)) if demo else []
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


def _require_checks() -> list[str]:
    """Undecided gates learn of checks that came with this version."""
    made = require_registered()
    return [f"gave gates {made} new exit criteria"] if made else []


def _collect() -> list[str]:
    """Collect static files when a source has changed since the last time."""
    files = [Path(storage.path(name)) for finder in get_finders() for name, storage in finder.list([])]
    now = _digest(files, settings.STORAGES["staticfiles"]["BACKEND"])
    noted = Path(settings.STATIC_ROOT) / ".sources.sha256"
    if noted.exists() and noted.read_text() == now:
        return []
    _said("collectstatic", interactive=False, clear=True, verbosity=0)
    noted.write_text(now)
    return ["collected static files"]


def _set_up_site() -> None:
    """Set up the local site when its program, its keys or addresses, or its row here have changed."""
    noted = Path(settings.HOME) / "sites" / places.LOCAL / ".set-up.sha256"
    if not noted.exists() or noted.read_text() != _site_digest():
        _said("local_site")
        noted.write_text(_site_digest())


def _site_digest() -> str:
    rows = Site.objects.filter(name=places.LOCAL, client=None).values_list("pk", flat=True)
    files = sorted((settings.BASE_DIR / "apps" / "dataplane").rglob("*.py"))
    return _digest(files, settings.SITE_BROKER, settings.SIGNING_KEY, *(str(row) for row in rows))


def _digest(files: Iterable[Path], *values: str) -> str:
    """Changes with any file (by size and time) and any value; reveals none."""
    digest = hashlib.sha256("\0".join(values).encode())
    for path in files:
        facts = path.stat()
        digest.update(f"{path}|{facts.st_size}|{facts.st_mtime_ns}\n".encode())
    return digest.hexdigest()
