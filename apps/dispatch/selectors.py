"""Reads of sites and the ledger."""

from django.db.models import Q, QuerySet
from django.utils import timezone

from apps.core.errors import Refused
from apps.engagements.models import Client

from . import rules
from .models import Job, Site


def has_open_jobs() -> bool:
    """Whether anything is queued or at a site."""
    return Job.objects.filter(state__in=Job.OPEN).exists()


def sites_for(client: Client) -> QuerySet[Site]:
    """The sites that may execute this client's jobs: its own first, then the local one."""
    return Site.objects.filter(Q(client=client) | Q(client=None), active=True).order_by(
        "client_id", "created_at"
    )


def is_present(site: Site) -> bool:
    """Whether the site has been heard of lately."""
    return not rules.is_away(site.heard_at, timezone.now())


def site_for(client: Client) -> Site:
    """The client's own site when it has been heard of lately, else the local one. Raises Refused without either."""
    known = list(sites_for(client))
    present = [site for site in known if is_present(site)]
    if not known:
        raise Refused("no_site", f"No site may run jobs for {client}; enrol one first.")
    return (present or known)[0]
