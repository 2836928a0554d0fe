"""The pilot as a YAML file: read, checked, written back, and frozen into the plan that a site executes."""

from .errors import InvalidSpec, SpecError
from .models import PilotSpec
from .paths import anchored
from .reading import from_data, load, parse, to_data
from .reference import reference
from .references import files_of, paths_of, variables_of
from .writing import dump, to_plan

__all__ = [
    "InvalidSpec",
    "PilotSpec",
    "SpecError",
    "anchored",
    "dump",
    "files_of",
    "from_data",
    "load",
    "parse",
    "paths_of",
    "reference",
    "to_data",
    "to_plan",
    "variables_of",
]
