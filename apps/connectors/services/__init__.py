"""The only writers of sources, datasets and snapshots."""

from .datasets import add_dataset, change_dataset, ensure_dataset, keep_snapshot, remove_dataset
from .folders import check_place
from .looks import look_around, preview
from .sources import add_source, change_source, remove_source
from .uploads import keep_upload, require_size

__all__ = [
    "add_dataset",
    "add_source",
    "change_dataset",
    "change_source",
    "check_place",
    "ensure_dataset",
    "keep_snapshot",
    "keep_upload",
    "look_around",
    "preview",
    "remove_dataset",
    "remove_source",
    "require_size",
]
