"""Waking the dispatcher, and the one Celery producer that rings at sites."""

from functools import cache
from typing import Any

from celery import Celery
from django.conf import settings
from django.db import connection, transaction
from joserfc.jwk import OKPKey
from kombu import Exchange, Queue, pools

from apps.dataplane.contract import envelope
from apps.dataplane.contract.broker import PERFORM, celery_settings, queue_arguments, queue_of

CHANNEL = "fieldwork_jobs"


def wake() -> None:
    """Tell the dispatcher, once this transaction is committed, that there is something to send."""
    transaction.on_commit(_notify)


def _notify() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_notify(%s, '')", [CHANNEL])


@cache
def control_key() -> OKPKey:
    """The control plane's Ed25519 pair."""
    return envelope.load_key(settings.SIGNING_KEY)


@cache
def producer() -> Celery:
    """A Celery application that sends and registers nothing."""
    app = Celery("fieldwork.dispatch", set_as_current=False)
    options: dict[str, Any] = celery_settings(settings.BROKER)
    app.conf.update(options, task_serializer="json", accept_content=["json"], task_ignore_result=True)
    return app


def ring(site: str, token: str) -> None:
    """Put one signed order into the queue of site `site` (its id). Raises the broker's own connection errors."""
    name = queue_of(site)
    queue = Queue(name, Exchange(name), routing_key=name, queue_arguments=queue_arguments(settings.BROKER))
    producer().send_task(PERFORM, args=[token], queue=queue, retry=False)  # type: ignore[arg-type]


def hang_up() -> None:
    """Forget the connections to the broker after it failed; the next ring makes new ones."""
    pools.reset()  # emptying a pool alone would leave the next one who takes from it waiting for ever
    producer.cache_clear()
