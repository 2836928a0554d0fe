"""The one queue that sites may write to. Its worker registers a single task and nothing else."""

import os

from celery import Celery
from kombu import Queue

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "apps.config.settings")

import django
from django.conf import settings

django.setup()

from apps.dataplane.contract.broker import ACCEPT, RESULTS, celery_settings, queue_arguments
from apps.dispatch.services import intake

app = Celery("fieldwork.intake", set_as_current=False)
app.conf.update(
    celery_settings(settings.BROKER),
    task_default_queue=RESULTS,
    task_queues=[Queue(RESULTS, routing_key=RESULTS, queue_arguments=queue_arguments(settings.BROKER))],
    task_ignore_result=True,
    task_acks_late=True,
    task_reject_on_worker_lost=True,
)


@app.task(name=ACCEPT)
def accept_result(envelope: str) -> None:
    """One signed report of a site."""
    intake.accept(envelope)
