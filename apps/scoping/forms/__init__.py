"""Forms of use cases, their figures, criteria and measurements."""

from .criteria import CriterionForm, DropForm, HandForm
from .parts import AssumptionForm, BaselineForm
from .sections import FORMS, ProcessForm, SectionRow
from .settling import SettleForm
from .use_cases import NewUseCaseForm

__all__ = [
    "FORMS",
    "AssumptionForm",
    "BaselineForm",
    "CriterionForm",
    "DropForm",
    "HandForm",
    "NewUseCaseForm",
    "ProcessForm",
    "SectionRow",
    "SettleForm",
]
