"""The control plane's own Celery: housekeeping by beat. Orders to sites go out through `dispatch`."""

import os

from celery import Celery
from kombu import Queue

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "apps.config.settings")

from django.conf import settings

from apps.dataplane.contract.broker import celery_settings, queue_arguments

app = Celery("fieldwork")
app.conf.update(
    celery_settings(settings.BROKER),
    task_default_queue="control",
    task_queues=[Queue("control", routing_key="control", queue_arguments=queue_arguments(settings.BROKER))],
    task_ignore_result=True,
    beat_schedule={
        "forget-old-sessions": {"task": "fieldwork.accounts.forget_sessions", "schedule": 24 * 3600.0},
        "forget-old-inquiries": {"task": "fieldwork.dispatch.forget_inquiries", "schedule": 3600.0},
    },
    beat_max_loop_interval=300,
)
app.autodiscover_tasks()
