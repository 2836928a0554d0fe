"""The three locks pin and hash all that pyproject asks for, agree with each other, and name no registry."""

import re
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from apps.config.environment import ROOT

LOCKS = {"site": ("site",), "control": ("control", "site", "mcp"), "dev": ("control", "site", "mcp", "dev")}
PIN = re.compile(r"^([A-Za-z0-9._-]+)(?:\[[^\]]*\])?==([^ ;\\]+)(?: ; ([^\\]+?))? ?\\$")


def read(name: str) -> str:
    return (ROOT / "locks" / f"{name}.txt").read_text()


def pins(text: str) -> set[tuple[str, str, str]]:
    """(name, version, marker) of every pin."""
    return {
        (canonicalize_name(found[1]), found[2], found[3] or "")
        for line in text.splitlines()
        if (found := PIN.match(line))
    }


@pytest.mark.parametrize("name", LOCKS)
def test_every_requirement_is_pinned_to_a_version_that_it_allows(name: str) -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    asked = list(project["project"]["dependencies"]) + project["dependency-groups"]["build"]
    for extra in LOCKS[name]:
        asked += project["project"]["optional-dependencies"][extra]
    versions = {package: version for package, version, _ in pins(read(name))}
    for requirement in map(Requirement, asked):
        version = versions.get(canonicalize_name(requirement.name))
        assert version, f"locks/{name}.txt lacks {requirement.name}: make lock"
        assert version in requirement.specifier, f"{requirement} is not met by {version}: make lock"


@pytest.mark.parametrize("name", LOCKS)
def test_every_pin_has_hashes_and_no_line_names_a_place(name: str) -> None:
    text = read(name)
    blocks = re.split(r"\n(?=[A-Za-z0-9])", text.strip())
    assert len(blocks) == len(pins(text)) > 20
    for block in blocks:
        first, *rest = block.splitlines()
        assert PIN.match(first), first
        assert rest
        assert all(re.fullmatch(r"    --hash=sha256:[0-9a-f]{64}(?: \\)?", line) for line in rest), first
    assert "://" not in text
    assert " @ " not in text


def test_the_locks_agree() -> None:
    for less, more in (("site", "control"), ("control", "dev")):
        # what one lock wants on some systems, a larger one may want on all
        everywhere = {(name, version) for name, version, marker in pins(read(more)) if not marker}
        beyond = pins(read(less)) - pins(read(more))
        assert {(name, version) for name, version, _ in beyond} <= everywhere


def test_a_site_is_installed_without_django_and_a_control_plane_without_test_tools() -> None:
    site = {package for package, _, _ in pins(read("site"))}
    control = {package for package, _, _ in pins(read("control"))}
    assert not {package for package in site if "django" in package or package in {"gunicorn", "whitenoise"}}
    assert not control & {"pytest", "mypy", "ruff", "playwright", "uv"}


def test_planted_disorder_is_found(tmp_path: Path) -> None:
    assert pins("a==1 \\\n    --hash=x\nb==2 ; x == 'y' \\\n") == {("a", "1", ""), ("b", "2", "x == 'y'")}
    assert pins("a @ https://example.invalid/a.whl\n") == set()
