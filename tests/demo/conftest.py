from pathlib import Path

import pytest

from tests.factories.acting import acted

__all__ = ["acted"]


@pytest.fixture
def home(tmp_path: Path, settings) -> Path:
    """The home of a Fieldwork of its own."""
    settings.HOME = tmp_path
    return tmp_path
