"""What every test of gates begins with."""

import pytest

from apps.engagements import checks

from .scene import Scene


@pytest.fixture(autouse=True)
def only_what_the_test_registers(monkeypatch) -> None:
    """Checks of other apps have tests of their own."""
    monkeypatch.setattr(checks, "_checks", {})


@pytest.fixture
def scene(db: None) -> Scene:
    return Scene()
