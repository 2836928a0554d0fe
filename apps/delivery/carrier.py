"""Deliveries are carried by a thread of their own: the worker does one thing at a time, and receivers are slow.

Losing the thread loses nothing. What it had in hand is due again after `rules.webhooks.attempts.IN_HAND`.
"""

import logging
import threading
from collections.abc import Callable

from django.db import connection

logger = logging.getLogger(__name__)


class Carrier:
    """Runs `work` in a thread, at most once at a time, and once more whenever it was asked for meanwhile."""

    def __init__(self, work: Callable[[], object]) -> None:
        self._work = work
        self._lock = threading.Lock()
        self._asked = False
        self._thread: threading.Thread | None = None

    def wake(self) -> bool:
        """See to it that `work` begins after this; whether that took a new thread."""
        with self._lock:
            self._asked = True
            if self._thread is not None:
                return False
            self._thread = threading.Thread(target=self._carry, name="webhooks", daemon=True)
            self._thread.start()
            return True

    def join(self, timeout: float) -> None:
        """Wait until nothing is left to do, but not for ever (seconds)."""
        thread = self._thread
        if thread is not None:
            thread.join(timeout)

    def _carry(self) -> None:
        try:
            while self._is_asked():
                self._work()
        except Exception:  # beat asks again within a minute
            logger.exception("carrying webhooks broke off")
            with self._lock:
                self._thread = None
        finally:
            connection.close()

    def _is_asked(self) -> bool:
        with self._lock:
            asked, self._asked = self._asked, False
            if not asked:
                self._thread = None
            return asked
