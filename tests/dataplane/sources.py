"""What tests of the site share: the same rows written in every format, and plans over them."""

import csv
import html
import json
import zipfile
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb

from apps.dataplane.contract.plan import (
    CsvSource,
    Dataset,
    JsonlSource,
    ParquetSource,
    Plan,
    RecordedTarget,
    Sample,
    Scorer,
    Source,
    XlsxSource,
)
from apps.dataplane.readers.access import Access, ReadLimits

Rows = Sequence[Sequence[Any]]
SECRET = b"\x07" * 32
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"


def access(*roots: Path, temp: Path | None = None, **limits: int) -> Access:
    return Access(roots=roots, resolve=str, temp=temp or roots[0], limits=ReadLimits(**limits))


def plan_over(source: Source, run: str = "run", **dataset: Any) -> Plan:
    """A plan that reads `text` and compares it with `label`."""
    options = {"input": ("text",), "reference": "label", **dataset}
    sample = options.pop("sample", None)
    return Plan(
        run=run,
        dataset=Dataset(source=source, sample=Sample(**sample) if sample else None, **options),
        targets=(RecordedTarget(name="recorded", column="text"),),
        scorers=(Scorer(name="exact", kind="exact"),),
    )


def write_csv(path: Path, header: Sequence[str], rows: Rows) -> CsvSource:
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(header)
        writer.writerows(rows)
    return CsvSource(path=str(path))


def write_jsonl(path: Path, header: Sequence[str], rows: Rows) -> JsonlSource:
    lines = [json.dumps(dict(zip(header, row, strict=True)), default=str) for row in rows]
    path.write_text("\n".join(lines) + "\n")
    return JsonlSource(path=str(path))


def write_parquet(path: Path, header: Sequence[str], rows: Rows, types: Sequence[str]) -> ParquetSource:
    lines = write_jsonl(path.with_suffix(".lines"), header, rows)
    columns = ", ".join(f"'{name}': '{kind}'" for name, kind in zip(header, types, strict=True))
    with duckdb.connect() as engine:
        given = f"read_json('{lines.path}', format = 'newline_delimited', columns = {{{columns}}})"
        engine.execute(f"COPY (SELECT * FROM {given}) TO '{path}' (FORMAT parquet)")
    return ParquetSource(path=str(path))


def write_xlsx(path: Path, header: Sequence[str], rows: Rows, sheet: str = "Data") -> XlsxSource:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in _parts(sheet).items():
            archive.writestr(name, f'<?xml version="1.0" encoding="UTF-8"?>{text}')
        archive.writestr("xl/worksheets/sheet1.xml", sheet_xml([header, *rows]))
    return XlsxSource(path=str(path), sheet=sheet)


def sheet_xml(rows: Rows) -> str:
    lines = []
    for number, row in enumerate(rows, 1):
        cells = "".join(_cell(f"{letters(place)}{number}", value) for place, value in enumerate(row))
        lines.append(f'<row r="{number}">{cells}</row>')
    return f'<worksheet xmlns="{_MAIN}"><sheetData>{"".join(lines)}</sheetData></worksheet>'


def letters(place: int) -> str:
    """A, B … Z, AA …"""
    text = ""
    place += 1
    while place:
        place, rest = divmod(place - 1, 26)
        text = chr(65 + rest) + text
    return text


def _cell(at: str, value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return f'<c r="{at}" t="b"><v>{int(value)}</v></c>'
    if isinstance(value, int | float):
        return f'<c r="{at}"><v>{value}</v></c>'
    if isinstance(value, datetime):
        return f'<c r="{at}" s="2"><v>{(value - datetime(1899, 12, 30)) / timedelta(days=1)}</v></c>'
    if isinstance(value, date):
        return f'<c r="{at}" s="1"><v>{(value - date(1899, 12, 30)).days}</v></c>'
    return f'<c r="{at}" t="inlineStr"><is><t xml:space="preserve">{html.escape(str(value))}</t></is></c>'


def _parts(sheet: str) -> dict[str, str]:
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml"
    return {
        "[Content_Types].xml": f'<Types xmlns="{_PACKAGE}/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        '<Default Extension="xml" ContentType="application/xml"/>'
        f'<Override PartName="/xl/workbook.xml" ContentType="{kind}.sheet.main+xml"/>'
        f'<Override PartName="/xl/worksheets/sheet1.xml" ContentType="{kind}.worksheet+xml"/>'
        f'<Override PartName="/xl/styles.xml" ContentType="{kind}.styles+xml"/></Types>',
        "_rels/.rels": f'<Relationships xmlns="{_PACKAGE}/relationships">'
        f'<Relationship Id="r1" Type="{_RELATIONS}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{_MAIN}" xmlns:r="{_RELATIONS}">'
        f'<sheets><sheet name="{sheet}" sheetId="1" r:id="r1"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{_PACKAGE}/relationships">'
        f'<Relationship Id="r1" Type="{_RELATIONS}/worksheet" Target="worksheets/sheet1.xml"/>'
        f'<Relationship Id="r2" Type="{_RELATIONS}/styles" Target="styles.xml"/></Relationships>',
        "xl/styles.xml": f'<styleSheet xmlns="{_MAIN}"><cellXfs count="3"><xf numFmtId="0"/>'
        '<xf numFmtId="14" applyNumberFormat="1"/><xf numFmtId="22" applyNumberFormat="1"/></cellXfs></styleSheet>',
    }
