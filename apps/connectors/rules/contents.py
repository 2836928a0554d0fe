"""What an uploaded file really is, told from its first and last bytes and not from its name."""

import codecs
import json

SNIFFED = 65_536  # bytes of a file's beginning that are looked at
LARGEST = 256 * 1024 * 1024  # bytes of an uploaded file; larger ones are put there by hand and named by path

_ZIP, _PARQUET, _OLD_EXCEL, _PDF = b"PK\x03\x04", b"PAR1", b"\xd0\xcf\x11\xe0", b"%PDF"
_UTF16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


class Unfit(ValueError):
    """A file that is none of the kinds; the message says what would be."""


def kind_of(head: bytes, tail: bytes) -> str:
    """csv, jsonl, parquet or xlsx for a file that begins with `head` (up to SNIFFED bytes) and ends with `tail`.

    Raises Unfit.
    """
    if not head.strip():
        raise Unfit("This file is empty.")
    if head.startswith(_PARQUET):
        if tail.endswith(_PARQUET):
            return "parquet"
        raise Unfit("This Parquet file is cut off; upload it again.")
    if head.startswith(_ZIP):
        if b"xl/" in head or b"xl/" in tail or b"[Content_Types].xml" in head:
            return "xlsx"
        raise Unfit("This is an archive; unpack it and upload the CSV, JSONL, Parquet or XLSX file inside.")
    if head.startswith(_OLD_EXCEL):
        raise Unfit("This is an old Excel file; save it as XLSX or CSV.")
    if head.startswith(_PDF):
        raise Unfit("This is a PDF; Fieldwork reads CSV, JSONL, Parquet and XLSX.")
    return _text_kind(head)


def _text_kind(head: bytes) -> str:
    if head.startswith(_UTF16):
        raise Unfit("This text is UTF-16; save it as UTF-8.")
    if b"\0" in head:
        raise Unfit("This is no text and none of the kinds: CSV, JSONL, Parquet, XLSX.")
    try:
        text = codecs.getincrementaldecoder("utf-8-sig")().decode(head)
    except UnicodeDecodeError:
        raise Unfit("This text is not UTF-8; save it as UTF-8.") from None
    first = text.strip().split("\n", 1)[0].strip()
    if first.startswith("["):
        raise Unfit("This looks like one JSON array; save it as JSONL, one object a line.")
    if not first.startswith("{"):
        return "csv"
    if len(text) < SNIFFED and not _is_object(first):
        raise Unfit("This looks like JSON over several lines; save it as JSONL, one object a line.")
    return "jsonl"


def _is_object(line: str) -> bool:
    try:
        return isinstance(json.loads(line), dict)
    except (ValueError, RecursionError):
        return False
