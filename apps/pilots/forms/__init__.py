"""What people fill in about evaluations and runs."""

from .sheet import Sheet, acted

__all__ = ["Sheet", "acted"]
