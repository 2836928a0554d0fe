"""Who wants to know that a run has finished. Apps that stand to the right register in `ready()`."""

from collections.abc import Callable
from functools import partial
from uuid import UUID

from django.db import transaction

from .models import Run

Call = Callable[[UUID], None]
_calls: dict[str, Call] = {}


def register(name: str, call: Call) -> None:
    """Call `call(engagement's id)` once a run of that engagement has finished and what it measured is kept. What goes
    wrong there is logged, and is not the run's."""
    _calls[name] = call


def tell(run: Run) -> None:
    """Tell them, when the present transaction is through."""
    for call in _calls.values():
        transaction.on_commit(partial(call, run.evaluation.engagement_id), robust=True)
