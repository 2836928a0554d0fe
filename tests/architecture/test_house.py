"""House rules that a program can see."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
FILE_LINES = 300
FUNCTION_LINES = 40
FORBIDDEN = {"utils", "util", "common", "helpers", "misc"}
TEMPLATE = re.compile(r"_?[a-z]+(_[a-z]+)*\.(html|txt)")


def sources() -> Iterator[Path]:
    for path in sorted((ROOT / "apps").rglob("*.py")):
        if "migrations" not in path.parts:
            yield path


def name(path: Path) -> str:
    return str(path.relative_to(ROOT))


def long_functions(source: str) -> list[str]:
    """The functions longer than the rule, docstrings aside."""
    found = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            first = node.body[0]
            docstring = isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant)
            skipped = (first.end_lineno or 0) - first.lineno + 1 if docstring else 0
            if (node.end_lineno or 0) - node.lineno + 1 - skipped > FUNCTION_LINES:
                found.append(node.name)
    return found


def test_no_drawer_for_what_has_no_name() -> None:
    drawers = [name(path) for path in (ROOT / "apps").rglob("*") if path.stem in FORBIDDEN]
    assert drawers == []


def test_files_stay_small() -> None:
    large = [name(path) for path in sources() if len(path.read_text().splitlines()) > FILE_LINES]
    assert large == []


def test_functions_stay_small() -> None:
    large = {name(path): long for path in sources() if (long := long_functions(path.read_text()))}
    assert large == {}


def test_a_long_function_is_caught() -> None:
    body = "\n".join(f"    x = {n}" for n in range(FUNCTION_LINES))
    assert long_functions(f"def long():\n{body}") == ["long"]
    assert long_functions(f'def short():\n    """{"text " * 9}\n\n    more."""\n    return 1') == []


def test_templates_are_named_for_app_noun_and_view() -> None:
    rooms = {path.name for path in (ROOT / "apps").iterdir() if path.is_dir()} | {"components", "errors"}
    wrong = [
        name(path)
        for path in (ROOT / "templates").rglob("*.*")
        if path.name != "base.html"
        and (
            path.parent.parent != ROOT / "templates"
            or path.parent.name not in rooms
            or not TEMPLATE.fullmatch(path.name)
        )
    ]
    assert wrong == []


def test_templates_carry_no_inline_style_or_script() -> None:
    """The content policy would refuse them in the browser, where no test looks."""
    inline = re.compile(
        r"<style|\sstyle=|<script(?![^>]*\ssrc=)|\son[a-z]+=|javascript:|hx-on", re.IGNORECASE
    )
    wrong = [name(path) for path in (ROOT / "templates").rglob("*.html") if inline.search(path.read_text())]
    assert wrong == []


def test_what_anyone_must_do_is_done() -> None:
    """No promises to oneself in the code."""
    promise = re.compile(r"\b(TODO|FIXME|XXX|HACK)\b")
    wrong = [name(path) for path in sources() if promise.search(path.read_text())]
    assert wrong == []
