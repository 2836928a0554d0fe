"""What the documents repeat from the code is what the code says."""

import importlib.util
import re

from apps.config.environment import ROOT, SETTINGS


def test_the_documents_are_in_step() -> None:
    loader = importlib.util.spec_from_file_location("write", ROOT / "docs" / "write.py")
    assert loader
    assert loader.loader
    module = importlib.util.module_from_spec(loader)
    loader.loader.exec_module(module)
    for path, text in module.documents().items():
        assert path.read_text() == text, f"{path.name} is out of step: run docs/write.py"


def test_every_variable_that_the_code_reads_is_in_the_table() -> None:
    known = {setting.name for setting in SETTINGS}
    read = re.compile(r"environment\.(?:value|flag)\(\s*[\"']([A-Z_]+)[\"']")
    used = {name for path in (ROOT / "apps").rglob("*.py") for name in read.findall(path.read_text())}
    assert used
    assert used <= known


def test_settings_reads_the_environment_through_the_table_alone() -> None:
    text = (ROOT / "apps" / "config" / "settings.py").read_text()
    assert "os.environ" not in text
