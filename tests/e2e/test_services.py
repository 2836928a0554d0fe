"""The same commands on a real PostgreSQL and RabbitMQ."""

import shutil
import subprocess
import uuid
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from .running import Fieldwork, until

pytestmark = [pytest.mark.services, pytest.mark.slow]
POSTGRES = "postgresql://postgres@127.0.0.1:5432"
RABBITMQ = "amqp://guest:guest@127.0.0.1:5672"


@pytest.fixture
def database() -> Iterator[str]:
    """A database of our own on the server that is there."""
    name = f"fieldwork_test_{uuid.uuid4().hex[:8]}"
    try:
        connection = psycopg.connect(f"{POSTGRES}/postgres", autocommit=True)
    except psycopg.OperationalError:
        pytest.skip("no PostgreSQL on 127.0.0.1:5432 that lets postgres in")
    with connection:
        connection.execute(f"CREATE DATABASE {name}".encode())
        yield f"{POSTGRES}/{name}"
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)".encode())


@pytest.fixture
def broker() -> Iterator[str]:
    """A virtual host of our own on the RabbitMQ that is there."""
    name = f"fieldwork_test_{uuid.uuid4().hex[:8]}"
    if shutil.which("rabbitmqctl") is None or _rabbitmqctl("status").returncode != 0:
        pytest.skip("no RabbitMQ that rabbitmqctl reaches")
    _rabbitmqctl("add_vhost", name).check_returncode()
    _rabbitmqctl("set_permissions", "-p", name, "guest", ".*", ".*", ".*").check_returncode()
    yield f"{RABBITMQ}/{name}"
    _rabbitmqctl("delete_vhost", name).check_returncode()


def _rabbitmqctl(*arguments: str) -> "subprocess.CompletedProcess[bytes]":
    return subprocess.run(["rabbitmqctl", "--quiet", *arguments], capture_output=True, check=False)


@pytest.mark.parametrize("real", ["both", "database", "broker"])
def test_the_demo_pilot_runs_on_what_is_named_and_the_rest_is_embedded(
    tmp_path: Path, database: str, broker: str, real: str
) -> None:
    named = {"DATABASE_URL": database} if real != "broker" else {}
    named |= {"BROKER_URL": broker} if real != "database" else {}
    fieldwork = Fieldwork(tmp_path / "home", DEMO="1", **named)
    try:
        fieldwork.start()
        until(
            lambda: fieldwork.query("SELECT 1 FROM pilots_run WHERE state = 'done' AND verdict IS NOT NULL")
        )
        parts = ["web", "site", "intake", "dispatcher", "control", "beat", "practice"]
        parts += [] if real == "both" else ["postgres"]
        until(lambda: fieldwork.programs() == Counter(parts))
        assert database not in str(fieldwork.find("site").environ())
        assert fieldwork.stop() == 0
        assert fieldwork.programs() == Counter()
    finally:
        fieldwork.end()
