"""Sites on the pages of clients and engagements."""

from typing import Any

from django.http import HttpRequest

from apps.engagements.models import Client, Engagement
from apps.engagements.selectors import SEE_ALL

from . import presenters, selectors
from .models import Site


def of_client(request: HttpRequest, client: Client) -> dict[str, Any]:
    """The client's own sites and the local one, with how each is."""
    sites = Site.objects.filter(client=client).order_by("name", "pk")
    local = Site.objects.filter(client=None, active=True).order_by("created_at")[:1]
    return {
        "rows": rows_of([*sites, *local]),
        "may_add": getattr(request.user, "role", None) in SEE_ALL,
    }


def of_engagement(request: HttpRequest, engagement: Engagement) -> dict[str, Any]:
    """What a run of this engagement would wait for, if it would."""
    return {"waiting": presenters.waiting_for(engagement.client)}


def rows_of(sites: list[Site]) -> list[dict[str, Any]]:
    """Each site with how it is and what it has to do; one query for all."""
    jobs = selectors.open_jobs(sites)
    return [
        {
            "site": site,
            "health": presenters.health_of(site),
            "running": jobs.get(site.pk, {}).get("running", 0),
            "queued": jobs.get(site.pk, {}).get("queued", 0),
            "differs": presenters.differs(site),
        }
        for site in sites
    ]
