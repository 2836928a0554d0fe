"""A Fieldwork of its own for a benchmark or an end-to-end test: started in an empty home, stopped in the end."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from apps.config.environment import ROOT, SETTINGS


def environment(home: Path, **more: str) -> dict[str, str]:
    """The environment of a process of that Fieldwork: none of the settings of whoever runs this."""
    own = {setting.name for setting in SETTINGS} | {"DJANGO_SETTINGS_MODULE"}
    kept = {name: text for name, text in os.environ.items() if name not in own}
    return {**kept, "FIELDWORK_HOME": str(home), "FIELDWORK_PORT": "0", **more}


def manage(
    home: Path, *arguments: str, check: bool = True, **more: str
) -> "subprocess.CompletedProcess[str]":
    """`manage.py` with those arguments, its output as text."""
    return subprocess.run(
        [sys.executable, str(ROOT / "manage.py"), *arguments],
        cwd=ROOT,
        env=environment(home, **more),
        capture_output=True,
        text=True,
        check=check,
    )


@contextmanager
def fieldwork(home: Path, *flags: str, **more: str) -> Iterator[Path]:
    """Started without web and demo (unless `flags` say otherwise) and ready; yields its home."""
    reading, writing = os.pipe()
    flags = flags or ("--no-web", "--no-demo")
    process = subprocess.Popen(
        [sys.executable, "-m", "apps.config.supervisor", "run", *flags, f"--ready={writing}"],
        cwd=ROOT,
        env=environment(home, **more),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        pass_fds=(writing,),
    )
    os.close(writing)
    try:
        with os.fdopen(reading) as pipe:
            if not pipe.read(1):
                process.terminate()
                raise RuntimeError(f"Fieldwork did not start: {process.communicate()[0]}")
        yield home
    finally:
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=120)
