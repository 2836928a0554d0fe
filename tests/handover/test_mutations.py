"""A pack that was changed in any way is refused in words, or is another good pack: never an error, never a loss."""

from itertools import count
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from apps.core.errors import Refused
from apps.engagements.models import Engagement
from apps.handover.rules import documents, tables
from apps.handover.services.importing import check_pack

from .conftest import empty, pack_of
from .packing import sealed, zipped

TEXT = st.text(st.characters(codec="utf-8", exclude_characters="\0"))
JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**18), 10**18)
    | st.floats(allow_nan=False, allow_infinity=False)
    | TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
    max_leaves=8,
)


@given(JSON)
def test_yaml_gives_back_what_was_written(value: object) -> None:
    assert documents.read(documents.dump({"x": value}).encode(), "x") == {"x": value}


@given(TEXT, st.dictionaries(TEXT, TEXT, max_size=3))
def test_markdown_gives_back_what_was_written(text: str, head: dict[str, str]) -> None:
    assert documents.read_prose(documents.prose({"a": "b", **head}, text).encode(), "x") == (
        {"a": "b", **head},
        text,
    )


@given(st.lists(TEXT | st.none(), min_size=2, max_size=4))
def test_a_table_gives_back_what_was_written_and_holds_no_formula(cells: list[str | None]) -> None:
    from io import BytesIO

    heads = [f"c{n}" for n in range(len(cells))]
    said = [tables.said_or_none(cell) for cell in cells]
    assert not any(cell.lstrip().startswith(("=", "+", "-", "@")) for cell in said)
    raw = (tables.line_of(heads) + tables.line_of(said)).encode()
    [(_, row)] = list(tables.rows_of(BytesIO(raw), "x", heads))
    assert [tables.heard_or_none(cell) for cell in row] == cells


@st.composite
def changes(draw: st.DrawFn) -> tuple[str, float, float, str, bool]:
    """What is done, to which file, where, with what, and whether the manifest is made to fit."""
    kind = draw(
        st.sampled_from(["flip", "drop", "double", "line-drop", "line-double", "cut", "insert", "swap"])
    )
    inserted = draw(
        st.sampled_from(["\0", "@gone/1", "null", "-1", "1e400", "R-1", "people/x", "{", '"', "[]", "\ud7ff"])
    )
    return kind, draw(st.floats(0, 0.999)), draw(st.floats(0, 0.999)), inserted, draw(st.booleans())


def changed(pack: dict[str, bytes], change: tuple[str, float, float, str, bool]) -> dict[str, bytes]:
    kind, which, where, inserted, seal = change
    name = sorted(pack)[int(which * len(pack))]
    raw, files = pack[name], dict(pack)
    lines = raw.splitlines(keepends=True)
    at, line = int(where * max(1, len(raw))), int(where * max(1, len(lines)))
    if kind == "drop":
        del files[name]
    elif kind == "double":
        files[f"{name.rpartition('.')[0]}-2.{name.rpartition('.')[2]}"] = raw
    elif kind == "swap":
        other = sorted(pack)[int(where * len(pack))]
        files[name], files[other] = files[other], raw
    else:
        files[name] = {
            "flip": lambda: raw[:at] + bytes([raw[at] ^ 1]) + raw[at + 1 :] if raw else b"",
            "line-drop": lambda: b"".join(lines[:line] + lines[line + 1 :]),
            "line-double": lambda: b"".join(lines[:line] + lines[line : line + 1] * 2 + lines[line + 1 :]),
            "cut": lambda: raw[:at],
            "insert": lambda: raw[:at] + inserted.encode() + raw[at:],
        }[kind]()
    return (
        sealed(files)
        if seal and "manifest.yml" in files and name != "manifest.yml" and kind != "swap"
        else files
    )


@pytest.mark.slow
def test_a_changed_pack_is_refused_in_words_or_is_taken_as_it_is(
    engagement: Engagement, home: Path, tmp_path: Path
) -> None:
    pack = pack_of(engagement, tmp_path / "good")
    empty(home)
    numbers, refused = count(), count()
    said: list[str] = []

    @settings(max_examples=250, deadline=None, suppress_health_check=list(HealthCheck))
    @given(changes())
    def property_(change: tuple[str, float, float, str, bool]) -> None:
        path = zipped(changed(pack, change), tmp_path / f"{next(numbers)}.zip")
        try:
            check_pack(by=None, path=path)  # which compares what it would write with the pack
        except Refused as error:
            next(refused)
            said.append(error.message)
        finally:
            path.unlink()
        assert not Engagement.objects.exists()

    property_()
    assert next(refused) > 50
    assert all(said)
