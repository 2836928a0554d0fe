"""The only writer of events."""

from typing import Any

from django.contrib.auth.base_user import AbstractBaseUser
from django.db import models, transaction

from .models import Event


@transaction.atomic
def record(
    *,
    by: AbstractBaseUser | None,
    verb: str,
    subject: models.Model,
    engagement: models.Model | None = None,
    **data: Any,
) -> Event:
    """Write down that `by` (None: Fieldwork itself) did `verb` (past tense) to `subject`, inside its
    transaction.

    `data` is kept as JSON: ids, names of fields, numbers; never a password, a token or rows of a client.
    """
    return Event.objects.create(
        actor=by,  # type: ignore[misc]  # a User; accounts stands to the right and cannot be named here
        verb=verb,
        app=subject._meta.app_label,
        subject_type=subject._meta.model_name or "",
        subject_id=subject.pk,
        engagement_id=engagement.pk if engagement else None,
        data=data,
    )
