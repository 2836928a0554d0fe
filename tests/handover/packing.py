"""Packs made by hand, for those that are not as Fieldwork writes them."""

import hashlib
import zipfile
from pathlib import Path

import yaml


def sealed(files: dict[str, bytes]) -> dict[str, bytes]:
    """The same files with a manifest that fits them; its counts stay."""
    manifest = yaml.safe_load(files["manifest.yml"])
    others = {name: content for name, content in files.items() if name != "manifest.yml"}
    manifest["files"] = [
        {"path": name, "size": len(content), "sha256": hashlib.sha256(content).hexdigest()}
        for name, content in sorted(others.items())
    ]
    return {**others, "manifest.yml": yaml.safe_dump(manifest, sort_keys=False, allow_unicode=True).encode()}


def zipped(files: dict[str, bytes], path: Path) -> Path:
    """An archive of these files."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, content in files.items():
            packed.writestr(name, content)
    return path


def laid(files: dict[str, bytes], folder: Path) -> Path:
    """A folder of these files."""
    for name, content in files.items():
        lies = folder / name
        lies.parent.mkdir(parents=True, exist_ok=True)
        lies.write_bytes(content)
    return folder
