"""A file goes into the client's folder of this machine and nowhere else; nothing is overwritten."""

from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile, UploadedFile

from apps.connectors import services
from apps.connectors.models import Source
from apps.connectors.rules import contents
from apps.core.errors import Refused
from apps.dispatch import places
from apps.dispatch.models import Inquiry, Site

ROWS = b"text,label\nhello,a\n"


def put(member, content: bytes = ROWS, name: str = "my cases.csv") -> Source:
    file = SimpleUploadedFile(name, content)
    return services.keep_upload(by=member.user, engagement=member.engagement, file=file)


@pytest.fixture
def folder(acted, here) -> Path:
    return places.data() / "northwind-bank"


def test_it_is_kept_for_its_owner_only_and_tested_at_once(member, folder: Path) -> None:
    source = put(member)
    path = folder / "my-cases.csv"
    assert source.address == {"kind": "csv", "path": str(path)}
    assert source.name == "my cases.csv"
    assert path.read_bytes() == ROWS
    assert path.stat().st_mode & 0o777 == 0o600
    assert folder.stat().st_mode & 0o777 == 0o700
    assert source.looked == Inquiry.objects.get()


def test_the_same_content_is_the_same_file_and_other_content_gets_a_number(member, folder: Path) -> None:
    first, again = put(member), put(member)
    assert first == again
    other = put(member, b"text,label\nother,b\n")
    assert other.address["path"].endswith("my-cases-2.csv")
    assert put(member, b"text,label\nother,b\n") == other
    assert sorted(path.name for path in folder.iterdir()) == ["my-cases-2.csv", "my-cases.csv"]
    assert (folder / "my-cases.csv").read_bytes() == ROWS


def test_a_link_under_its_name_is_not_followed(member, folder: Path, tmp_path: Path) -> None:
    folder.mkdir()
    outside = tmp_path / "outside.csv"
    outside.write_bytes(ROWS)
    (folder / "my-cases.csv").symlink_to(outside)
    assert put(member).address["path"].endswith("my-cases-2.csv")


def test_the_kind_is_what_the_content_is_and_not_what_it_is_called(member, folder: Path) -> None:
    assert put(member, b'{"a": 1}\n', "rows.csv").address["path"].endswith("rows.jsonl")
    with pytest.raises(Refused, match="PDF") as refused:
        put(member, b"%PDF-1.7 ...", "rows.csv")
    assert refused.value.field == "file"


def test_a_file_too_large_is_refused_before_it_is_kept(member, folder: Path, monkeypatch) -> None:
    monkeypatch.setattr(contents, "LARGEST", 10)
    with pytest.raises(Refused, match="Name its path instead"):
        put(member)
    assert not folder.exists()


def test_a_full_disk_is_told_and_leaves_nothing_behind(member, folder: Path, monkeypatch) -> None:
    def full(self: UploadedFile) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(SimpleUploadedFile, "chunks", full)
    with pytest.raises(Refused, match="disk is full"):
        put(member)
    assert list(folder.iterdir()) == []
    assert not Source.objects.exists()


def test_for_a_client_s_own_site_and_for_one_elsewhere_nothing_is_taken(member, acted, monkeypatch) -> None:
    with pytest.raises(Refused, match="stay with this client"):
        put(member)
    monkeypatch.setattr(places, "is_here", lambda site: True)
    Site.objects.update(client=member.engagement.client)
    with pytest.raises(Refused, match="stay with this client"):
        put(member)
    assert not (places.data() / "northwind-bank").exists()
