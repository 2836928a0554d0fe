"""Bringing along what was written down elsewhere: a file waits until its columns are understood, is looked at in a dry
run, and is then written down at once or not at all."""

from .drafts import begin, drop, forget_old, remap
from .looking import digest_of, look, looked_at, refused_rows
from .taking import perform_asked, take
from .undoing import may_undo, undo

__all__ = [
    "begin",
    "digest_of",
    "drop",
    "forget_old",
    "look",
    "looked_at",
    "may_undo",
    "perform_asked",
    "refused_rows",
    "remap",
    "take",
    "undo",
]
