"""Which state of a run allows what."""


def may_cancel(state: str) -> bool:
    return state in ("queued", "running")


def may_resume(state: str, partial: str) -> bool:
    """A cancelled or failed run, and one that ended early for a limit, can go on; a whole one cannot."""
    return state in ("cancelled", "failed") or (state == "done" and bool(partial))
