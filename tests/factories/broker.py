"""The embedded broker, broken on purpose."""

import psycopg


def drop(address: str, statement: str = "DROP SCHEMA pgmq CASCADE") -> None:
    """Run a statement that drops queues, as often as PostgreSQL picks it to give way to who is reading them."""
    with psycopg.connect(address.removeprefix("pgmq:"), autocommit=True) as connection:
        while True:
            try:
                connection.execute(statement.encode())
            except psycopg.errors.DeadlockDetected:
                continue
            return
