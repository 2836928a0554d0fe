"""The only writer of events."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from django.contrib.auth.base_user import AbstractBaseUser
from django.db import models, transaction

from .models import Event
from .through import present

Hear = Callable[[Event], None]
HearAll = Callable[[Sequence[Event]], None]
_hearing: dict[Hear, HearAll | None] = {}


def hear(call: Hear, *, together: HearAll | None = None) -> None:
    """Call `call(event)` after every event, in its transaction; where many are written at once, `together(events)` once
    for all of them, if there is one."""
    _hearing[call] = together


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

    `data` is kept as JSON: ids, names of fields, numbers; never a password, a token or rows of a client. What is
    done through a token says so by itself (see `through`).
    """
    event = _event(by, verb, subject, engagement, data)
    event.save(force_insert=True)
    _tell([event])
    return event


@transaction.atomic
def record_many(
    *,
    by: AbstractBaseUser | None,
    verb: str,
    subjects: Iterable[tuple[models.Model, dict[str, Any]]],
    engagement: models.Model | None = None,
) -> None:
    """As `record` does, of many subjects, each with its data, by one statement."""
    events = [_event(by, verb, subject, engagement, data) for subject, data in subjects]
    _tell(Event.objects.bulk_create(events))


def _event(
    by: AbstractBaseUser | None,
    verb: str,
    subject: models.Model,
    engagement: models.Model | None,
    data: dict[str, Any],
) -> Event:
    return Event(
        actor=by,  # type: ignore[misc]  # a User; accounts stands to the right and cannot be named here
        verb=verb,
        app=subject._meta.app_label,
        subject_type=subject._meta.model_name or "",
        subject_id=subject.pk,
        engagement_id=engagement.pk if engagement else None,
        data={**data, **present()},
    )


def _tell(events: Sequence[Event]) -> None:
    for call, together in _hearing.items():
        if together and len(events) > 1:
            together(events)
            continue
        for event in events:
            call(event)
