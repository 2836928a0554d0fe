"""What every test may use: one embedded PostgreSQL for the session, and skips that a strict run refuses."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import dj_database_url
import pytest
from django.conf import settings
from django.db import connections

from apps.config import runtime
from apps.config.postgres import Cluster, ensure_databases

# What is lost with the machine's power may be lost here.
FORGETFUL = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--strict-skips", action="store_true", help="a skipped test fails the run, by its name")


def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    if session.config.getoption("--strict-skips") and exitstatus == 0 and _skipped(session.config):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    if config.getoption("--strict-skips") and (skipped := _skipped(config)):
        terminalreporter.section("skipped, which a strict run refuses")
        for report in skipped:
            terminalreporter.line(f"{report.nodeid}: {_reason(report)}")


def _skipped(config: pytest.Config) -> list[Any]:
    reporter: Any = config.pluginmanager.getplugin("terminalreporter")
    return list(reporter.stats.get("skipped", []))


def _reason(report: Any) -> str:
    return str(report.longrepr[2] if isinstance(report.longrepr, tuple) else report.longrepr)


@pytest.fixture(scope="session")
def test_home() -> Path:
    """The temporary FIELDWORK_HOME of this session."""
    return Path(settings.TEST_HOME)


@pytest.fixture(scope="session")
def cluster(test_home: Path) -> Iterator[Cluster]:
    """A running embedded PostgreSQL with the databases `fieldwork` and `broker`."""
    server = Cluster(test_home, tuning=FORGETFUL)
    server.start()
    try:
        facts = ensure_databases(server)
        with server.connect("postgres") as connection:
            connection.execute("ALTER ROLE fieldwork CREATEDB")  # for Django's test database alone
        runtime.write(test_home, {**facts, "site_broker": facts["broker"]})
        yield server
    finally:
        server.stop()


@pytest.fixture(scope="session")
def django_db_modify_db_settings(request: pytest.FixtureRequest, test_home: Path) -> None:
    """Point Django at the embedded server, or at TEST_DATABASE_URL."""
    if url := os.environ.get("TEST_DATABASE_URL"):
        address: dict[str, Any] = dict(dj_database_url.parse(url))
    else:
        request.getfixturevalue("cluster")
        address = runtime.database(test_home)
    connections["default"].settings_dict.update(address)
    connections.settings["default"].update(address)


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: Any) -> None:
    """A test that commits is cleaned up by TRUNCATE, which the audit trail and what was decided at gates refuse; their
    own tests arm this again."""
    with django_db_blocker.unblock(), connections["default"].cursor() as cursor:
        cursor.execute("ALTER TABLE audit_event DISABLE TRIGGER audit_event_no_truncate")
        cursor.execute("ALTER TABLE engagements_gatedecision DISABLE TRIGGER gate_decision_no_truncate")
        cursor.execute("ALTER TABLE engagements_override DISABLE TRIGGER override_no_truncate")
