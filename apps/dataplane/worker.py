"""The site's worker: a Celery consumer of one queue with one task, a thread that answers, one that says "I live"."""

import os
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from uuid import uuid4

from celery import Celery
from kombu import Queue

from .contract.broker import ACCEPT, PERFORM, celery_settings, is_rabbitmq, queue_arguments
from .engine import Engine
from .journal import LOG, open_journal
from .orders import Orders
from .outbox import Outbox
from .site import Site, sole_worker

BUSY, IDLE = 2.0, 30.0  # seconds between heartbeats with and without work in hand


def run(site: Site, starting: Callable[[], None] = lambda: None) -> None:
    """Work until SystemExit ends it (see stopping). Raises SiteError when another worker holds the folder."""
    with sole_worker(site.state):
        starting()
        open_journal(site.state)
        os.environ["SQLITE_TMPDIR"] = str(site.folder("temp"))  # what sorting spills stays below the folder
        app = application(site)
        with _at_work(site, app) as orders:

            @app.task(name=PERFORM)
            def perform(envelope: str) -> None:
                orders.perform(envelope)

            LOG.info("site %s starts", site.id)
            _consume(app)
        LOG.info("site %s stopped", site.id)


def application(site: Site) -> Celery:
    """Celery with the site's queue and nothing else: no results, no remote control, no events."""
    # fixups: Celery would load Django wherever DJANGO_SETTINGS_MODULE is set
    app = Celery("fieldwork-site", set_as_current=False, loader="app", fixups=[])
    arguments = queue_arguments(site.broker)
    app.conf.update(
        celery_settings(site.broker),
        task_default_queue=site.queue,
        task_queues=[Queue(site.queue, routing_key=site.queue, queue_arguments=arguments)],
        worker_redirect_stdouts=False,
        worker_log_color=False,
    )
    return app


class ResultsChannel:
    """A connection of its own to the queue of results, which the control plane declares."""

    def __init__(self, app: Celery, site: Site) -> None:
        self._app = app
        self._queue = Queue(site.results_queue, routing_key=site.results_queue)
        self._returned = False
        self._connection = app.connection_for_write()
        self._connection.ensure_connection(max_retries=1)
        rabbit = is_rabbitmq(site.broker)
        if not rabbit:  # one role serves both sides; a message to a queue that is not there would be an error
            self._queue(self._connection.default_channel).declare()
        self._options: dict[str, Any] = {"mandatory": True} if rabbit else {}
        self._producer = self._connection.Producer(on_return=self._on_return if rabbit else None)

    def publish(self, envelope: str) -> None:
        """Deliver, and wait for the broker to confirm. Raises the transport's errors, LookupError without a queue."""
        self._returned = False
        message = self._app.amqp.as_task_v2(
            uuid4().hex, ACCEPT, args=(envelope,), argsrepr="", ignore_result=True
        )
        self._app.amqp.send_task_message(
            self._producer,
            ACCEPT,
            message,
            queue=self._queue,
            declare=[],
            retry=False,
            **self._options,
        )
        if self._returned:
            raise LookupError("the queue of results does not exist yet")

    def close(self) -> None:
        self._connection.release()

    def _on_return(self, *_: Any) -> None:
        self._returned = True


@contextmanager
def _at_work(site: Site, app: Celery) -> Iterator[Orders]:
    """Engine, outbox and pulse around the consumer; all stopped in the end."""
    outbox = Outbox(lambda: ResultsChannel(app, site))
    orders = Orders(
        site,
        outbox.send,
        lambda orders: Engine(site.folder("engine"), resolve=orders.resolve, train_rows=orders.train_rows),
    )
    stop = threading.Event()
    pulse = threading.Thread(target=_beat, args=(orders, outbox, stop), name="fieldwork-pulse", daemon=True)
    pulse.start()
    try:
        yield orders
    finally:
        stop.set()
        orders.busy.set()
        pulse.join()
        orders.close()
        outbox.close()


def _beat(orders: Orders, outbox: Outbox, stop: threading.Event) -> None:
    while not stop.is_set():
        outbox.send_if_idle(orders.heartbeat)
        busy = bool(orders.in_hand())
        orders.busy.clear()
        if busy:
            stop.wait(BUSY)
        elif orders.busy.wait(IDLE):
            stop.wait(BUSY)  # what is done within a moment needs no heartbeat of its own


def _consume(app: Celery) -> None:
    """Celery's unmanaged worker: its managed one brings signal handlers that wait, a banner and a log of its own."""
    worker = app.WorkController(
        pool="solo",
        concurrency=1,
        loglevel="WARNING",
        without_gossip=True,
        without_mingle=True,
        without_heartbeat=True,
    )
    worker.start()
    if worker.exitcode:
        raise SystemExit(worker.exitcode)
