"""What the cluster holds: the control database and the broker's, each with its own role."""

from typing import Any

import psycopg
from psycopg import sql
from psycopg.conninfo import make_conninfo

from .cluster import Cluster

CONTROL = "fieldwork"  # database and role of the control plane
BROKER = "broker"  # database and role of the queues; all that a site gets to know


def ensure_databases(cluster: Cluster) -> dict[str, Any]:
    """Make roles and databases that are missing. Returns them as `runtime.json` keeps them:
    {"database": psycopg's keyword arguments, "broker": an address for `celery_settings`}.
    """
    with cluster.connect("postgres") as connection:
        for name in (CONTROL, BROKER):
            _ensure_owner(connection, name, cluster.address(name, name)["password"])
    ensure_broker(cluster)
    queues = make_conninfo(**cluster.address(BROKER, BROKER))
    return {"database": cluster.address(CONTROL, CONTROL), "broker": f"pgmq:{queues}"}


def ensure_broker(cluster: Cluster) -> bool:
    """Install pgmq's tables where they are missing; True if they were (a wiped broker is made anew)."""
    with cluster.connect("postgres") as connection:
        _ensure_owner(connection, BROKER, cluster.address(BROKER, BROKER)["password"])
    with psycopg.connect(**cluster.address(BROKER, BROKER)) as connection:
        if connection.execute("SELECT to_regclass('pgmq.meta')").fetchone() != (None,):
            return False
        from apps.dataplane.contract.queues import install_schema  # slow to import, and rarely needed

        install_schema(connection)
    return True


def _ensure_owner(connection: psycopg.Connection[Any], name: str, password: str) -> None:
    """A role and a database of the same name; no other role may connect to it."""
    role, secret = sql.Identifier(name), sql.Literal(password)
    if connection.execute("SELECT FROM pg_roles WHERE rolname = %s", [name]).fetchone() is None:
        make = sql.SQL("CREATE ROLE {} LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE PASSWORD {}")
        connection.execute(make.format(role, secret))
    if connection.execute("SELECT FROM pg_database WHERE datname = %s", [name]).fetchone() is None:
        connection.execute(sql.SQL("CREATE DATABASE {} OWNER {}").format(role, role))
        connection.execute(sql.SQL("REVOKE ALL ON DATABASE {} FROM PUBLIC").format(role))
