"""Pages of evaluations."""

from uuid import UUID

from django.http import HttpResponse

from apps.accounts.models import Role
from apps.core.pages import page_of
from apps.core.web import page_or_fragment
from apps.dispatch import selectors as dispatch
from apps.engagements.access import EngagementRequest, access
from apps.engagements.models import Engagement
from apps.engagements.selectors import may_work_on

from ..models import Evaluation
from ..presenters.evaluations import yaml_of
from ..rules.differences import differences
from ..selectors import evaluations
from ..selectors import runs as selectors
from ..selectors.samples import whole_number
from ..services import runs as services
from .answers import to_run


def of_evaluation(pk: UUID) -> Engagement:
    """The engagement of evaluation `pk`."""
    return Evaluation.objects.select_related("engagement").get(pk=pk).engagement


@access(engagement="pk", client_visible=True)
def evaluation_list(request: EngagementRequest, pk: UUID) -> HttpResponse:
    """The evaluations of an engagement, each by its latest version."""
    context = {
        "engagement": request.engagement,
        "page": page_of(request, evaluations.listed(request.engagement)),
        "may_work": may_work_on(request.user, request.engagement),
    }
    return page_or_fragment(request, "pilots/evaluation_list.html", context)


@access(engagement=of_evaluation, client_visible=True)
def evaluation_detail(request: EngagementRequest, pk: UUID) -> HttpResponse:
    """A frozen spec with its runs, its versions, and what changed since the one before (or ?since=)."""
    evaluation = Evaluation.objects.select_related("engagement__client", "dataset__source").get(pk=pk)
    versions = list(evaluations.versions_of(evaluation))
    before = evaluations.to_compare(evaluation, versions, whole_number(request.GET.get("since"), 0))
    context = {
        "engagement": request.engagement,
        "evaluation": evaluation,
        "versions": versions,
        "before": before,
        "differences": differences(before.spec, evaluation.spec) if before else None,
        "yaml": yaml_of(evaluation),
        "page": page_of(request, selectors.listed().filter(evaluation=evaluation)),
        "may_work": may_work_on(request.user, request.engagement),
        "for_client": request.user.role == Role.CLIENT,
    }
    return page_or_fragment(request, "pilots/evaluation_detail.html", context)


@access(engagement=of_evaluation, work=True, methods=["POST"])
def evaluation_start(request: EngagementRequest, pk: UUID) -> HttpResponse:
    """Start a run of the spec, on the rows frozen before or, if asked, frozen anew."""
    evaluation = Evaluation.objects.select_related("engagement__client", "dataset").get(pk=pk)
    run = services.start(
        by=request.user,
        evaluation=evaluation,
        site=dispatch.site_for(evaluation.engagement.client),
        anew=request.POST.get("anew") == "1",
    )
    return to_run(request, run.pk, f"Run {run.number} queued.")
