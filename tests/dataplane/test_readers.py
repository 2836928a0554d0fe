"""Files that cannot be read are refused under a code of their own, with numbers and never a value."""

import os
import random
import struct
import zipfile
from pathlib import Path
from typing import Any

import pytest

from apps.dataplane.contract.errors import CODES
from apps.dataplane.contract.plan import CsvSource, JsonlSource, ParquetSource, Source, XlsxSource
from apps.dataplane.readers import open_table
from apps.dataplane.readers.access import Access
from apps.dataplane.refusal import Refusal

from .sources import access, letters, sheet_xml, write_csv, write_jsonl, write_parquet, write_xlsx

SECRET = "Sesame-4711"  # stands for a client's value; no refusal may repeat it


def rows_of(source: Source, given: Access) -> list[list[str | None]]:
    with open_table(source, given) as table:
        return [list(row) for batch in table.batches for row in batch]


def refusal_of(source: Source, given: Access) -> Refusal:
    with pytest.raises(Refusal) as caught:
        rows_of(source, given)
    assert caught.value.code in CODES
    assert SECRET not in repr((caught.value.facts, caught.value.row))
    return caught.value


def csv_of(folder: Path, content: bytes) -> CsvSource:
    path = folder / "given.csv"
    path.write_bytes(content)
    return CsvSource(path=str(path))


class TestCsv:
    @pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
    def test_finds_the_delimiter(self, tmp_path: Path, delimiter: str) -> None:
        source = csv_of(tmp_path, f"text{delimiter}label\r\nhi{delimiter}a\r\n".encode())
        assert rows_of(source, access(tmp_path)) == [["hi", "a"]]

    def test_reads_one_column_bom_quotes_line_breaks_and_blank_lines(self, tmp_path: Path) -> None:
        source = csv_of(tmp_path, b'\xef\xbb\xbftext\n"two\nlines, ""quoted"""\n\n\xc3\xa9\n')
        assert rows_of(source, access(tmp_path)) == [['two\nlines, "quoted"'], ["é"]]

    def test_reads_old_mac_line_ends(self, tmp_path: Path) -> None:
        assert rows_of(csv_of(tmp_path, b"a,b\r1,2\r3,4\r"), access(tmp_path)) == [["1", "2"], ["3", "4"]]

    @pytest.mark.parametrize(
        ("content", "code", "facts"),
        [
            (b"", "source_empty", {}),
            (b"\n\n", "source_empty", {}),
            (b"text,label\n", "source_empty", {}),
            (b"a,b\n1,2\n\xff\xfe,3\n", "source_not_utf8", {"line": 3}),
            ("a,b\n1,2\n".encode("utf-16"), "source_not_utf8", {"line": 1}),
            (b"a,b\n1,2\nSesame-4711\n", "source_ragged", {"line": 3, "fields": 1, "columns": 2}),
            (b"a,b\n1,2\n1,2,Sesame-4711\n", "source_ragged", {"line": 3, "fields": 3, "columns": 2}),
            (b"a,b\n1,Ses\0ame\n", "source_nul", {"line": 2}),
            (b'a,b\n1,"Sesame-4711\n', "source_unreadable", {"line": 2}),
            (b'a,b\n1,"Sesame"-4711\n', "source_unreadable", {"line": 2}),
            (b"a,b,a\n1,2,3\n", "source_duplicate_columns", {"position": 3}),
            (b"a,b\n1," + b"x" * 2000 + b"\n", "source_field_too_large", {"line": 2, "limit_bytes": 1000}),
        ],
    )
    def test_refuses(self, tmp_path: Path, content: bytes, code: str, facts: dict[str, Any]) -> None:
        refusal = refusal_of(csv_of(tmp_path, content), access(tmp_path, field_bytes=1000))
        assert (refusal.code, refusal.facts) == (code, facts)

    def test_names_the_line_of_a_bad_byte_far_into_the_file(self, tmp_path: Path) -> None:
        source = csv_of(tmp_path, b"a,b\n" + b"some,thing\n" * 5000 + b"\xff,x\n" + b"some,thing\n" * 10)
        assert refusal_of(source, access(tmp_path)).facts == {"line": 5002}

    def test_an_endless_quoted_field_does_not_fill_the_memory(self, tmp_path: Path) -> None:
        source = csv_of(tmp_path, b'a,b\n1,"' + b"x\n" * 100_000)
        assert refusal_of(source, access(tmp_path, field_bytes=5000)).code == "source_field_too_large"


