"""Export, import, export is the identity."""

from pathlib import Path
from typing import Any

from apps.accounts.models import User
from apps.engagements.models import Engagement
from apps.handover.services.exporting import archive
from apps.handover.services.importing import import_pack

from .conftest import empty, files_of, pack_of, zip_of


def differences(first: dict[str, bytes], second: dict[str, bytes]) -> dict[str, Any]:
    names = first.keys() | second.keys()
    return {
        name: (first.get(name), second.get(name)) for name in names if first.get(name) != second.get(name)
    }


def test_the_whole_demo_is_the_same_after_export_import_export(
    told: list[Engagement], home: Path, tmp_path: Path
) -> None:
    packs = [pack_of(one, tmp_path / f"first{n}") for n, one in enumerate(told)]
    empty(home)
    for n, pack in enumerate(packs):
        made, _ = import_pack(by=None, path=tmp_path / f"first{n}")
        assert differences(pack, pack_of(made, tmp_path / f"second{n}")) == {}
    assert not User.objects.filter(is_active=True).exists()


def test_one_of_everything_is_the_same_after_export_import_export(
    engagement: Engagement, home: Path, tmp_path: Path
) -> None:
    pack = pack_of(engagement, tmp_path / "first")
    empty(home)
    made, _ = import_pack(by=None, path=tmp_path / "first")
    assert differences(pack, pack_of(made, tmp_path / "second")) == {}


def test_an_archive_holds_the_same_files_and_the_same_bytes_each_time(
    engagement: Engagement, home: Path, tmp_path: Path
) -> None:
    first = b"".join(archive(engagement))
    assert first == b"".join(archive(engagement))
    packed = zip_of(engagement, tmp_path / "pack.zip")
    pack = pack_of(engagement, tmp_path / "folder")
    empty(home)
    made, _ = import_pack(by=None, path=packed)
    assert differences(pack, pack_of(made, tmp_path / "second")) == {}
    assert files_of(tmp_path / "folder") == pack
