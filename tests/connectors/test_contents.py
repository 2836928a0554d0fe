"""What an uploaded file is, told from its bytes."""

import zipfile
from io import BytesIO

import pytest

from apps.connectors.rules.contents import SNIFFED, Unfit, kind_of


def archive(*names: str) -> bytes:
    made = BytesIO()
    with zipfile.ZipFile(made, "w") as file:
        for name in names:
            file.writestr(name, "x")
    return made.getvalue()


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (b"a,b\n1,2\n", "csv"),
        (b"\xef\xbb\xbfa;b\n", "csv"),
        ("ä,ö\n".encode(), "csv"),
        (b'\n {"a": 1}\n{"a": 2}', "jsonl"),
        (b"PAR1....PAR1", "parquet"),
        (archive("[Content_Types].xml", "xl/workbook.xml"), "xlsx"),
        (b"{" + b'"a": "' + b"x" * SNIFFED, "jsonl"),
    ],
)
def test_kinds(content: bytes, kind: str) -> None:
    assert kind_of(content[:SNIFFED], content[-SNIFFED:]) == kind


def test_a_character_cut_in_two_by_the_end_of_what_is_looked_at_is_no_fault() -> None:
    assert kind_of(("a\n" + "ä" * SNIFFED).encode()[:SNIFFED], b"") == "csv"
    assert kind_of(("ab\n" + "ä" * SNIFFED).encode()[:SNIFFED], b"") == "csv"


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "empty"),
        (b" \n ", "empty"),
        (b"PAR1....", "cut off"),
        (archive("a.csv"), "archive"),
        (b"\xd0\xcf\x11\xe0....", "old Excel"),
        (b"%PDF-1.7", "PDF"),
        ("a,b".encode("utf-16"), "UTF-16"),
        (b"a\0b", "no text"),
        (b"caf\xe9,b\n", "not UTF-8"),
        (b'[{"a": 1}]', "array"),
        (b'{\n"a": 1\n}', "several lines"),
    ],
)
def test_other_files_are_refused_with_what_would_be_right(content: bytes, why: str) -> None:
    with pytest.raises(Unfit, match=why):
        kind_of(content, content)
