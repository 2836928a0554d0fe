"""Everything of an engagement as a folder of text: its handover pack."""

import argparse
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from . import showing
from .stop import ADDRESS, USAGE, Stop


def offer(commands: Any, shape: dict[str, Any]) -> None:
    """The command export."""
    export = commands.add_parser(
        "export", help="everything of an engagement, as a folder of text or a ZIP file"
    )
    export.add_argument("where", help="a folder that is empty or not there, or a name that ends with .zip")
    export.add_argument("-e", "--engagement", default="", help="other than the remembered one")
    export.set_defaults(run=_export)


def _export(options: argparse.Namespace, environ: Mapping[str, str]) -> None:
    import tempfile
    import zipfile
    import zlib

    from .asking import fetch
    from .choosing import known_engagement, of_log
    from .memory import recall

    where = Path(options.where)
    if where.is_symlink() or (where.exists() and (not where.is_dir() or any(where.iterdir()))):
        raise Stop(USAGE, f"{where} is there already and would be overwritten; name another place.")
    memory = recall(environ)
    pk, called = of_log(memory, options.engagement)
    try:
        with tempfile.TemporaryDirectory(dir=_parent(where), prefix=".fieldwork-") as folder:
            file = Path(folder) / "pack.zip"
            with known_engagement(called or pk):
                fetch(memory, f"engagements/{pk}/pack/", file)
            with zipfile.ZipFile(file) as pack:
                if pack.testzip() is not None:
                    raise zipfile.BadZipFile
                if where.suffix != ".zip":
                    _unpack(pack, where)
            if where.suffix == ".zip":
                file.replace(where)
    except (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError, NotImplementedError):
        raise Stop(ADDRESS, f"What {memory.url} has sent is no pack, or not all of one.") from None
    except OSError as error:
        raise Stop(USAGE, f"{where} cannot be written: {error.strerror or error}.") from None
    showing.say(f"{called or 'The engagement'}: {where}")


def _parent(where: Path) -> Path:
    if not where.parent.is_dir():
        raise Stop(USAGE, f"There is no folder {where.parent}.")
    return where.parent


def _unpack(pack: Any, where: Path) -> None:
    """Each file below the folder, whatever a server that is none of ours may have called it."""
    base = where.resolve()
    for entry in pack.infolist():
        if not (base / entry.filename).resolve().is_relative_to(base):
            raise Stop(
                USAGE,
                f"The pack names a file outside of itself: {entry.filename!r}. Nothing more is written.",
            )
    where.mkdir(exist_ok=True)
    pack.extractall(where)
