"""Paths in a spec are relative to it; a plan's are absolute."""

from pathlib import Path
from typing import Any

from .models import PilotSpec

_FILE = "file:"


def anchored(spec: PilotSpec, folder: Path) -> PilotSpec:
    """The spec with its files and `file:` references absolute; relative ones lie below `folder`."""
    return spec.model_copy(update=_anchored_parts(spec, folder.absolute()))


def _anchored_parts(spec: PilotSpec, folder: Path) -> dict[str, Any]:
    dataset = spec.dataset.model_copy(update={"source": _source(spec.dataset.source, folder)})
    return {"dataset": dataset, "targets": tuple(_target(target, folder) for target in spec.targets)}


def _source(source: Any, folder: Path) -> Any:
    if source.kind == "postgres":
        return source.model_copy(update={"dsn": _reference(source.dsn, folder)})
    return source.model_copy(update={"path": str(folder / source.path)})


def _target(target: Any, folder: Path) -> Any:
    if target.kind == "recorded":
        return target
    if target.kind == "baseline":
        return target.model_copy(update={"train": _source(target.train, folder)})
    changes = {
        "api_key": _reference(target.api_key, folder) if target.api_key else None,
        "ca": str(folder / target.ca) if target.ca else None,
        "headers": {name: _reference(value, folder) for name, value in target.headers.items()},
    }
    return target.model_copy(update=changes)


def _reference(value: str, folder: Path) -> str:
    return _FILE + str(folder / value.removeprefix(_FILE)) if value.startswith(_FILE) else value
