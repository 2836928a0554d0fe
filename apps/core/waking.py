"""Waking a worker for something that beat starts every minute anyway; this spares somebody the minute."""

import logging
from functools import cache
from typing import Any

from celery import Celery
from django.conf import settings
from django.db import transaction
from kombu import Exchange, Queue

from apps.dataplane.contract.broker import celery_settings, queue_arguments

logger = logging.getLogger(__name__)
QUEUE = "control"


def wake(task: str) -> None:
    """Have the task of that name begin once this transaction is committed. Without a broker nothing is lost: beat comes
    round."""
    transaction.on_commit(lambda: _ring(task), robust=True)


def _ring(task: str) -> None:
    if not settings.BROKER:
        return
    queue = Queue(QUEUE, Exchange(QUEUE), routing_key=QUEUE, queue_arguments=queue_arguments(settings.BROKER))
    try:
        _producer().send_task(task, queue=queue, retry=False)  # type: ignore[arg-type]
    except Exception as error:  # brokers have errors of many families
        logger.warning("broker away (%s); %s begins within a minute", type(error).__name__, task)


@cache
def _producer() -> Celery:
    """A Celery application that sends and registers nothing."""
    app = Celery("fieldwork.waking", set_as_current=False)
    options: dict[str, Any] = celery_settings(settings.BROKER)
    app.conf.update(options, task_ignore_result=True)
    return app
