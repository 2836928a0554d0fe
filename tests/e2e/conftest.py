from collections.abc import Iterator
from pathlib import Path

import pytest
from django.db import connections

from tests.benchmarks.bench_engine_only import mock_endpoint
from tests.benchmarks.fieldwork import fieldwork

from .browser import browser

__all__ = ["browser"]


@pytest.fixture(scope="session", autouse=True)
def no_lasting_connections(django_db_modify_db_settings: None) -> None:
    """The live server's threads come and go; a connection that outlives them keeps the test database in use."""
    connections.settings["default"]["CONN_MAX_AGE"] = 0


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    """The mock endpoint's."""
    with mock_endpoint() as found:
        yield found


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Of a Fieldwork without web and demo, for a module's tests."""
    with fieldwork(tmp_path_factory.mktemp("fieldwork") / "home") as found:
        yield found
