"""Waiting for one another without a row to lock."""

import hashlib

from django.db import connection


def hold(*names: str) -> None:
    """Hold the lock of these names until the transaction ends; whoever asks for the same names waits."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_key(names)])


def hold_together(*names: str) -> None:
    """As `hold`, beside others who hold it together; only whoever holds it alone waits, and is waited for."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock_shared(%s)", [_key(names)])


def hold_if_free(*names: str) -> bool:
    """Hold the lock of these names until the transaction ends, unless somebody else does; whether it is held."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [_key(names)])
        return bool(cursor.fetchone()[0])


def _key(names: tuple[str, ...]) -> int:
    digest = hashlib.blake2b("\0".join(names).encode(), digest_size=8).digest()
    return int.from_bytes(digest, "big", signed=True)
