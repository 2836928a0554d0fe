"""An evaluation as its page lays it out."""

from .. import spec
from ..models import Evaluation
from ..services.authoring import pilot_of


def yaml_of(evaluation: Evaluation) -> str:
    """The evaluation as the YAML that `run_pilot` takes."""
    return spec.dump(pilot_of(evaluation))
