"""Celery's consumer and kombu's `pgmq` transport, adapted: queues that heal, and nothing declared beyond them."""

from typing import Any

import psycopg
from celery.worker import consumer as celery_consumer
from kombu.transport import pgmq as kombu_pgmq
from pgmq import get_embedded_install_sql

_LOCK = 7_304_115_001  # of the advisory lock under which the schema is installed
_DELAYED = "celery.worker.consumer.delayed_delivery:DelayedDelivery"


class Consumer(celery_consumer.Consumer):
    """Without delayed delivery: for every quorum queue that would declare 28 more, which a site's user may not."""

    class Blueprint(celery_consumer.Consumer.Blueprint):  # type: ignore[misc, valid-type]
        default_steps = [
            step for step in celery_consumer.Consumer.Blueprint.default_steps if step != _DELAYED
        ]


class Transport(kombu_pgmq.Transport):
    """Queues in PostgreSQL that survive being dropped, with or without their schema."""

    # Whatever the database says, connecting again is the answer: that makes a queue, or the whole schema, anew.
    connection_errors = (*kombu_pgmq.Transport.connection_errors, psycopg.Error)

    def establish_connection(self) -> Any:
        """Connect; install the schema from SQL when the database lacks it. The role needs CREATE on the database."""
        pool = self._get_pgmq_client().pool
        if pool is not None:
            with pool.connection() as connection:
                install_schema(connection)
        return super().establish_connection()  # type: ignore[no-untyped-call]


def install_schema(connection: psycopg.Connection[Any]) -> None:
    """Install pgmq's schema, without an extension, unless it is there. Safe when several do so at once."""
    if _installed(connection):
        return
    with connection.transaction():
        connection.execute("SELECT pg_advisory_xact_lock(%s)", (_LOCK,))
        if not _installed(connection):
            connection.execute(get_embedded_install_sql())


def _installed(connection: psycopg.Connection[Any]) -> bool:
    found = connection.execute("SELECT to_regclass('pgmq.meta') IS NOT NULL").fetchone()
    return bool(found and found[0])
