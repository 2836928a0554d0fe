"""What lies in a folder below the data roots, or which tables and views a login may read."""

import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from ..contract.plan import FolderSource, PostgresSource, Source
from ..readers.access import Access, locate
from ..readers.postgres import list_tables
from ..refusal import Refusal

MOST = 500  # entries that are listed


@dataclass(frozen=True)
class Place:
    """size in bytes, rows as the database estimates them; each None where it says nothing."""

    name: str
    kind: Literal["folder", "file", "table", "view"]
    size: int | None = None
    rows: int | None = None


def browse(source: Source, access: Access) -> tuple[list[Place], bool]:
    """Folders first, then by name; whether there are more than are listed. Raises Refusal."""
    if isinstance(source, PostgresSource):
        tables = list_tables(source, access, MOST + 1)
        found = [Place(name, "table" if is_table else "view", rows=rows) for name, is_table, rows in tables]
    elif isinstance(source, FolderSource):
        found = sorted(_inside(source.path, access), key=lambda place: (place.kind != "folder", place.name))
    else:
        raise Refusal("plan_unsupported", detail=f"{source.kind} is not a place to look around in")
    return found[:MOST], len(found) > MOST


def _inside(path: str, access: Access) -> Iterator[Place]:
    if not path:
        yield from (Place(str(root), "folder") for root in access.roots)
        return
    root, below = locate(path, access.roots)
    folder = root / below
    try:
        with os.scandir(folder) as entries:
            for entry in entries:
                if not entry.name.startswith(".") and (place := _place(folder, entry, access)):
                    yield place
    except FileNotFoundError as error:
        raise Refusal("source_not_found") from error
    except NotADirectoryError as error:
        raise Refusal("source_not_a_folder") from error
    except PermissionError as error:
        raise Refusal("source_denied") from error


def _place(folder: Path, entry: "os.DirEntry[str]", access: Access) -> Place | None:
    """None for what could not be a source: pipes, devices, links that lead out or nowhere."""
    try:
        locate(str(folder / entry.name), access.roots)
        status = entry.stat()
    except (Refusal, OSError):
        return None
    if stat.S_ISDIR(status.st_mode):
        return Place(entry.name, "folder")
    return Place(entry.name, "file", size=status.st_size) if stat.S_ISREG(status.st_mode) else None
