"""What a file really is, read from the file."""

import codecs
import json
import lzma
import re
import struct
import zipfile
import zlib
from typing import Any

import filetype

from ..rules import attachments as rules

_PIECE = 1 << 20  # bytes read at once
_HEAD = 8192  # bytes in which a kind of file is recognised
_JSON = 5 << 20  # bytes of JSON that are parsed; of more, only both ends are looked at
_PARTS = 10_000  # files in an archive
_UNSEEN = re.compile(r"[\x00-\x08\x0b\x0e-\x1f\x7f]")
_UTF16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


def media_type_of(file: Any, name: str) -> str:
    """The kind under which an open file called `name` may be kept. Raises Unfit (rules.attachments)."""
    file.seek(0)
    head = file.read(_HEAD)
    if not head:
        raise rules.Unfit("This file is empty.")
    if head.startswith(b"PK"):
        found = _office_kind(file)
    elif head.startswith(b"%PDF-"):
        found = "application/pdf"
    elif is_text(file):
        found = rules.text_kind(head.decode(errors="ignore"), is_json=_is_json(file), said=name)
    else:
        found = _binary_kind(head)
    return rules.settled(found, name)


def is_text(file: Any) -> bool:
    """Whether all of it is UTF-8 without control characters."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    file.seek(0)
    try:
        while piece := file.read(_PIECE):
            if _UNSEEN.search(decoder.decode(piece)):
                return False
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def _binary_kind(head: bytes) -> str:
    guess = filetype.guess(head)
    if guess is None and head.startswith(_UTF16):
        raise rules.Unfit("This text is UTF-16; save it as UTF-8.")
    if guess is None:
        raise rules.Unfit(f"This is neither UTF-8 text nor a kind of file that is known. {rules.KEPT}.")
    if guess.mime not in rules.ENDINGS:
        raise rules.Unfit(f"This is {guess.mime} (.{guess.extension}), whatever it is called. {rules.KEPT}.")
    return str(guess.mime)


def _is_json(file: Any) -> bool:
    file.seek(0)
    text = file.read(_JSON + 1)
    if len(text) > _JSON:
        file.seek(-1024, 2)
        return text.lstrip()[:1] in (b"{", b"[") and file.read().rstrip()[-1:] in (b"}", b"]")
    try:
        return isinstance(json.loads(text), dict | list)
    except (ValueError, RecursionError):
        return False


def _office_kind(file: Any) -> str:
    """Only the list of files inside is read, and the one small file that says what they are."""
    try:
        with zipfile.ZipFile(file) as archive:
            inside = archive.infolist()
            types = next((each for each in inside if each.filename.lower() == "[content_types].xml"), None)
            if len(inside) > _PARTS or (types and types.file_size > _PIECE):
                raise rules.Unfit("This archive holds more than a document does.")
            said = archive.read(types).decode(errors="replace") if types else ""
    except (
        zipfile.BadZipFile,
        NotImplementedError,
        RuntimeError,
        OSError,
        EOFError,
        ValueError,
        struct.error,
        zlib.error,
        lzma.LZMAError,
    ) as error:
        if isinstance(error, rules.Unfit):
            raise
        raise rules.Unfit(f"This is an archive that is damaged or cut off. {rules.KEPT}.") from None
    return rules.office_kind([each.filename for each in inside], said)
