"""The only writers of use cases, criteria and measurements."""

from .criteria import change_criterion, drop_criterion, ensure_criterion, restore_criterion, write_criterion
from .measurements import measure, measure_by_hand
from .parts import (
    add_assumption,
    add_baseline,
    change_assumption,
    change_baseline,
    remove_assumption,
    remove_baseline,
)
from .settling import reconsider, settle
from .use_cases import change_section, write_use_case

__all__ = [
    "add_assumption",
    "add_baseline",
    "change_assumption",
    "change_baseline",
    "change_criterion",
    "change_section",
    "drop_criterion",
    "ensure_criterion",
    "measure",
    "measure_by_hand",
    "reconsider",
    "remove_assumption",
    "remove_baseline",
    "restore_criterion",
    "settle",
    "write_criterion",
    "write_use_case",
]
