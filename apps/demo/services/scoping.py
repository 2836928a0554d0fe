"""Telling what is scoped: use cases, today's figure, what has to be proven, and what is still vague."""

from apps.accounts.models import User
from apps.engagements.models import Engagement
from apps.scoping import services
from apps.scoping.models import Baseline, SuccessCriterion, UseCase

from ..tale import Criterion, Tale


def tell(*, by: User | None, engagement: Engagement, tale: Tale) -> None:
    """Everything of a tale's scope, as if somebody had typed it in."""
    scope = tale.scope
    written = [
        services.write_use_case(
            by=by, engagement=engagement, title=one.title, client_visible=True, **dict(one.fields)
        )
        for one in scope.candidates
    ]
    main, baseline = written[0], _baseline(by, written[0], tale)
    if scope.assumption:
        services.add_assumption(by=by, use_case=main, **dict(scope.assumption))
    for position, criterion in enumerate(tale.criteria):
        if _is_known(engagement, criterion):  # from an evaluation that was told earlier
            continue
        services.write_criterion(
            by=by,
            engagement=engagement,
            title=criterion.words,
            metric=criterion.metric,
            direction=criterion.direction,
            threshold=criterion.threshold,
            decider_name=scope.decider,
            use_case=main,
            baseline=baseline if position == 0 else None,  # today's figure is of the first one
        )
    services.write_criterion(
        by=by, engagement=engagement, title=scope.vague, measured_by="hand", use_case=main
    )
    rejected = {
        one: said.rejected for one, said in zip(written, scope.candidates, strict=True) if said.rejected
    }
    if scope.picked:
        services.settle(by=by, engagement=engagement, picked=[main], rejected=rejected, reason=scope.picked)


def _is_known(engagement: Engagement, criterion: Criterion) -> bool:
    goal = {"metric": criterion.metric, "direction": criterion.direction, "threshold": criterion.threshold}
    return SuccessCriterion.objects.filter(engagement=engagement, removed_at=None, **goal).exists()


def give_up(*, by: User | None, engagement: Engagement, tale: Tale) -> None:
    """Drop what is still vague, if the tale says so and nobody has made it binary."""
    vague = SuccessCriterion.objects.filter(
        engagement=engagement, title=tale.scope.vague, state="unknown", removed_at=None
    ).first()
    if vague is not None and tale.scope.given_up:
        services.drop_criterion(by=by, criterion=vague, why=tale.scope.given_up)


def _baseline(by: User | None, use_case: UseCase, tale: Tale) -> Baseline | None:
    said = tale.scope.baseline
    return services.add_baseline(by=by, use_case=use_case, **dict(said)) if said else None
