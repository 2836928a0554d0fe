"""The site is a program of its own: no Django, and nothing of ours outside of `apps.dataplane`."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "apps" / "dataplane"
_FORBID = """
import pkgutil, sys

class Forbid:
    def find_spec(self, name, path=None, target=None):
        top, _, rest = name.partition(".")
        if top in ("django", "rest_framework") or (top == "apps" and rest and rest.split(".")[0] != "dataplane"):
            raise ImportError(f"{name} is not of the site")

sys.meta_path.insert(0, Forbid())
import apps.dataplane
for module in pkgutil.walk_packages(apps.dataplane.__path__, "apps.dataplane."):
    __import__(module.name)
    print(module.name)
"""


def test_every_module_imports_without_django_and_without_the_rest_of_ours() -> None:
    done = subprocess.run(
        [sys.executable, "-c", _FORBID], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert {"apps.dataplane.cli", "apps.dataplane.worker", "apps.dataplane.engine"} <= set(
        done.stdout.split()
    )


@pytest.mark.parametrize(
    "name", ["broker", "errors", "messages", "plan", "privacy", "envelope", "statistics"]
)
def test_the_contract_needs_the_base_dependencies_only(name: str) -> None:
    path = FOLDER / "contract" / f"{name}.py"
    tops = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            tops |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and not node.level:
            tops.add((node.module or "").split(".")[0])
    assert tops <= set(sys.stdlib_module_names) | ({"pydantic", "joserfc"} if name != "broker" else set())
