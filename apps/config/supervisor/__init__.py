"""Everything of one machine, started and stopped together: `python -m apps.config.supervisor run`."""

from .errors import StartError
from .running import ensure_running

__all__ = ["StartError", "ensure_running"]
