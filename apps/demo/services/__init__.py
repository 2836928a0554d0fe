"""The only writers of the storyline."""

from .removal import Removed, cancel_runs, is_quiet, remove, remove_files
from .telling import tell

__all__ = ["Removed", "cancel_runs", "is_quiet", "remove", "remove_files", "tell"]
