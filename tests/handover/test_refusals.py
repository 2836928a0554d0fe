"""What a pack must not be: each is refused in a sentence that names the file, and nothing is written."""

import os
import re
import stat
import struct
import warnings
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from apps.accounts.models import User
from apps.audit.models import Event
from apps.core.errors import Refused
from apps.engagements.models import Client, Engagement
from apps.handover.rules import limits
from apps.handover.services.importing import import_pack

from .conftest import empty, pack_of
from .packing import laid, sealed, zipped

Pack = dict[str, bytes]


@pytest.fixture
def pack(engagement: Engagement, home: Path, tmp_path: Path) -> Pack:
    """A good pack, before an installation that has nothing."""
    found = pack_of(engagement, tmp_path / "good")
    empty(home)
    return found


def refused(path: Path, words: str) -> None:
    """It is refused with these words, and nothing of it is there."""
    with pytest.raises(Refused) as error:
        import_pack(by=None, path=path)
    assert re.search(words, error.value.message), error.value.message
    assert not Engagement.objects.exists()
    assert not Client.objects.exists()
    assert not User.objects.exists()
    assert not Event.objects.exists()


NAMES = [
    ("../outside.md", "leads out"),
    ("log/../../outside.md", "leads out"),
    ("/etc/passwd", "absolute"),
    ("C:/windows.md", "absolute"),
    ("log\\..\\outside.md", "backslash"),
    ("log//x.md", "empty part"),
    ("./log/x.md", "leads out"),
    ("log/a\nb.md", "cannot be shown"),
    ("log/nul.md", "cannot keep it"),
    ("log/x.md.", "cannot keep it"),
    ("log/x:y.md", "cannot keep it"),
    ("a/b/c/d/e.md", "too deep"),
    ("log/" + "x" * 300, "1 to 200"),
    ("log/u\u0308.md", "written otherwise"),
]


@pytest.mark.parametrize(("name", "words"), NAMES)
def test_a_name_that_leads_out_is_refused(pack: Pack, tmp_path: Path, name: str, words: str) -> None:
    refused(zipped({**pack, name: b"x"}, tmp_path / "bad.zip"), words)
    refused(zipped(sealed({**pack, name: b"x"}), tmp_path / "sealed.zip"), words)
    assert not (tmp_path.parent / "outside.md").exists()


def test_a_link_in_an_archive_is_refused(pack: Pack, tmp_path: Path) -> None:
    for kind in (stat.S_IFLNK, stat.S_IFIFO, stat.S_IFCHR, stat.S_IFDIR):
        path = zipped(sealed(pack), tmp_path / "bad.zip")
        with zipfile.ZipFile(path, "a") as packed:
            info = zipfile.ZipInfo("log/link.md")
            info.external_attr = (kind | 0o777) << 16
            packed.writestr(info, "/etc/passwd")
        refused(path, "log/link.md: This is no plain file")


def test_links_and_pipes_in_a_folder_are_refused(pack: Pack, tmp_path: Path) -> None:
    folder = laid(pack, tmp_path / "bad")
    first = next(path for path in (folder / "log").iterdir())
    content = first.read_bytes()
    first.unlink()
    (tmp_path / "elsewhere.md").write_bytes(content)
    first.symlink_to(tmp_path / "elsewhere.md")
    refused(folder, f"log/{re.escape(first.name)}: This is no plain file")
    first.unlink()
    os.mkfifo(first)
    refused(folder, "This is no plain file")
    first.unlink()
    first.write_bytes(content)
    (folder / "comments").rename(tmp_path / "comments")
    (folder / "comments").symlink_to(tmp_path / "comments")
    refused(folder, "comments: This is no plain file")
    (tmp_path / "link").symlink_to(tmp_path / "good")
    refused(tmp_path / "link", "folder or a ZIP")


def test_what_keeps_the_versions_of_a_folder_is_not_in_the_way(pack: Pack, tmp_path: Path) -> None:
    folder = laid(pack, tmp_path / "repository")
    (folder / ".git").mkdir()
    (folder / ".git" / "HEAD").symlink_to("/etc/passwd")
    import_pack(by=None, path=folder)


