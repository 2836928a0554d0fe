"""Who is on what, and what the coming weeks ask of them."""

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone

from apps.accounts.access import PersonRequest, access
from apps.core.pages import page_of
from apps.engagements.selectors import SEE_ALL

from ..selectors.staffing import loads_of, people_working, weeks_from


@access(roles=SEE_ALL)
def staffing(request: PersonRequest) -> HttpResponse:
    today = timezone.localdate()
    page = page_of(request, people_working(request.user))
    context = {
        "page": page,
        "loads": loads_of(request.user, list(page.object_list), today),
        "weeks": weeks_from(today),
    }
    return render(request, "overview/staffing.html", context)
