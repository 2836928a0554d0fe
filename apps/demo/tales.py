"""The three clients of the storyline."""

from .hospital.tale import TALE as HOSPITAL
from .insurer.tale import TALE as INSURER
from .logistics.tale import TALE as LOGISTICS

TALES = (HOSPITAL, INSURER, LOGISTICS)
