"""XLSX, through fastexcel: the whole sheet is held in memory, so what it would expand to is counted first."""

import re
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from typing import BinaryIO

import duckdb
import fastexcel

from ..contract.plan import XlsxSource
from ..refusal import Refusal
from .access import Access, ReadLimits, open_file
from .engine import as_text, column, fetched, locked_engine
from .table import Table, checked_columns

_LETTERS = re.compile(rb"""\sr=["']([A-Z]{1,7})\d""")
_NUMBERS = re.compile(rb"""\sr=["'][A-Z]*(\d{1,9})""")
_CHUNK = 1 << 20
_OVERLAP = 32  # bytes: a reference cut in two by the end of a chunk
_MIDNIGHT = "bool_and({0} = date_trunc('day', {0}))"
_WHOLE = "bool_and({0} = trunc({0}) AND abs({0}) < 1e15)"


@contextmanager
def read_xlsx(source: XlsxSource, access: Access) -> Iterator[Table]:
    """Rows of one sheet whose first row is the header. A column of whole numbers, or of midnights, reads as such."""
    with open_file(source.path, access) as file:
        try:
            _measure(file, access.limits)
            file.seek(0)
            book = fastexcel.read_excel(file.read())
            columns, sheet = _sheet(book, source, access)
        except (
            fastexcel.FastExcelError,
            zipfile.BadZipFile,
            zlib.error,
            EOFError,
            NotImplementedError,
        ) as error:
            raise Refusal("source_unreadable", detail=str(error)) from error
    with locked_engine(access) as engine:
        engine.register("sheet", sheet)
        described = engine.execute("DESCRIBE sheet").fetchall()
        engine.execute(f"SELECT {_texts(engine, described)} FROM sheet")  # noqa: S608
        yield Table(columns, fetched(engine))


def _sheet(
    book: fastexcel.ExcelReader, source: XlsxSource, access: Access
) -> tuple[tuple[str, ...], fastexcel.ExcelSheet]:
    if source.sheet is not None and source.sheet not in book.sheet_names:
        raise Refusal("source_no_sheet", facts={"sheets": len(book.sheet_names)})
    wanted: str | int = source.sheet if source.sheet is not None else 0
    head = book.load_sheet(wanted, header_row=None, n_rows=1, dtypes="string", skip_rows=0)
    if not head.total_height:
        raise Refusal("source_empty")
    with locked_engine(access) as engine:
        engine.register("head", head)
        names = engine.execute("SELECT * FROM head").fetchone() if head.width else None
    columns = checked_columns([name or "" for name in names or ()], access.limits)
    # numbered names: fastexcel would silently rename a column called like another
    numbered = [str(position) for position in range(len(columns))]
    sheet = book.load_sheet(
        wanted, header_row=None, skip_rows=1, column_names=numbered, schema_sample_rows=None
    )
    return columns, sheet


def _texts(engine: duckdb.DuckDBPyConnection, described: list[tuple[str, ...]]) -> str:
    """SQL for all columns' texts. Excel has no integers and no dates, only floats and date-times."""
    narrower = {"DOUBLE": (_WHOLE, "BIGINT")}
    texts = []
    for name, kind, *_ in described:
        test, type_ = narrower.get(kind, (_MIDNIGHT, "DATE") if kind.startswith("TIMESTAMP") else ("", ""))
        narrow = test and engine.execute(f"SELECT {test.format(column(name))} FROM sheet").fetchone()  # noqa: S608
        if narrow and narrow[0]:
            texts.append(f"CAST(CAST({column(name)} AS {type_}) AS VARCHAR)")
        else:
            texts.append(as_text(name, kind))
    return ", ".join(texts)


def _measure(file: BinaryIO, limits: ReadLimits) -> None:
    """Refuse a bomb: expanded bytes are counted, not believed, and so is the rectangle that the cells span."""
    total = 0
    with zipfile.ZipFile(file) as archive:
        entries = archive.infolist()
        if sum(entry.file_size for entry in entries) > limits.expanded_bytes:
            raise Refusal("source_too_large", facts={"limit_bytes": limits.expanded_bytes})
        for entry in entries:
            width, height = 1, 1
            for chunk in _expanded(file, archive, entry):
                total += len(chunk)
                if total > limits.expanded_bytes:
                    raise Refusal("source_too_large", facts={"limit_bytes": limits.expanded_bytes})
                if entry.filename.endswith(".xml"):
                    width = max([width, *map(_position, set(_LETTERS.findall(chunk)))])
                    height = max([height, *map(int, _NUMBERS.findall(chunk))])
            if width > limits.columns:
                raise Refusal("source_too_wide", facts={"columns": width, "limit": limits.columns})
            if width * height > limits.cells:
                raise Refusal("source_too_large", facts={"limit_cells": limits.cells})


def _expanded(file: BinaryIO, archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> Iterator[bytes]:
    """The entry's bytes in overlapping chunks, whatever size the archive's directory claims."""
    file.seek(entry.header_offset)
    header = file.read(30)
    if len(header) < 30 or entry.flag_bits & 0x1:
        raise zipfile.BadZipFile("truncated or encrypted entry")
    start = (
        entry.header_offset
        + 30
        + int.from_bytes(header[26:28], "little")
        + int.from_bytes(header[28:30], "little")
    )
    stored = entry.compress_type == zipfile.ZIP_STORED
    inflate = zlib.decompressobj(-zlib.MAX_WBITS)
    file.seek(start)
    left, tail = entry.compress_size, b""
    while left > 0 and (raw := file.read(min(left, _CHUNK))):
        left -= len(raw)
        while raw:
            chunk = raw if stored else inflate.decompress(raw, _CHUNK)
            raw = b"" if stored else inflate.unconsumed_tail
            if chunk:
                yield tail + chunk
                tail = chunk[-_OVERLAP:]


def _position(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number
