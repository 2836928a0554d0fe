"""The pilot as a YAML file: read, checked, written back, and frozen into the plan that a site executes."""

from .errors import InvalidSpec, SpecError
from .models import PilotSpec
from .paths import anchored
from .reading import from_data, load, parse, to_data
from .reference import reference
from .references import variables_of
from .writing import dump, to_plan

__all__ = [
    "InvalidSpec",
    "PilotSpec",
    "SpecError",
    "anchored",
    "dump",
    "from_data",
    "load",
    "parse",
    "reference",
    "to_data",
    "to_plan",
    "variables_of",
]
