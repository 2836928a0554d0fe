"""Success criteria as their list and their page show them."""

from collections.abc import Sequence
from dataclasses import dataclass

from apps.accounts.models import Role, User

from .. import metrics
from ..gatekeeping import goal_words
from ..models import SuccessCriterion
from ..rules.goals import missing_of
from ..rules.units import written
from .measured import Shown, latest_of


@dataclass(frozen=True)
class Line:
    """A criterion in the list. latest: what its latest source measured, the best first; missing: what it does not say
    yet; decider: who decides, in words."""

    criterion: SuccessCriterion
    metric: str
    goal: str
    latest: list[Shown]
    missing: list[str]
    decider: str
    use_case: str
    baseline: str


def lines_of(user: User, known: Sequence[SuccessCriterion]) -> list[Line]:
    """What the list says of each criterion."""
    latest = latest_of(user, known)
    return [line_of(user, one, latest.get(one.pk, [])) for one in known]


def line_of(user: User, criterion: SuccessCriterion, latest: list[Shown]) -> Line:
    """What the list says of one criterion."""
    use_case, baseline = criterion.use_case, criterion.baseline
    if use_case and (use_case.removed_at or (user.role == Role.CLIENT and not use_case.client_visible)):
        use_case = baseline = None
    return Line(
        criterion=criterion,
        metric=metrics.title_of(criterion.measured_by, criterion.metric),
        goal=goal_words(criterion),
        latest=latest,
        missing=missing_of(criterion.metric, criterion.direction, criterion.threshold),
        decider=decider_of(criterion),
        use_case=str(use_case) if use_case else "",
        baseline=written(baseline.value, baseline.unit) if baseline else "",
    )


def decider_of(criterion: SuccessCriterion) -> str:
    """Who decides: the member, the words, or both."""
    return ", ".join(
        filter(None, [criterion.decider.name if criterion.decider else "", criterion.decider_name])
    )
