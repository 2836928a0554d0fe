"""JSON Lines: one object a line. Columns are the union of all keys; what is nested becomes compact JSON."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, BinaryIO

from ..contract.plan import JsonlSource
from ..refusal import Refusal
from .access import Access, ReadLimits, open_file
from .table import Row, Table, checked_columns, in_batches
from .text import printable, text_of


@contextmanager
def read_jsonl(source: JsonlSource, access: Access) -> Iterator[Table]:
    """Two passes: the names first, because a key may show up on the last line."""
    with open_file(source.path, access) as file:
        names: dict[str, None] = {}
        for record in _records(file, access.limits):
            names.update(dict.fromkeys(record))
            if len(names) > access.limits.columns:
                break
        columns = checked_columns(names, access.limits)
        yield Table(columns, in_batches(_rows(file, columns, access.limits)))


def _rows(file: BinaryIO, columns: tuple[str, ...], limits: ReadLimits) -> Iterator[Row]:
    for record in _records(file, limits):
        yield [_text(record.get(name)) for name in columns]


def _text(value: Any) -> str | None:
    text = text_of(value)
    return None if text is None else printable(text)


def _records(file: BinaryIO, limits: ReadLimits) -> Iterator[dict[str, Any]]:
    file.seek(0)
    number = 0
    while line := file.readline(limits.field_bytes):
        number += 1
        if len(line) == limits.field_bytes:
            raise Refusal("source_field_too_large", facts={"line": number, "limit_bytes": limits.field_bytes})
        if line.isspace():
            continue
        yield _record(line, number)


def _record(line: bytes, number: int) -> dict[str, Any]:
    try:
        text = line.decode("utf-8-sig" if number == 1 else "utf-8")
    except UnicodeDecodeError as error:
        raise Refusal("source_not_utf8", facts={"line": number}) from error
    try:
        record = _DECODER.decode(text)
    except _DuplicateKey as error:
        raise Refusal(
            "source_duplicate_columns", facts={"line": number}, names={"column": error.args[0]}
        ) from error
    except (ValueError, RecursionError) as error:
        raise Refusal("source_unreadable", facts={"line": number}, detail=str(error)) from error
    if not isinstance(record, dict):
        raise Refusal("source_unreadable", facts={"line": number}, detail="not an object")
    return record


class _DuplicateKey(Exception):
    pass


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        names = [name for name, _ in pairs]
        raise _DuplicateKey(next(name for name in names if names.count(name) > 1))
    return found


_DECODER = json.JSONDecoder(object_pairs_hook=_object)
