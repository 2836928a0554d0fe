"""Reads of sites and the ledger."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Count, F, Max, Q, QuerySet
from django.http import Http404
from django.utils import timezone

from apps.accounts.models import User
from apps.core.errors import Refused
from apps.engagements.models import Client
from apps.engagements.selectors import SEE_ALL, clients_of

from . import rules
from .models import Job, Site

LOCAL = "local"  # the sites without a client, in a query
LATELY = timedelta(days=7)  # for how long failures are told of
KINDS = 8  # codes of failures that are told


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


def local_site() -> Site:
    """The site of this machine, which serves every client. Raises Refused without one."""
    site = Site.objects.filter(client=None, active=True).order_by("created_at").first()
    if site is None:
        raise Refused("no_site", "There is no local site; choose a client that has a site of its own.")
    return site


def visible_to(user: User) -> QuerySet[Site]:
    """The sites that a person may see: those of the clients they see and, for all staff, the local one."""
    sites = Site.objects.select_related("client")
    if not user.is_staff_member:
        return sites.none()
    return sites if user.role in SEE_ALL else sites.filter(Q(client=None) | Q(client__in=clients_of(user)))


def search_sites(user: User, *, words: str = "", client: str = "") -> QuerySet[Site]:
    """What `visible_to` gives, the local one first, narrowed to a client (its id, or "local") and to words."""
    found = visible_to(user).order_by(F("client__name").asc(nulls_first=True), "name", "pk")
    if client == LOCAL:
        found = found.filter(client=None)
    elif pk := id_of(client):
        found = found.filter(client=pk)
    return holding(found, words)


def holding(sites: QuerySet[Site], words: str) -> QuerySet[Site]:
    """Those with these words in their name or their client's."""
    words = words.replace("\0", "").strip()
    return sites.filter(Q(name__icontains=words) | Q(client__name__icontains=words)) if words else sites


def get_visible(user: User, pk: UUID) -> Site:
    """That site. Raises Http404, the same for one that is not theirs as for one that does not exist."""
    site = visible_to(user).filter(pk=pk).first()
    if site is None:
        raise Http404("No such site.")
    return site


def open_jobs(sites: Iterable[Site]) -> dict[UUID, dict[str, int]]:
    """Of each site, how many jobs are in each open state; sites without any are left out."""
    counted = (
        Job.objects.filter(plan__site__in=list(sites), state__in=Job.OPEN)
        .values_list("plan__site", "state")
        .annotate(number=Count("pk"))
        .order_by()
    )
    found: dict[UUID, dict[str, int]] = {}
    for site, state, number in counted:
        found.setdefault(site, {})[state] = number
    return found


@dataclass(frozen=True)
class Failures:
    """How often jobs of a site have failed with `code` lately, and when last."""

    code: str
    number: int
    last: datetime


def failures_of(site: Site) -> list[Failures]:
    """By code, the latest first."""
    failed = Job.objects.filter(
        plan__site=site, state=Job.State.FAILED, finished_at__gt=timezone.now() - LATELY
    )
    grouped = failed.values_list("failure__code").annotate(number=Count("pk"), last=Max("finished_at"))
    return [Failures(code or "site_error", *rest) for code, *rest in grouped.order_by("-last")[:KINDS]]


def id_of(text: str) -> UUID | None:
    """The id that a query names; None for what is none."""
    try:
        return UUID(text)
    except ValueError:
        return None
