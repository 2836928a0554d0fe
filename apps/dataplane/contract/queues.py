"""Queues in PostgreSQL that heal: kombu's `pgmq` transport, which also survives its queues or its schema being dropped."""

from typing import Any

import psycopg
from kombu.transport import pgmq as kombu_pgmq
from pgmq import get_embedded_install_sql

_LOCK = 7_304_115_001  # of the advisory lock under which the schema is installed


class Transport(kombu_pgmq.Transport):  # type: ignore[misc]
    """Used by its path (see `broker.celery_settings`)."""

    # a queue or the whole schema is gone: connecting again makes both
    connection_errors = (
        *kombu_pgmq.Transport.connection_errors,
        psycopg.errors.UndefinedTable,
        psycopg.errors.UndefinedFunction,
        psycopg.errors.InvalidSchemaName,
    )

    def establish_connection(self) -> Any:
        """Connect; install the schema from SQL when the database lacks it. The role needs CREATE on the database."""
        with self._get_pgmq_client().pool.connection() as connection:
            install_schema(connection)
        return super().establish_connection()


def install_schema(connection: psycopg.Connection[Any]) -> None:
    """Install pgmq's schema, without an extension, unless it is there. Safe when several do so at once."""
    if _installed(connection):
        return
    with connection.transaction():
        connection.execute("SELECT pg_advisory_xact_lock(%s)", (_LOCK,))
        if not _installed(connection):
            connection.execute(get_embedded_install_sql())  # type: ignore[arg-type]


def _installed(connection: psycopg.Connection[Any]) -> bool:
    found = connection.execute("SELECT to_regclass('pgmq.meta') IS NOT NULL").fetchone()
    return bool(found and found[0])
