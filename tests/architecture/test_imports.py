"""Who may import whom: leftwards only, siblings never, of the data plane nothing but the contract."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
ORDER = (
    {"core"},
    {"audit"},
    {"accounts"},
    {"engagements"},
    {"tokens", "delivery"},
    {"dispatch"},
    {"scoping", "connectors", "catalog"},
    {"pilots"},
    {"adoption"},
    {"trust"},
    {"overview"},
    {"handover"},
    {"reports"},
    {"api", "demo"},
    {"config"},
)
RANK = {app: rank for rank, apps in enumerate(ORDER) for app in apps}
CONTRACT = "apps.dataplane.contract"
# What the control plane alone installs: a site runs without it.
CONTROL_ONLY = {"django", "rest_framework", "django_htmx", "csp", "whitenoise", "dj_database_url", "gunicorn"}


def imported(source: str, module: str, *, package: bool = False) -> Iterator[str]:
    """Every module that a source names in an import, relative ones resolved; `from x import y` gives x.y."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = node.module or ""
            if node.level:
                parts = module.split(".")
                parts = parts[: len(parts) - node.level + (1 if package else 0)]
                base = ".".join([*parts, base] if base else parts)
            yield from (f"{base}.{name.name}" for name in node.names)


def violations(source: str, module: str, *, package: bool = False) -> list[str]:
    """The imports of a module that the order forbids."""
    app = module.split(".")[1] if "." in module else ""
    names = imported(source, module, package=package)
    return [name for name in names if (_site_breaks if app == "dataplane" else _control_breaks)(app, name)]


def _site_breaks(app: str, name: str) -> bool:
    foreign = name.startswith("apps.") and not name.startswith("apps.dataplane")
    return foreign or name == "apps" or name.split(".")[0] in CONTROL_ONLY


def _control_breaks(app: str, name: str) -> bool:
    if not name.startswith("apps.") or name.split(".")[1] == app:
        return False
    other = name.split(".")[1]
    if app == "config":
        return False
    if other == "dataplane":
        return name != CONTRACT and not name.startswith(CONTRACT + ".")
    return RANK[other] >= RANK[app]


def modules() -> list[tuple[Path, str, bool]]:
    found = []
    for path in sorted((ROOT / "apps").rglob("*.py")):
        relative = path.relative_to(ROOT).with_suffix("")
        package = relative.name == "__init__"
        parts = relative.parent.parts if package else relative.parts
        found.append((path, ".".join(parts), package))
    return found


def test_every_app_has_its_place_in_the_order() -> None:
    apps = {path.parent.name for path in (ROOT / "apps").glob("*/__init__.py")}
    assert apps - RANK.keys() - {"dataplane"} == set()


def test_no_module_imports_to_its_right() -> None:
    broken = {
        module: wrong
        for path, module, package in modules()
        if (wrong := violations(path.read_text(), module, package=package))
    }
    assert broken == {}


def test_only_settings_and_supervisor_may_import_everything() -> None:
    """The exemption of `config` is not a way around: nobody else imports it."""
    users = [
        module
        for path, module, package in modules()
        if not module.startswith("apps.config")
        and any(
            name.startswith("apps.config") for name in imported(path.read_text(), module, package=package)
        )
    ]
    assert users == []


PLANTED = [
    ("apps.core.web", "from apps.accounts.models import User"),
    ("apps.audit.services", "import apps.engagements"),
    ("apps.accounts.forms", "from apps.engagements import models"),
    ("apps.scoping.services", "from apps.connectors.models import Source"),
    ("apps.engagements.panels", "def late():\n    from apps.pilots import models"),
    ("apps.engagements.panels", "from ..pilots.models import Run"),
    ("apps.api.views", "from apps.demo import seed"),
    ("apps.pilots.services.runs", "from apps.dataplane.engine import Engine"),
    ("apps.pilots.services.runs", "from apps.dataplane import boundary"),
    ("apps.demo.seed", "from apps.config import settings"),
    ("apps.dataplane.engine.engine", "from django.conf import settings"),
    ("apps.dataplane.engine.engine", "from apps.core.errors import Refused"),
    ("apps.dataplane.engine.engine", "from ...core.errors import Refused"),
]


@pytest.mark.parametrize(("module", "source"), PLANTED)
def test_a_planted_violation_is_caught(module: str, source: str) -> None:
    assert violations(source, module) != []


ALLOWED = [
    ("apps.pilots.services.runs", "from apps.dataplane.contract import plan"),
    ("apps.core.web", "from apps.dataplane.contract.errors import text_of"),
    ("apps.pilots.services.runs", "from ..models import Run\nfrom apps.engagements.models import Engagement"),
    ("apps.config.supervisor", "from apps.dataplane import worker\nfrom apps.demo import seed"),
    ("apps.demo.seed", "from apps.pilots.services import runs"),
    (
        "apps.dataplane.engine.engine",
        "import aiohttp\nfrom ..contract import plan\nfrom apps.dataplane import samples",
    ),
]


@pytest.mark.parametrize(("module", "source"), ALLOWED)
def test_what_the_order_allows_passes(module: str, source: str) -> None:
    assert violations(source, module) == []


def test_relative_imports_of_a_package_are_resolved_from_the_package() -> None:
    assert list(imported("from . import models", "apps.pilots", package=True)) == ["apps.pilots.models"]
    assert list(imported("from .. import models", "apps.pilots.services", package=True)) == [
        "apps.pilots.models"
    ]
    assert list(imported("from . import models", "apps.pilots.views")) == ["apps.pilots.models"]
