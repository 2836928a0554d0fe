"""Housekeeping."""

from celery import shared_task

from .services import answers


@shared_task(name="fieldwork.api.forget_answers")
def forget_answers() -> None:
    """Delete the answers to requests with an Idempotency-Key that are older than a day."""
    answers.forget()
