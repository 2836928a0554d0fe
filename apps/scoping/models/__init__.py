"""Use cases with their baselines and value assumptions, success criteria, and what was measured of them."""

from .criteria import Direction, MeasuredBy, SuccessCriterion
from .measurements import Measurement, Verdict
from .use_cases import PARTS_OF_SCORE, Baseline, Basis, UseCase, ValueAssumption

__all__ = [
    "PARTS_OF_SCORE",
    "Baseline",
    "Basis",
    "Direction",
    "MeasuredBy",
    "Measurement",
    "SuccessCriterion",
    "UseCase",
    "ValueAssumption",
    "Verdict",
]
