"""Housekeeping."""

from celery import shared_task
from django.contrib.sessions.backends.db import SessionStore


@shared_task(name="fieldwork.accounts.forget_sessions")
def forget_sessions() -> None:
    """Delete the sessions that have expired."""
    SessionStore.clear_expired()
