"""The dispatcher: sends what is due, asks again for what is overdue, and sleeps until somebody rings."""

import logging
import signal
import threading
from typing import Any

import psycopg
from django.core.management.base import BaseCommand
from django.db import InterfaceError, OperationalError, connection
from kombu.exceptions import OperationalError as BrokerError

from apps.dispatch import bell, selectors
from apps.dispatch.services import ledger

logger = logging.getLogger(__name__)
BUSY, IDLE, RETRY = 2.0, 30.0, 1.0  # seconds to rest at most: with work at sites, without, after a failure


class Command(BaseCommand):
    help = "Send due jobs to their sites; run exactly as many of these as you like."

    def handle(self, *args: Any, **options: Any) -> None:
        pause = threading.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, _stop)
        while True:
            try:
                self._serve()
            except (OperationalError, InterfaceError, psycopg.OperationalError) as error:
                logger.warning("database away (%s); trying again", type(error).__name__)
                connection.close()
                pause.wait(RETRY)

    def _serve(self) -> None:
        """Work whenever notified, and at the latest when something may have become overdue."""
        connection.ensure_connection()
        address = connection.get_connection_params()
        address.pop("cursor_factory", None)
        address.pop("context", None)
        with psycopg.connect(**address, autocommit=True) as listener:
            listener.execute(f"LISTEN {bell.CHANNEL}")
            while True:
                patience = self._work()
                for _ in listener.notifies(timeout=patience, stop_after=1):
                    pass

    def _work(self) -> float:
        """Send all that is due. Returns for how long nothing will become due by itself, in seconds."""
        ledger.overdue()
        while due := ledger.claim():
            for position, item in enumerate(due):
                try:
                    ledger.send(item)
                except (BrokerError, OSError, psycopg.Error) as error:
                    logger.warning("broker away (%s); trying again", type(error).__name__)
                    bell.hang_up()
                    ledger.unsend(due[position:])
                    return RETRY
        return BUSY if selectors.has_open_jobs() else IDLE


def _stop(*_: object) -> None:
    raise SystemExit(0)
