"""The embedded servers that this home needs, and what is written down about them."""

from pathlib import Path
from typing import Any

import psycopg

from apps.config import environment
from apps.config.postgres import Cluster, ensure_broker, ensure_databases


def needed() -> bool:
    """Whether anything is left to the embedded PostgreSQL."""
    return not (environment.value("DATABASE_URL") and environment.value("BROKER_URL"))


class Servers:
    """PostgreSQL for the control plane, the queues, or both; nothing when real servers are named."""

    def __init__(self, home: Path) -> None:
        self.cluster = Cluster(home) if needed() else None

    def start(self) -> dict[str, Any]:
        """Start, make what is missing. Returns what `runtime.json` should say of it."""
        if self.cluster is None:
            return {}
        self.cluster.start()
        facts = ensure_databases(self.cluster)
        facts["site_broker"] = facts["broker"]
        named = {"DATABASE_URL": ("database",), "BROKER_URL": ("broker", "site_broker")}
        for setting, parts in named.items():
            if environment.value(setting):
                for part in parts:
                    del facts[part]
        return facts

    def look(self) -> str | None:
        """Bring back what is missing. Returns what was done, as a line to read."""
        if self.cluster is None:
            return None
        if not self.cluster.alive():
            self.cluster.start()
            return "postgres had ended and has been started again"
        try:
            if ensure_broker(self.cluster):
                return "the queues were gone and have been made again"
        except psycopg.OperationalError:  # busy or ending: looked at again soon
            return None
        return None

    def stop(self) -> None:
        if self.cluster is not None:
            self.cluster.stop()
