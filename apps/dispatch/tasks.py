"""Housekeeping of the ledger."""

from celery import shared_task

from .services import inquiries


@shared_task(name="fieldwork.dispatch.forget_inquiries")
def forget_inquiries() -> int:
    """Inquiries are questions of the moment; their answers are not kept."""
    return inquiries.forget()
