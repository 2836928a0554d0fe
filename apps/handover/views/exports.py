"""Handing an engagement over: what its pack holds, and the pack."""

from uuid import UUID

from django.http import HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import render

from apps.engagements.access import EngagementRequest, access

from ..selectors import counts_of, open_runs_of
from ..services.exporting import archive, begin, name_of


@access(engagement="pk", work=True, closed=True)
def pack(request: EngagementRequest, pk: UUID) -> HttpResponse:
    """What the pack holds, and where to get it."""
    engagement = request.engagement
    context = {
        "engagement": engagement,
        "counts": counts_of(engagement),
        "open_runs": open_runs_of(engagement),
    }
    return render(request, "handover/pack_detail.html", context)


@access(engagement="pk", work=True, closed=True)
def pack_file(request: EngagementRequest, pk: UUID) -> HttpResponseBase:
    """The pack as a ZIP file, streamed."""
    begin(by=request.user, engagement=request.engagement)
    response = StreamingHttpResponse(archive(request.engagement), content_type="application/zip")
    name = f"{name_of(request.engagement)}.zip"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
