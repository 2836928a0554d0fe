"""The sole way out of the site."""

from .boundary import STOPS, Boundary

__all__ = ["STOPS", "Boundary"]
