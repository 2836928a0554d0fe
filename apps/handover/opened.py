"""A pack opened where it lies: a folder, or an archive of one. Nothing is unpacked to disk, no link is followed, and
nothing is believed that an archive says of itself."""

import io
import os
import stat
import struct
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO

from .rules.limits import DIRECTORY, MOST_BYTES, MOST_FILES, RATIO, RATIO_FROM
from .rules.paths import require_distinct, require_path
from .rules.refusal import Unfit, shown
from .shape.reading import Files

_ASIDE = ".git"  # what keeps the versions of a folder is no part of it
_FAULTS = (
    zipfile.BadZipFile,
    zlib.error,
    EOFError,
    struct.error,
    NotImplementedError,
    RuntimeError,
    ValueError,
)


@contextmanager
def opened(path: Path) -> Iterator[Files]:
    """The files of the pack that lies there. Raises Unfit for what is neither a folder nor an archive, and for whatever
    in it is no plain file of a name that a pack may have."""
    try:
        kind = path.lstat().st_mode
        if stat.S_ISDIR(kind):
            yield _Folder(path)
        elif stat.S_ISREG(kind):
            with open(path, "rb") as file, _Archive(file) as archive:
                yield archive
        else:
            raise Unfit("A pack is a folder or a ZIP file.")
    except OSError as error:
        raise Unfit(f"The pack cannot be read ({error.strerror or type(error).__name__}).") from None


class _Folder:
    def __init__(self, path: Path) -> None:
        self._path = path
        self._sizes: dict[str, int] = {}
        self._walk(path, "")
        require_distinct(self._sizes)

    def _walk(self, folder: Path, above: str) -> None:
        with os.scandir(folder) as found:
            for entry in found:
                name = f"{above}{entry.name}"
                if name == _ASIDE:
                    continue
                mode = entry.stat(follow_symlinks=False)
                if stat.S_ISDIR(mode.st_mode):
                    require_path(f"{name}/x")
                    self._walk(folder / entry.name, f"{name}/")
                elif not stat.S_ISREG(mode.st_mode):
                    raise Unfit("This is no plain file but a link or something else.", name)
                else:
                    self._sizes[require_path(name)] = mode.st_size
                if len(self._sizes) > MOST_FILES:
                    raise Unfit(f"A pack has at most {MOST_FILES:,} files.")

    def names(self) -> list[str]:
        """All of them."""
        return list(self._sizes)

    def size(self, name: str) -> int:
        """Bytes."""
        return self._sizes[name]

    def open(self, name: str) -> BinaryIO:
        """One of them. Raises Unfit when it has become something else meanwhile."""
        try:
            handle = os.open(self._path / name, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
        except OSError:
            raise Unfit("This file cannot be read.", name) from None
        file = os.fdopen(handle, "rb")
        if not stat.S_ISREG(os.fstat(handle).st_mode):
            file.close()
            raise Unfit("This is no plain file but a link or something else.", name)
        return file


class _Archive:
    def __init__(self, file: BinaryIO) -> None:
        _require_directory(file)
        try:
            self._zip = zipfile.ZipFile(file)
        except _FAULTS:
            raise Unfit("This is neither a folder nor a ZIP file that can be read.") from None
        self._packed = os.fstat(file.fileno()).st_size
        entries = [one for one in self._zip.infolist() if not self._is_folder(one)]
        if len(entries) > MOST_FILES:
            raise Unfit(f"A pack has at most {MOST_FILES:,} files.")
        self._known = {self._require(one): one for one in entries}
        require_distinct(one.filename for one in entries)
        whole = sum(one.file_size for one in entries)
        if whole > MOST_BYTES or (whole > RATIO_FROM and whole > RATIO * self._packed):
            raise Unfit("Unpacked, this is far larger than a pack is; it looks like a bomb.")

    def __enter__(self) -> "_Archive":
        return self

    def __exit__(self, *error: object) -> None:
        self._zip.close()

    def _is_folder(self, one: zipfile.ZipInfo) -> bool:
        if not one.orig_filename.endswith("/"):
            return False
        require_path(f"{one.orig_filename}x")
        if one.file_size or self._special(one, stat.S_IFDIR):
            raise Unfit("This is called a folder and is none.", one.orig_filename)
        return True

    def _require(self, one: zipfile.ZipInfo) -> str:
        """Its name as it stands there; what Python makes of that (`filename`) has to be the same."""
        require_path(one.orig_filename)
        if one.filename != one.orig_filename:
            raise Unfit("Its name means something else to some.", one.orig_filename)
        if self._special(one, stat.S_IFREG):
            raise Unfit("This is no plain file but a link or something else.", one.filename)
        if one.flag_bits & 0x1:
            raise Unfit("This file is encrypted.", one.filename)
        if one.compress_type not in {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}:
            raise Unfit("This file is packed in an unusual way.", one.filename)
        return one.filename

    def _special(self, one: zipfile.ZipInfo, plain: int) -> bool:
        mode = stat.S_IFMT(one.external_attr >> 16)
        return mode not in {0, plain}

    def names(self) -> list[str]:
        """All of them."""
        return list(self._known)

    def size(self, name: str) -> int:
        """Bytes, as the archive says."""
        return self._known[name].file_size

    def open(self, name: str) -> BinaryIO:
        """One of them, of which no more is read than the archive has said."""
        try:
            packed = self._zip.open(self._known[name])
        except _FAULTS:
            raise Unfit("This file cannot be unpacked.", name) from None
        return io.BufferedReader(_Unpacked(packed, name, self.size(name)), 1 << 16)


class _Unpacked(io.RawIOBase):
    """A file of an archive whose damage is told in words."""

    def __init__(self, packed: Any, name: str, size: int) -> None:
        self._packed, self._name, self._left, self._size = packed, name, size, size

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        """As any file. Raises Unfit for damage, and for more bytes than there should be."""
        try:
            piece = self._packed.read(len(buffer))
        except _FAULTS:
            raise Unfit("This file cannot be unpacked.", self._name) from None
        self._left -= len(piece)
        if self._left < 0:
            raise Unfit("This file is larger than its archive says.", self._name)
        buffer[: len(piece)] = piece
        return len(piece)

    def seek(self, offset: int, whence: int = 0, /) -> int:
        """As any file; going back reads it again."""
        place = int(self._packed.seek(offset, whence))
        self._left = self._size - place
        return place

    def tell(self) -> int:
        return int(self._packed.tell())

    def close(self) -> None:
        self._packed.close()
        super().close()


def _require_directory(file: BinaryIO) -> None:
    """Raises Unfit for an archive whose list of files alone would fill the memory, before anybody reads it. It is found
    where Python's own reader looks for it."""
    size = file.seek(0, os.SEEK_END)
    start = max(0, size - (1 << 16) - 22)
    file.seek(start)
    tail = file.read()
    at = tail.rfind(b"PK\5\6")
    if at < 0 or len(tail) - at < 22:
        raise Unfit("This is neither a folder nor a ZIP file that can be read.")
    number, length = struct.unpack("<HL", tail[at + 10 : at + 16])
    if at >= 20 and tail[at - 20 : at - 16] == b"PK\6\7":
        (place,) = struct.unpack("<Q", tail[at - 12 : at - 4])
        file.seek(min(place, size))
        record = file.read(56)
        if len(record) == 56:
            number, length = struct.unpack("<QQ", record[32:48])
    file.seek(0)
    if length > DIRECTORY or number > 2 * MOST_FILES:
        raise Unfit(f"A pack has at most {MOST_FILES:,} files; this one says {shown(str(number))}.")
