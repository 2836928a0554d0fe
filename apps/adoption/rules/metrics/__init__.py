"""What is said of use: each metric with what it means, its unit, what it is a share of, and where it comes from."""

from .definitions import METRICS, Metric
from .figures import Figure
from .outcomes import acceptance, coverage, edits, errors, feedback, overrides
from .reach import stickiness, utilisation

__all__ = [
    "METRICS",
    "Figure",
    "Metric",
    "acceptance",
    "coverage",
    "edits",
    "errors",
    "feedback",
    "overrides",
    "stickiness",
    "utilisation",
]
