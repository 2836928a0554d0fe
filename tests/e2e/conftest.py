import pytest
from django.db import connections

from .browser import browser

__all__ = ["browser"]


@pytest.fixture(scope="session", autouse=True)
def no_lasting_connections(django_db_modify_db_settings: None) -> None:
    """The live server's threads come and go; a connection that outlives them keeps the test database in use."""
    connections.settings["default"]["CONN_MAX_AGE"] = 0
