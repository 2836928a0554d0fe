"""Frozen extents: what a run was started on, kept at the site, one file a run."""

from .freezing import freeze, verify
from .store import SnapshotMissing, file_of, kept_extent, rows_of

__all__ = ["SnapshotMissing", "file_of", "freeze", "kept_extent", "rows_of", "verify"]