def test_bombs_are_refused_before_they_go_off(
    pack: Pack, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    refused(zipped({**pack, "log/big.md": b"\0" * 2**25}, tmp_path / "bomb.zip"), "bomb")
    monkeypatch.setattr("apps.handover.opened.MOST_FILES", len(pack) - 1)
    refused(zipped(pack, tmp_path / "many.zip"), "at most")
    refused(laid(pack, tmp_path / "many"), "at most")
    monkeypatch.setattr("apps.handover.opened.DIRECTORY", 1000)
    monkeypatch.setattr("apps.handover.opened.MOST_FILES", limits.MOST_FILES)
    refused(zipped(pack, tmp_path / "list.zip"), "at most")


def test_an_archive_that_lies_about_a_size_is_refused(pack: Pack, tmp_path: Path) -> None:
    path = zipped(sealed(pack), tmp_path / "bad.zip")
    raw = bytearray(path.read_bytes())
    at = raw.index(b"PK\1\2", raw.index(b"PK\1\2") + 4)
    (size,) = struct.unpack("<L", raw[at + 24 : at + 28])
    raw[at + 24 : at + 28] = struct.pack("<L", size + 7)
    path.write_bytes(raw)
    refused(path, "bytes; the manifest says|cannot be unpacked")


def test_an_archive_within_an_archive_is_no_attachment(pack: Pack, tmp_path: Path) -> None:
    inner = zipped({"x": b"x"}, tmp_path / "inner.zip").read_bytes()
    name = next(name for name in pack if name.startswith("attachments/"))
    refused(
        zipped(sealed({**pack, name: inner}), tmp_path / "bad.zip"),
        "attachments.csv, line 2: Size and digest",
    )


def test_an_attachment_passes_the_same_door_as_an_upload(pack: Pack, tmp_path: Path) -> None:
    table = pack["attachments.csv"].decode()
    bad = {**pack, "attachments.csv": table.replace("text/plain", "text/html").encode()}
    refused(zipped(sealed(bad), tmp_path / "kind.zip"), "attachments/.*another kind of file")
    bad = {**pack, "attachments.csv": table.replace("minutes.txt", "..txt").encode()}
    refused(zipped(sealed(bad), tmp_path / "name.zip"), "attachments")


def test_names_that_are_twice_there_or_nearly_are_refused(pack: Pack, tmp_path: Path) -> None:
    path = zipped(sealed(pack), tmp_path / "twice.zip")
    with warnings.catch_warnings(), zipfile.ZipFile(path, "a") as packed:
        warnings.simplefilter("ignore")
        packed.writestr("people.yml", b"[]")
    refused(path, "people.yml: This file is there twice")
    refused(zipped(sealed({**pack, "People.yml": b"[]"}), tmp_path / "case.zip"), "differ in case")
    refused(zipped(sealed({**pack, "people.yml/x": b"[]"}), tmp_path / "both.zip"), "which is a file")


def test_manifest_and_files_have_to_be_the_same(pack: Pack, tmp_path: Path) -> None:
    more = {**pack, "log/more.md": b"x"}
    refused(zipped(more, tmp_path / "a.zip"), "log/more.md: This file is in the pack and not in its manifest")
    name = next(name for name in pack if name.startswith("log/"))
    less = {one: content for one, content in pack.items() if one != name}
    refused(zipped(less, tmp_path / "b.zip"), f"{re.escape(name)}: .* in the manifest and not in the pack")
    other = {**pack, name: pack[name].replace(b"at: ", b"at:  ")}
    refused(
        zipped(other, tmp_path / "c.zip"), f"{re.escape(name)}: This file has .* bytes; the manifest says"
    )
    other = {**pack, name: bytes([*pack[name][:-2], 120, 10])}
    refused(zipped(other, tmp_path / "d.zip"), f"{re.escape(name)}: .* digest is another")
    refused(zipped({"x": b"x"}, tmp_path / "e.zip"), "manifest.yml")
    refused(
        zipped(sealed({**pack, "unknown.txt": b"x"}), tmp_path / "f.zip"), "unknown.txt: .*belongs to nothing"
    )


def test_an_unknown_format_is_refused(pack: Pack, tmp_path: Path) -> None:
    newer = {**pack, "manifest.yml": pack["manifest.yml"].replace(b"format: 1", b"format: 2")}
    refused(zipped(newer, tmp_path / "a.zip"), "manifest.yml: Its format is 2; this Fieldwork reads format 1")
    other = {**pack, "manifest.yml": b"pack: something\n"}
    refused(zipped(other, tmp_path / "b.zip"), "manifest.yml: This is no fieldwork handover pack")


def test_what_is_no_pack_is_refused(tmp_path: Path, home: Path, db: None) -> None:
    (tmp_path / "x.zip").write_bytes(b"PK nothing")
    refused(tmp_path / "x.zip", "neither a folder nor a ZIP")
    (tmp_path / "y.zip").write_bytes(b"PK\5\6" + b"\xff" * 18)
    refused(tmp_path / "y.zip", "ZIP|at most")
    refused(tmp_path / "none", "cannot be read")


def entry(pack: Pack) -> str:
    return next(name for name in sorted(pack) if name.startswith("log/"))


def with_head(change: Callable[[str], str]) -> Callable[[Pack], Pack]:
    return lambda pack: {
        **pack,
        entry(pack): change(pack[entry(pack)].decode()).encode("utf-8", "surrogatepass"),
    }


def with_table(name: str, old: str, new: str) -> Callable[[Pack], Pack]:
    def changed(pack: Pack) -> Pack:
        text = pack[name].decode()
        assert re.search(old, text), text
        return {**pack, name: re.sub(old, new, text, count=1).encode()}

    return changed


CONTENTS = [
    (with_head(lambda text: text.replace("tags: []", "tags: &a [*a]")), "stand for something else"),
    (with_head(lambda text: text.replace("tags: []", "tags: !!python/name:os.system []")), "stands for something"),
    (with_head(lambda text: text.replace("tags: []", "tags: " + "[" * 60 + "]" * 60)), "nested deeper"),
    (with_head(lambda text: text.replace("tags: []", "tags: [1]")), "tags has to be a text"),
    (with_head(lambda text: text.replace("tags: []", "tags: no")), "tags has to be a list"),
    (with_head(lambda text: text.replace("tags: []", f"tags: [{'x' * 41}]")), "tags: .*40"),
    (with_head(lambda text: text.replace("version: 1", "version: one")), "version has to be a whole number"),
    (with_head(lambda text: text.replace("version: 1", "version: -1")), "version: "),
    (with_head(lambda text: text.replace("version: 1", "version: " + "9" * 30)), "version: "),
    (with_head(lambda text: text.replace("version: 1", "version: 1\nversion: 1")), "stands there once"),
    (with_head(lambda text: text.replace("version: 1", "colour: 1")), "It says"),
    (with_head(lambda text: text.replace("state: noted", "state: mitigated")), "database refuses|state"),
    (with_head(lambda text: text.replace("reference: L-1\n", "reference: R-1\n")), "no reference of such an item"),
    (with_head(lambda text: text.replace("---\n", "", 1)), "facts have to stand first"),
    (with_head(lambda text: re.sub("title: .*", f"title: {'x' * 201}", text)), "title: .*200"),
    (with_head(lambda text: text + "\0\n"), "NUL"),
    (with_head(lambda text: text + "\udc80\n"), "UTF-8"),
    (with_head(lambda text: re.sub("by: .*", "by: nobody-here", text)), "nobody-here"),
    (with_table("actions.csv", "reference,", "refs,"), "actions.csv, line 1: Its columns"),
    (with_table("actions.csv", r"\nA-1,", "\nA-1,x,"), "actions.csv, line 2: This row has"),
    (with_table("actions.csv", r"\nA-1,", '\nA-1,"x'), "actions.csv.*(no CSV|cells)"),
    (with_table("actions.csv", r"\nA-2,", "\nA-1,"), "actions.csv, line 3: A-1 is there twice"),
    (with_table("links.csv", r"A-\d+", "A-99"), "links.csv, line 2: The pack has no A-99"),
    (with_table("links.csv", r"A-\d+", "5d9c2e3a-0000-4000-8000-000000000000"), "links.csv, line 2: .*is no name"),
    (with_table("criteria.csv", "at_least", "sideways"), "criteria.csv, line 2: direction has to be one of"),
    (with_table("criteria.csv", r"0\.9", ""), "criteria.csv|database refuses"),
    (with_table("runs/runs.csv", "done", "running"), "runs/runs.csv, line 2: A run in a pack is over"),
    (with_table("runs/1/results.csv", "ok", "=ok"), "runs/1/results.csv"),
    (with_table("runs/1/results.csv", "0,0,k0", "7,0,k0"), "runs/1/results.csv, line 2: Its run has no target"),
    (with_table("events.csv", "@", "@gone/"), "events.csv|gone"),
    (with_table("people.yml", "side: staff", "side: admin"), "people.yml: A side is"),
    (with_table("gates.csv", r"G-5.*\n", ""), "gates.csv: There is one gate"),
]  # fmt: skip


@pytest.mark.parametrize(("change", "words"), CONTENTS)
def test_what_a_file_must_not_say_is_refused_with_its_name(
    pack: Pack, tmp_path: Path, change: Callable[[Pack], Pack], words: str
) -> None:
    bad = change(pack)
    assert bad != pack
    refused(zipped(sealed(bad), tmp_path / "bad.zip"), words)


def test_things_that_block_one_another_are_refused(pack: Pack, tmp_path: Path) -> None:
    lines = pack["links.csv"].decode().splitlines()
    heads, cells = lines[0].split(","), lines[1].split(",")
    back = dict(zip(heads, cells, strict=True))
    back |= {"no": "2", "source": back["target"], "target": back["source"]}
    bad = {**pack, "links.csv": ("\n".join([*lines, ",".join(back.values())]) + "\n").encode()}
    refused(zipped(sealed(bad), tmp_path / "bad.zip"), "links.csv: .*circle")


def test_a_pack_that_fieldwork_would_write_otherwise_is_refused(pack: Pack, tmp_path: Path) -> None:
    table = pack["milestones.csv"].decode()
    heads, *rows = table.splitlines()
    quoted = re.sub(r"^(M-\d+)", r'"\1"', rows[0])
    bad = {**pack, "milestones.csv": ("\n".join([heads, quoted, *rows[1:]]) + "\n").encode()}
    refused(zipped(sealed(bad), tmp_path / "bad.zip"), "milestones.csv: Handed over again")


def test_a_second_import_is_refused_unless_it_has_another_name(pack: Pack, tmp_path: Path) -> None:
    first, _ = import_pack(by=None, path=tmp_path / "good")
    with pytest.raises(Refused, match="already; import this under another name"):
        import_pack(by=None, path=tmp_path / "good")
    second, _ = import_pack(by=None, path=tmp_path / "good", name="Another one")
    assert (second.client, second.name) == (first.client, "Another one")
    assert Engagement.objects.count() == 2