class TestJsonl:
    def test_reads_keys_in_any_order_missing_ones_and_nested_values(self, tmp_path: Path) -> None:
        path = tmp_path / "given.jsonl"
        path.write_text('{"a": 1, "b": {"x": [1.50, null]}}\n\n{"c": true, "a": "\\ud800z"}\n')
        given = access(tmp_path)
        with open_table(JsonlSource(path=str(path)), given) as table:
            assert table.columns == ("a", "b", "c")
            assert [list(row) for batch in table.batches for row in batch] == [
                ["1", '{"x":[1.5,null]}', None],
                ["�z", None, "true"],
            ]

    @pytest.mark.parametrize(
        ("content", "code", "line"),
        [
            (b'{"a": 1}\n{"a": Sesame-4711}\n', "source_unreadable", 2),
            (b'{"a": 1}\n["Sesame-4711"]\n', "source_unreadable", 2),
            (b'{"a": 1}\n{"a": "\xff"}\n', "source_not_utf8", 2),
            (b'{"a": 1, "a": 2}\n', "source_duplicate_columns", 1),
            (b'{"a": ' + b"[" * 100_000 + b"}\n", "source_unreadable", 1),
            (b'{"a": "' + b"x" * 300_000 + b'"}\n', "source_field_too_large", 1),
        ],
    )
    def test_refuses(self, tmp_path: Path, content: bytes, code: str, line: int) -> None:
        path = tmp_path / "given.jsonl"
        path.write_bytes(content)
        refusal = refusal_of(JsonlSource(path=str(path)), access(tmp_path, field_bytes=200_000))
        assert (refusal.code, refusal.facts["line"]) == (code, line)


class TestParquet:
    def test_refuses_a_torn_file_and_one_of_another_format(self, tmp_path: Path) -> None:
        source = write_parquet(tmp_path / "a.parquet", ["text"], [[SECRET]] * 5000, ["VARCHAR"])
        whole = Path(source.path).read_bytes()
        for content in (whole[:-20], b"PAR1" + os.urandom(200), b"text\nhi\n"):
            Path(source.path).write_bytes(content)
            assert refusal_of(source, access(tmp_path)).code == "source_unreadable"

    def test_refuses_two_columns_of_one_name(self, tmp_path: Path) -> None:
        source = write_parquet(tmp_path / "a.parquet", ["aa", "ab"], [["1", "2"]], ["VARCHAR", "VARCHAR"])
        path = Path(source.path)
        path.write_bytes(path.read_bytes().replace(b"ab", b"aa"))
        assert refusal_of(source, access(tmp_path)).code == "source_duplicate_columns"

    def test_the_engine_can_open_no_other_file(self, tmp_path: Path) -> None:
        from apps.dataplane.readers.engine import locked_engine

        other = write_parquet(tmp_path / "b.parquet", ["text"], [[SECRET]], ["VARCHAR"])
        temp = tmp_path / "temp"
        temp.mkdir()
        with locked_engine(access(tmp_path, temp=temp), str(tmp_path / "a.parquet")) as engine:
            for query in (
                f"SELECT * FROM read_parquet('{other.path}')",
                "SELECT * FROM read_text('/etc/hostname')",
                "SET enable_external_access = true",
                "INSTALL httpfs",
            ):
                with pytest.raises(Exception, match=r"disabled|lock"):
                    engine.execute(query)


