"""Write what the documents repeat from the code: the settings table, the reference of the spec, the API's schema. Tests
compare."""

import json
import os
import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from apps.config import environment  # noqa: E402
from apps.pilots.spec import reference  # noqa: E402

INTRODUCTION = """\
# The spec of a pilot

One YAML file says what is evaluated, on which rows, by what measure and against which criteria. Paths are relative to
the file. The tables are written by the code itself.

"""


def openapi() -> str:
    """The API's schema, sorted, so that a change shows as one."""
    import django
    from django.apps import apps

    if not apps.ready:
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")
        django.setup()
    from apps.api.views.documentation import schema

    return json.dumps(schema(), indent=1, sort_keys=True, ensure_ascii=False) + "\n"


def documents() -> dict[Path, str]:
    """Each document with the text that it should have."""
    readme = ROOT / "README.md"
    between = re.compile(r"(<!-- settings -->\n).*?(<!-- /settings -->)", re.DOTALL)
    return {
        readme: between.sub(lambda found: f"{found[1]}{environment.table()}\n{found[2]}", readme.read_text()),
        ROOT / "docs" / "spec.md": INTRODUCTION + reference(),
        ROOT / "docs" / "openapi.json": openapi(),
    }


if __name__ == "__main__":
    for path, text in documents().items():
        path.write_text(text)
