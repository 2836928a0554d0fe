"""One of everything on an engagement, for tests that walk all addresses."""

from uuid import UUID, uuid4

from apps.accounts.models import User
from apps.catalog.models import Endpoint
from apps.connectors.models import Look
from apps.dataplane.contract import plan
from apps.dataplane.contract.messages import Operation
from apps.dispatch.models import Inquiry, Site
from apps.dispatch.services import inquiries
from apps.engagements.models import Engagement
from apps.engagements.services import invite
from apps.pilots.models import RunNote

from .people import make_member, make_user
from .runs import make_evaluation, make_run

# What `pk` in a route is, by the route's name or else by its namespace.
_KINDS = {
    "accounts": "person",
    "clients": "client",
    "engagements": "engagement",
    "dispatch": "site",
    "catalog": "endpoint",
    "connectors": "engagement",
    "pilots": "run",
    "pilots:engagement-runs": "engagement",
    "pilots:evaluations": "engagement",
    "pilots:evaluation-new": "engagement",
    "pilots:evaluation-import": "engagement",
    "pilots:evaluation": "evaluation",
    "pilots:evaluation-edit": "evaluation",
    "pilots:evaluation-file": "evaluation",
    "pilots:evaluation-rehearse": "evaluation",
    "pilots:start": "evaluation",
    "pilots:rehearsal": "rehearsal",
}


def kind_of(route: str) -> str:
    """What `pk` stands for in the route of that name ("namespace:name")."""
    return _KINDS.get(route) or _KINDS[route.split(":")[0]]


def objects_of(engagement: Engagement, *, by: User | None = None) -> dict[str, UUID]:
    """The id of one object of each kind on the engagement; `by` has asked what was asked."""
    client = engagement.client
    evaluation = make_evaluation(client=client.name, engagement=engagement.name)
    run = make_run(evaluation=evaluation, targets=1)
    site = Site.objects.create(name=f"site of {client}", client=client)
    endpoint = Endpoint.objects.create(
        name="house model", client=client, base_url="https://llm.example/v1", model="m"
    )
    look = Look.objects.create(
        inquiry=_ask(site, Operation.BROWSE, by), engagement=engagement, place={"kind": "folder", "path": ""}
    )
    invited = invite(by=None, engagement=engagement, email=f"{uuid4().hex}@example.com", role="viewer")
    return {
        "engagement": engagement.pk,
        "client": client.pk,
        "evaluation": evaluation.pk,
        "run": run.pk,
        "note": RunNote.objects.create(run=run, text="note", by=by).pk,
        "member": make_member(engagement).pk,
        "person": make_user().pk,
        "invitation": invited.invitation.pk,
        "site": site.pk,
        "endpoint": endpoint.pk,
        "source": evaluation.dataset.source_id,
        "dataset": evaluation.dataset_id,
        "look": look.pk,
        "rehearsal": _ask(site, Operation.REHEARSE, by).pk,
    }


def _ask(site: Site, operation: Operation, by: User | None) -> Inquiry:
    body = plan.Plan(run=str(uuid4()), dataset=plan.Dataset(source=plan.FolderSource(), input=()), targets=())
    return inquiries.ask(by=by, site=site, operation=operation, body=body, engagement=None)
