"""Which programs make up Fieldwork on one machine. A line here is all that a further one needs."""

import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from apps.config.environment import ROOT, SETTINGS

from .leftovers import MARK

ALONE = (
    "--pool=solo",
    "--without-gossip",
    "--without-mingle",
    "--without-heartbeat",
    "--loglevel=WARNING",
)


@dataclass(frozen=True)
class Program:
    """One process. `control` ones know the control plane's settings, the others none of them.

    first: whether a person waits for it, so that it starts before the others. nice: yields to those that are not.
    patience: seconds between asking it to end and forcing it.
    """

    name: str
    command: tuple[str, ...]
    control: bool
    first: bool = False
    nice: bool = False
    patience: float = 10.0
    descriptors: tuple[int, ...] = ()


def list_programs(home: Path, *, listener: int | None, practice: int | None, beat: bool) -> list[Program]:
    """What to start, in order. `listener`: web server's socket, `practice`: a port; None leaves it out."""
    site = (*_module("apps.dataplane.cli"), "run", "--state", str(home / "sites" / "local"))
    found = [
        Program("site", site, control=False, first=True),
        Program("intake", _worker("apps.config.intake", "results"), control=True, first=True),
        Program("dispatcher", (sys.executable, str(ROOT / "manage.py"), "dispatcher"), control=True),
        Program("control", _worker("apps.config.celery", "control"), control=True, nice=True),
    ]
    if listener is not None:
        found.insert(
            0, Program("web", _gunicorn(listener), control=True, first=True, descriptors=(listener,))
        )
    if practice is not None:
        found.append(Program("practice", _practice(home, practice), control=False, nice=True))
    if beat:
        schedule = str(home / "beat-schedule")
        beats = ("-A", "apps.config.celery", "beat", f"--schedule={schedule}", "--loglevel=WARNING")
        found.append(Program("beat", (*_module("celery"), *beats), control=True, nice=True))
    return found


def environment(home: Path, program: Program, base: Mapping[str, str] = os.environ) -> dict[str, str]:
    """The mark, and what the program may know. A site keeps its owner's variables, for `env:NAME`."""
    kept = dict(base) if program.control else {name: base[name] for name in base if not _of_control(name)}
    if program.control:
        kept |= {"FIELDWORK_HOME": str(home), "DJANGO_SETTINGS_MODULE": "apps.config.settings"}
    return kept | {MARK: str(home), "PYTHONUNBUFFERED": "1"}


def _of_control(name: str) -> bool:
    return name in {setting.name for setting in SETTINGS} or name.startswith(("FIELDWORK_", "DJANGO_"))


def _module(name: str) -> tuple[str, ...]:
    return (sys.executable, "-m", name)


def _worker(app: str, queue: str) -> tuple[str, ...]:
    named = (f"--queues={queue}", f"--hostname={queue}@%h")
    return (*_module("celery"), "-A", app, "worker", *named, *ALONE)


def _gunicorn(listener: int) -> tuple[str, ...]:
    """One process with threads: the database is the bottleneck of one machine, and memory is dear."""
    return (
        *_module("gunicorn"),
        "apps.config.wsgi:application",
        f"--bind=fd://{listener}",
        "--worker-class=gthread",
        "--workers=1",
        "--threads=8",
        "--timeout=120",
        "--graceful-timeout=5",
        "--no-control-socket",
        "--log-level=warning",
    )


def _practice(home: Path, port: int) -> tuple[str, ...]:
    address = f"--address-file={home / 'demo' / 'practice.json'}"
    return (*_module("apps.demo.practice"), f"--port={port}", f"--train={practice_rows(home)}", address)


def practice_rows(home: Path) -> Path:
    """What the practice endpoint learns from; it is there as long as the demo is."""
    return home / "demo" / "practice.csv"
