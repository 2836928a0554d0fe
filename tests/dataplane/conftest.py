"""A site in a temporary folder, and a database of a client's in the embedded PostgreSQL."""

import json
import socket
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest
from psycopg.conninfo import make_conninfo

from apps.config.postgres import Cluster
from apps.dataplane.contract.envelope import new_key, public_text
from apps.dataplane.contract.privacy import Level
from apps.dataplane.site import Site, create_site

CONTROL_KEY = new_key()


@dataclass
class Client:
    """A client's database: `owner` may do all, `reader` may select from what exists when it is granted."""

    owner: str
    reader: str

    def execute(self, *statements: str) -> None:
        with psycopg.connect(self.owner, autocommit=True) as connection:
            for statement in statements:
                connection.execute(statement.encode())

    def let_read(self) -> None:
        self.execute("GRANT SELECT ON ALL TABLES IN SCHEMA public TO client_reader")


@pytest.fixture(scope="session")
def client_database(cluster: Cluster) -> Client:
    with cluster.connect("postgres") as connection:
        for role in ("client_owner", "client_reader"):
            connection.execute(f"CREATE ROLE {role} LOGIN PASSWORD 'pw'".encode())
        connection.execute("CREATE DATABASE client_data OWNER client_owner")
    address = {**cluster.address("fieldwork", "fieldwork"), "dbname": "client_data", "password": "pw"}
    return Client(*(make_conninfo(**{**address, "user": user}) for user in ("client_owner", "client_reader")))


@pytest.fixture
def client(client_database: Client) -> Client:
    client_database.execute(
        "DROP SCHEMA public CASCADE", "CREATE SCHEMA public", "GRANT USAGE ON SCHEMA public TO client_reader"
    )
    return client_database


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """The one root of `site`."""
    folder = tmp_path / "data"
    folder.mkdir()
    return folder


@pytest.fixture
def site(tmp_path: Path, data: Path) -> Site:
    """A site at level `scores` that allows no names."""
    return make_site(tmp_path / "site", data)


def make_site(state: Path, *roots: Path, broker: str = "pgmq://nobody", **policy: object) -> Site:
    site = create_site(
        state, id="site-1", name="One", control_key=public_text(CONTROL_KEY), broker=broker, roots=list(roots)
    )
    if policy:
        set_policy(site, **policy)
    return site


def set_policy(site: Site, **changes: object) -> None:
    """Rewrite lines of the policy file, as its owner would."""
    path = site.state / "policy.toml"
    lines = path.read_text().splitlines()
    for name, value in changes.items():
        text = json.dumps(str(value) if isinstance(value, Level) else value)
        lines = [f"{name} = {text}" if line.startswith(f"{name} = ") else line for line in lines]
    path.write_text("\n".join(lines) + "\n")


def listening(host: str, port: int) -> bool:
    try:
        with socket.create_connection((host, port), timeout=1):
            return True
    except OSError:
        return False
