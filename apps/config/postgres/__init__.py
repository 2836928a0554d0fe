"""The embedded PostgreSQL: a private cluster below the home, on a Unix socket only."""

from .cluster import Cluster
from .databases import ensure_broker, ensure_databases
from .errors import PostgresError

__all__ = ["Cluster", "PostgresError", "ensure_broker", "ensure_databases"]
