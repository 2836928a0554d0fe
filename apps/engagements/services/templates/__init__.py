"""The only writers of templates, and of what an engagement gets of one."""

from .applying import apply
from .keeping import add, change, remove, save_as

__all__ = ["add", "apply", "change", "remove", "save_as"]
