"""Opening a file that a plan names: inside a data root, through no link that leads out, and really a file."""

import os
import stat
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

from ..refusal import Refusal


@dataclass(frozen=True)
class ReadLimits:
    """What the site reads at most: rows, bytes (a file's, also when expanded), columns, bytes of a field, seconds."""

    rows: int = 5_000_000
    bytes: int = 4_000_000_000
    columns: int = 2_000
    field_bytes: int = 8_000_000
    expanded_bytes: int = 512_000_000
    cells: int = 20_000_000  # of one sheet
    seconds: int = 900


@dataclass(frozen=True)
class Access:
    """What a reader may use: the open roots, the limits, the resolver of references, a folder for spilling."""

    roots: tuple[Path, ...]
    resolve: Callable[[str], str]
    temp: Path
    limits: ReadLimits = field(default_factory=ReadLimits)


def locate(path: str, roots: tuple[Path, ...]) -> tuple[Path, Path]:
    """(root, path below it) of a file, both real. Raises Refusal when it lies elsewhere, whether or not it exists."""
    if not os.path.isabs(path) or "\0" in path:
        raise Refusal("path_outside_roots")
    real = Path(os.path.realpath(path))
    named = Path(os.path.normpath(path))
    for root in roots:
        home = Path(os.path.realpath(root))
        if real.is_relative_to(home):
            return home, real.relative_to(home)
    through_link = any(named.is_relative_to(root) for root in roots)
    raise Refusal("path_symlink" if through_link else "path_outside_roots")


@contextmanager
def open_file(path: str, access: Access) -> Iterator[BinaryIO]:
    """The file at `path`, opened component by component so that no link swapped in meanwhile is followed."""
    root, below = locate(path, access.roots)
    descriptor = _descend(root, below)
    try:
        _check(os.fstat(descriptor), access.limits)
    except Refusal:
        os.close(descriptor)
        raise
    with os.fdopen(descriptor, "rb", buffering=1 << 18) as file:
        yield file


def name_of(file: BinaryIO, path: str) -> str:
    """A path under which a library that wants a name opens the very file that is already open."""
    through = f"/proc/self/fd/{file.fileno()}"
    return through if os.path.exists(through) else os.path.realpath(path)


def _check(status: os.stat_result, limits: ReadLimits) -> None:
    if not stat.S_ISREG(status.st_mode):
        raise Refusal("source_not_a_file")
    if status.st_size == 0:
        raise Refusal("source_empty")
    if status.st_size > limits.bytes:
        raise Refusal("source_too_large", facts={"limit_bytes": limits.bytes})


def _descend(root: Path, below: Path) -> int:
    flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC
    try:
        folder = os.open(root, flags | os.O_DIRECTORY)
        for part in below.parts[:-1]:
            parent = folder
            try:
                folder = os.open(part, flags | os.O_DIRECTORY, dir_fd=parent)
            finally:
                os.close(parent)
        try:
            # O_NONBLOCK: opening a pipe that nobody writes to must not hang
            return os.open(below.name or ".", flags | os.O_NONBLOCK, dir_fd=folder)
        finally:
            os.close(folder)
    except (FileNotFoundError, NotADirectoryError) as error:
        raise Refusal("source_not_found") from error
    except PermissionError as error:
        raise Refusal("source_denied") from error
    except OSError as error:
        raise Refusal("source_unreadable", detail=str(error)) from error
