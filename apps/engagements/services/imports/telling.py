"""How far a worker is with a file. It is told over a connection of its own, as nobody else sees what a transaction
has done before it ends."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from django.db import connections

from ...models import Import

_SAY = """UPDATE engagements_import SET counts = counts || jsonb_build_object('done', %s)
    WHERE id = %s AND taken_at IS NULL AND counts ? 'doing'"""


@contextmanager
def telling(pending: Import) -> Iterator[Callable[[int], None]]:
    """Gives a function that says how many rows are done. Nothing of the import's row may be changed in the
    transaction before the last call, or it would wait for itself."""
    apart = connections.create_connection("default")

    def tell(done: int) -> None:
        with apart.cursor() as cursor:
            cursor.execute(_SAY, [done, pending.pk])

    try:
        yield tell
    finally:
        apart.close()
