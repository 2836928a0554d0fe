"""Reads of evaluations and their versions."""

from collections.abc import Sequence

from django.db.models import Count, OuterRef, QuerySet, Subquery

from apps.engagements.models import Engagement

from ..models import Evaluation, Run


def listed(engagement: Engagement) -> QuerySet[Evaluation]:
    """The latest version of each evaluation, by name; with its runs counted (`run_count`) and the state and the
    verdict of its last one (`last_state`, `last_verdict`)."""
    last = Run.objects.filter(evaluation=OuterRef("pk")).order_by("-created_at")
    newest = (
        Evaluation.objects.filter(engagement=engagement, name=OuterRef("name"))
        .order_by("-version")
        .values("pk")
    )
    return (
        Evaluation.objects.filter(engagement=engagement, pk=Subquery(newest[:1]))
        .select_related("dataset__source", "engagement__client")
        .annotate(
            run_count=Count("runs"),
            last_state=Subquery(last.values("state")[:1]),
            last_verdict=Subquery(last.values("verdict")[:1]),
        )
        .order_by("name")
    )


def versions_of(evaluation: Evaluation) -> QuerySet[Evaluation]:
    """All versions of an evaluation, newest first, with their runs counted."""
    same = Evaluation.objects.filter(engagement=evaluation.engagement_id, name=evaluation.name)
    return same.annotate(run_count=Count("runs")).order_by("-version")


def to_compare(
    evaluation: Evaluation, versions: Sequence[Evaluation], since: int | None
) -> Evaluation | None:
    """Of its versions, newest first, the one that it is compared with: number `since`, else the last one before it."""
    others = [version for version in versions if version.pk != evaluation.pk]
    asked = next((version for version in others if version.version == since), None)
    return asked or next((version for version in others if version.version < evaluation.version), None)


def latest_of(evaluation: Evaluation) -> Evaluation:
    """The newest version."""
    return Evaluation.objects.filter(engagement=evaluation.engagement_id, name=evaluation.name).latest(
        "version"
    )
