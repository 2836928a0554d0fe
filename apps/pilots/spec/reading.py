"""From YAML, a file or plain data to a PilotSpec, with everything that is wrong told at once."""

import json
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from .checks import check
from .document import LARGEST, Document, from_plain, read
from .errors import InvalidSpec, SpecError
from .explain import explain
from .models import PilotSpec
from .paths import anchored


def load(path: Path) -> PilotSpec:
    """The spec in the file at `path`, its paths anchored to the file's folder. Raises InvalidSpec."""
    try:
        with path.open("rb") as file:
            content = file.read(LARGEST + 1)
    except OSError as error:
        raise InvalidSpec([SpecError(0, 0, "", f"cannot be read: {error.strerror}")], str(path)) from error
    if len(content) > LARGEST:
        raise InvalidSpec([SpecError(0, 0, "", "is larger than 1 MiB")], str(path))
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = content[: error.start]
        line, column = before.count(b"\n") + 1, error.start - before.rfind(b"\n")
        raise InvalidSpec([SpecError(line, column, "", "is not UTF-8 text")], str(path)) from error
    return anchored(parse(text, str(path)), path.parent)


def parse(text: str, name: str = "spec.yml") -> PilotSpec:
    """The spec that `text` is, as YAML; `name` is what errors call it. Raises InvalidSpec."""
    return _validated(read(text, name))


def from_data(data: Any, name: str = "spec") -> PilotSpec:
    """The spec from plain data: of `to_data`, a form or JSON. Raises InvalidSpec, without lines."""
    return _validated(from_plain(data, name))


def to_data(spec: PilotSpec) -> dict[str, Any]:
    """The whole spec as JSON, with its defaults spelled out so that they stay what they were."""
    return spec.model_dump(mode="json")


def _validated(document: Document) -> PilotSpec:
    errors = [*document.errors, *check(document)]
    try:
        # As JSON, because pydantic then takes lists for tuples and names for enums, yet no text for a number.
        spec = PilotSpec.model_validate_json(json.dumps(document.data), strict=True)
    except ValidationError as error:
        errors += explain(error, document)
    if errors:
        raise InvalidSpec(errors, document.name)
    return spec