class TestXlsx:
    def test_refuses_what_is_no_workbook(self, tmp_path: Path) -> None:
        source = write_xlsx(tmp_path / "a.xlsx", ["text"], [[SECRET]])
        whole = Path(source.path).read_bytes()
        for content in (whole[: len(whole) // 2], b"PK\3\4" + os.urandom(100), b"text\nhi\n"):
            Path(source.path).write_bytes(content)
            assert refusal_of(source, access(tmp_path)).code == "source_unreadable"

    def test_refuses_a_sheet_that_is_not_there(self, tmp_path: Path) -> None:
        source = write_xlsx(tmp_path / "a.xlsx", ["text"], [["hi"]])
        missing = XlsxSource(path=source.path, sheet="Other")
        assert refusal_of(missing, access(tmp_path)).code == "source_no_sheet"
        assert rows_of(XlsxSource(path=source.path), access(tmp_path)) == [["hi"]]

    def test_refuses_duplicate_columns(self, tmp_path: Path) -> None:
        source = write_xlsx(tmp_path / "a.xlsx", ["a", "b", "a"], [[1, 2, 3]])
        assert refusal_of(source, access(tmp_path)).facts == {"position": 3}

    def test_refuses_a_bomb_by_what_it_expands_to(self, tmp_path: Path) -> None:
        source = write_xlsx(tmp_path / "a.xlsx", ["text"], [["x" * 1000]] * 5000)
        refusal = refusal_of(source, access(tmp_path, expanded_bytes=1_000_000))
        assert (refusal.code, refusal.facts) == ("source_too_large", {"limit_bytes": 1_000_000})

    def test_refuses_a_bomb_that_lies_about_its_size(self, tmp_path: Path) -> None:
        source = write_xlsx(tmp_path / "a.xlsx", ["text"], [["x" * 1000]] * 5000)
        path = Path(source.path)
        with zipfile.ZipFile(path) as archive:
            size = archive.getinfo("xl/worksheets/sheet1.xml").file_size
        path.write_bytes(path.read_bytes().replace(struct.pack("<I", size), struct.pack("<I", 100)))
        refusal = refusal_of(source, access(tmp_path, expanded_bytes=1_000_000))
        assert (refusal.code, refusal.facts) == ("source_too_large", {"limit_bytes": 1_000_000})

    def test_refuses_two_cells_that_span_a_rectangle_no_memory_holds(self, tmp_path: Path) -> None:
        source = write_xlsx(tmp_path / "a.xlsx", ["text"], [["hi"]])
        far = sheet_xml([["text"]]).replace(
            "</row>", '</row><row r="1048576"><c r="ZZ1048576"><v>1</v></c></row>'
        )
        parts = {}
        with zipfile.ZipFile(source.path) as archive:
            parts = {name: archive.read(name) for name in archive.namelist()}
        with zipfile.ZipFile(source.path, "w") as archive:
            for name, content in {**parts, "xl/worksheets/sheet1.xml": far.encode()}.items():
                archive.writestr(name, content)
        assert refusal_of(source, access(tmp_path)).facts == {"limit_cells": 20_000_000}


class TestEveryFormat:
    def sources(self, folder: Path, header: list[str], rows: list[list[str]]) -> list[Source]:
        return [
            write_csv(folder / "a.csv", header, rows),
            write_jsonl(folder / "a.jsonl", header, rows),
            write_parquet(folder / "a.parquet", header, rows, ["VARCHAR"] * len(header)),
            write_xlsx(folder / "a.xlsx", header, rows),
        ]

    def test_refuses_ten_thousand_columns(self, tmp_path: Path) -> None:
        header = [letters(place) for place in range(10_000)]
        row = ["1"] * 10_000
        some = header[:2001]  # writing all of them takes DuckDB half a minute
        for source in (
            write_csv(tmp_path / "a.csv", header, [row]),
            write_jsonl(tmp_path / "a.jsonl", header, [row]),
            write_parquet(tmp_path / "a.parquet", some, [row[:2001]], ["VARCHAR"] * 2001),
            write_xlsx(tmp_path / "a.xlsx", header, [row]),
        ):
            refusal = refusal_of(source, access(tmp_path))
            assert (source.kind, refusal.code, refusal.facts["limit"]) == (
                source.kind,
                "source_too_wide",
                2000,
            )

    def test_refuses_more_rows_than_the_policy_allows(self, tmp_path: Path) -> None:
        for source in self.sources(tmp_path, ["text"], [["hi"]] * 3000):
            assert len(rows_of(source, access(tmp_path, rows=3000))) == 3000
            refusal = refusal_of(source, access(tmp_path, rows=2999))
            assert (refusal.code, refusal.facts) == ("source_too_large", {"limit_rows": 2999})

    def test_refuses_a_header_without_rows(self, tmp_path: Path) -> None:
        for source in (s for s in self.sources(tmp_path, ["text", "label"], []) if s.kind != "jsonl"):
            assert refusal_of(source, access(tmp_path)).code == "source_empty"

    @pytest.mark.parametrize("kind", [CsvSource, JsonlSource, ParquetSource, XlsxSource])
    def test_random_bytes_are_refused_and_never_crash(self, tmp_path: Path, kind: type[Any]) -> None:
        path, dice = tmp_path / "noise", random.Random(1)
        for size in (1, 2, 7, 100, 5000):
            path.write_bytes(dice.randbytes(size))
            refusal_of(kind(path=str(path)), access(tmp_path))


class TestPlaces:
    def code(self, path: Path, *roots: Path, **limits: int) -> str:
        return refusal_of(CsvSource(path=str(path)), access(*roots, temp=roots[0], **limits)).code

    def test_refuses_what_is_not_a_readable_file_in_a_root(self, tmp_path: Path) -> None:
        root = tmp_path / "root"
        root.mkdir()
        (root / "folder").mkdir()
        (root / "empty.csv").touch()
        os.mkfifo(root / "pipe")
        (root / "big.csv").write_text("a\n" * 600)
        assert self.code(root / "missing.csv", root) == "source_not_found"
        assert self.code(root / "big.csv" / "below", root) == "source_not_found"
        assert self.code(root / "folder", root) == "source_not_a_file"
        assert self.code(root / "pipe", root) == "source_not_a_file"
        assert self.code(root / "empty.csv", root) == "source_empty"
        assert self.code(root / "big.csv", root, bytes=1000) == "source_too_large"
        assert self.code(Path("/dev/zero"), root, Path("/dev")) == "source_not_a_file"
        assert self.code(root, root) == "source_not_a_file"

    def test_refuses_what_lies_outside_whether_or_not_it_exists(self, tmp_path: Path) -> None:
        root, other = tmp_path / "root", tmp_path / "other.csv"
        root.mkdir()
        other.write_text("a\n1\n")
        (root / "link.csv").symlink_to(other)
        (root / "away").symlink_to(tmp_path)
        for path in (other, root / ".." / "other.csv", tmp_path / "missing.csv", Path("relative.csv")):
            assert self.code(path, root) == "path_outside_roots"
        assert self.code(Path(f"{root}-other/a.csv"), root) == "path_outside_roots"
        assert self.code(root / "link.csv", root) == "path_symlink"
        assert self.code(root / "away" / "other.csv", root) == "path_symlink"

    def test_a_link_that_stays_inside_is_followed(self, tmp_path: Path) -> None:
        (tmp_path / "a.csv").write_text("a\n1\n")
        (tmp_path / "link.csv").symlink_to(tmp_path / "a.csv")
        assert rows_of(CsvSource(path=str(tmp_path / "link.csv")), access(tmp_path)) == [["1"]]

    def test_refuses_a_file_without_permission(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        path = tmp_path / "a.csv"
        path.write_text("a\n1\n")
        path.chmod(0)
        if os.geteuid() == 0:  # whom no mode keeps out
            real = os.open

            def refuse(name: Any, *rest: Any, **more: Any) -> int:
                if name == path.name:
                    raise PermissionError(13, "Permission denied", str(path))
                return real(name, *rest, **more)

            monkeypatch.setattr(os, "open", refuse)
        assert self.code(path, tmp_path) == "source_denied"
