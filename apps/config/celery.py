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
        "send-mails": {
            "task": "fieldwork.delivery.send_mails",
            "schedule": 60.0,
            "options": {"expires": 55.0},
        },
        "send-webhooks": {
            "task": "fieldwork.delivery.send_webhooks",
            "schedule": 60.0,
            "options": {"expires": 55.0},
        },
        "forget-old-deliveries": {"task": "fieldwork.delivery.forget_deliveries", "schedule": 3600.0},
        "remind-of-what-is-due": {
            "task": "fieldwork.delivery.remind",
            "schedule": 15 * 60.0,
            "options": {"expires": 14 * 60.0},
        },
        "work-out-standings": {
            "task": "fieldwork.overview.catch_up",
            "schedule": 60.0,
            "options": {"expires": 55.0},
        },
        "forget-old-notices": {"task": "fieldwork.delivery.forget", "schedule": 24 * 3600.0},
        "forget-old-inquiries": {"task": "fieldwork.dispatch.forget_inquiries", "schedule": 3600.0},
        "sweep-attachments": {"task": "fieldwork.engagements.sweep_attachments", "schedule": 24 * 3600.0},
        "perform-imports": {
            "task": "fieldwork.engagements.perform_imports",
            "schedule": 60.0,
            "options": {"expires": 55.0},
        },
        "forget-old-imports": {"task": "fieldwork.engagements.forget_imports", "schedule": 3600.0},
        "perform-pack-imports": {
            "task": "fieldwork.handover.perform_imports",
            "schedule": 60.0,
            "options": {"expires": 55.0},
        },
        "forget-old-packs": {"task": "fieldwork.handover.forget_imports", "schedule": 3600.0},
        "recheck-gates": {"task": "fieldwork.engagements.recheck_gates", "schedule": 24 * 3600.0},
        "roll-up-usage": {
            "task": "fieldwork.adoption.roll_up",
            "schedule": 60.0,
            "options": {"expires": 55.0},
        },
        "settle-weeks-of-usage": {
            "task": "fieldwork.adoption.settle",
            "schedule": 600.0,
            "options": {"expires": 590.0},
        },
        "make-months-of-usage": {"task": "fieldwork.adoption.make_months", "schedule": 24 * 3600.0},
        "forget-old-answers": {"task": "fieldwork.api.forget_answers", "schedule": 24 * 3600.0},
    },
    beat_max_loop_interval=300,
)
app.autodiscover_tasks()
