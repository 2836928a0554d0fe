"""What the engagements have in common, and the cases behind each figure."""

from django.http import Http404, HttpResponse
from django.shortcuts import render

from apps.accounts.access import PersonRequest, access
from apps.accounts.models import STAFF

from ..selectors import learnings as reads

TITLES = {
    "access": "Access that waited on {}",
    "missed": "Criteria on {} that are missed",
    "blocked": "Blockers with the tag {}",
}


@access(roles=STAFF)
def learnings(request: PersonRequest) -> HttpResponse:
    return render(request, "overview/learnings.html", {"found": reads.learnings(request.user)})


@access(roles=STAFF)
def cases(request: PersonRequest) -> HttpResponse:
    """The cases behind one figure: `?of=` which list, `?key=` which line of it."""
    of, key = request.GET.get("of", ""), request.GET.get("key", "").replace("\0", "")[:80]
    found = reads.cases(request.user, of, key)
    if found is None:
        raise Http404("No such figure.")
    context = {"title": TITLES[of].format(reads.name_of(of, key)), "items": found}
    return render(request, "overview/cases.html", context)
