"""Higher apps say here what happens to the answers: a handler for each operation, in the ledger's transaction."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from apps.dataplane.contract.messages import Body, Operation

from .models import Job

Handler = Callable[[Job, Any], None]
Lost = Callable[[Job], None]
Listener = Callable[[UUID, Any], None]
_handlers: dict[Operation, tuple[Handler, Lost]] = {}
_listeners: dict[Operation, list[Listener]] = {}
_progress: list[Callable[[set[UUID]], None]] = []


def register(operation: Operation, handler: Handler, lost: Lost) -> None:
    """`handler(job, body)` receives what an accepted report of that operation says; `lost(job)` is told of a job
    that was given up because it got lost too often."""
    _handlers[operation] = handler, lost


def on_progress(listener: Callable[[set[UUID]], None]) -> None:
    """`listener(runs)` is told of runs whose work in hand has moved."""
    _progress.append(listener)


def on_answer(operation: Operation, listener: Listener) -> None:
    """`listener(inquiry, body)` is told, in the ledger's transaction, what a site has answered to the inquiry of that
    id: the operation's report, or a FailureReport."""
    _listeners.setdefault(operation, []).append(listener)


def handle(job: Job, body: Body) -> None:
    """Hand an accepted report to the app that ordered the job."""
    _handlers[Operation(job.operation)][0](job, body)


def progressed(runs: set[UUID]) -> None:
    for listener in _progress:
        listener(runs)


def answered(operation: Operation, inquiry: UUID, body: Body) -> None:
    """Tell those who wait for the answer to an inquiry."""
    for listener in _listeners.get(operation, ()):
        listener(inquiry, body)


def lost(job: Job) -> None:
    """Tell the app that ordered the job."""
    _handlers[Operation(job.operation)][1](job)
