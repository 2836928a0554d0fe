"""One of everything on an engagement, for tests that walk all addresses."""

from uuid import UUID, uuid4

from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from apps.accounts.models import Role, User
from apps.audit.selectors import events_of_engagement
from apps.catalog.models import Endpoint
from apps.connectors.models import Look, Snapshot
from apps.dataplane.contract import plan
from apps.dataplane.contract.messages import Operation
from apps.delivery.models import Delivery, DeliveryAttempt, InboxEntry, Mail, Mute, Webhook
from apps.delivery.payloads import of_test
from apps.dispatch.models import Inquiry, Site
from apps.dispatch.services import inquiries
from apps.engagements.models import Engagement, Gate, Kind, MemberRole, Proof
from apps.engagements.services import approvals, checklists, exit_criteria, invite
from apps.engagements.services.attachments import attach
from apps.engagements.services.comments import add_comment
from apps.engagements.services.links import add_link
from apps.handover.models import PackImport
from apps.overview.models import SavedView
from apps.pilots.models import RunNote
from apps.scoping.models import Measurement
from apps.scoping.services import add_assumption, add_baseline, write_criterion, write_use_case
from apps.tokens.services import issue_for_engagement

from .imports import make_import
from .items import make_item
from .people import make_member, make_user
from .runs import make_evaluation, make_run
from .templates import make_template

# What `pk` in a route is, by the route's name or else by its namespace.
_KINDS = {
    "accounts": "person",
    "adoption": "engagement",
    "delivery": "entry",
    "delivery:mail-retry": "mail",
    "webhooks": "webhook",
    "webhooks:engagement": "engagement",
    "webhooks:engagement-new": "engagement",
    "webhooks:delivery": "delivery",
    "webhooks:replay": "delivery",
    "clients": "client",
    "engagements": "engagement",
    "items": "item",
    "imports": "engagement",
    "log": "engagement",
    "log:edit": "log entry",
    "log:undo": "item",
    "log:redo": "item",
    "checklists": "action",
    "templates": "template",
    "templates:save": "engagement",
    "gates": "gate",
    "gates:list": "engagement",
    "approvals": "approval",
    "approvals:ask": "gate",
    "tokens": "token",
    "tokens:engagement": "engagement",
    "tokens:engagement-new": "engagement",
    "registers": "engagement",
    "registers:raid-edit": "raid",
    "registers:action-edit": "action",
    "registers:action-done": "action",
    "registers:milestone-edit": "milestone",
    "registers:milestone-move": "milestone",
    "registers:milestone-reach": "milestone",
    "registers:stakeholder-edit": "stakeholder",
    "registers:request-edit": "request",
    "registers:request-answer": "request",
    "registers:request-chase": "request",
    "registers:move": "action",
    "overview": "engagement",
    "overview:view": "view",
    "overview:view-remove": "view",
    "dispatch": "site",
    "catalog": "endpoint",
    "scoping": "engagement",
    "scoping:use-case": "use_case",
    "scoping:use-case-problem": "use_case",
    "scoping:use-case-process": "use_case",
    "scoping:use-case-limits": "use_case",
    "scoping:use-case-score": "use_case",
    "scoping:use-case-owner": "use_case",
    "scoping:use-case-reconsider": "use_case",
    "scoping:use-case-remove": "use_case",
    "scoping:baseline-new": "use_case",
    "scoping:baseline": "use_case",
    "scoping:baseline-remove": "use_case",
    "scoping:assumption-new": "use_case",
    "scoping:assumption": "use_case",
    "scoping:assumption-remove": "use_case",
    "scoping:criterion": "criterion",
    "scoping:criterion-edit": "criterion",
    "scoping:criterion-drop": "criterion",
    "scoping:criterion-restore": "criterion",
    "scoping:criterion-measure": "criterion",
    "connectors": "engagement",
    "handover": "engagement",
    "handover:detail": "pack",
    "handover:take": "pack",
    "handover:drop": "pack",
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


# Of the API: what `pk` is at the address of one row, by its noun.
_NOUNS = {
    "engagements": "engagement",
    "log": "log entry",
    "actions": "action",
    "raid": "raid",
    "milestones": "milestone",
    "access-requests": "request",
    "stakeholders": "stakeholder",
    "clients": "client",
    "members": "member",
    "invitations": "invitation",
    "gates": "gate",
    "exit-criteria": "exit_criterion",
    "approvals": "approval",
    "comments": "comment",
    "links": "link",
    "attachments": "attachment",
    "checklist-lines": "checklist_line",
    "templates": "template",
    "template-lines": "engagement",
    "hours": "engagement",
    "history": "event",
    "use-cases": "use_case",
    "baselines": "baseline",
    "assumptions": "assumption",
    "criteria": "criterion",
    "measurements": "measurement",
    "evaluations": "evaluation",
    "rehearsals": "rehearsal",
    "looks": "look",
    "runs": "run",
    "run-notes": "note",
    "sources": "source",
    "datasets": "dataset",
    "snapshots": "snapshot",
    "endpoints": "endpoint",
    "sites": "site",
    "health": "engagement",
    "saved-views": "view",
    "inbox": "entry",
    "mutes": "mute",
    "items": "item",
    "imports": "imported",
    "packs": "pack",
    "webhooks": "webhook",
    "deliveries": "delivery",
    "installation-webhooks": "installation webhook",
    "installation-deliveries": "installation delivery",
    "tokens": "token",
    "people": "person",
    "mails": "mail",
}


def kind_of(route: str) -> str:
    """What `pk` stands for in the route of that name ("namespace:name")."""
    space, _, name = route.partition(":")
    if space == "api":
        noun = max((noun for noun in _NOUNS if name.startswith(noun)), key=len)
        return "engagement" if name.endswith("-of-engagement") else _NOUNS[noun]
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
        inquiry=_ask(site, Operation.BROWSE, by, engagement),
        engagement=engagement,
        place={"kind": "folder", "path": ""},
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
        "view": SavedView.objects.create(owner=by or make_user(), name=f"view of {engagement.pk}").pk,
        "rehearsal": _ask(site, Operation.REHEARSE, by, engagement).pk,
        "snapshot": Snapshot.objects.create(
            dataset=evaluation.dataset, site=site, digest="d" * 64, rows=1, source_rows=1
        ).pk,
        **_told(engagement, by),
        **_webhook(engagement, by),
        **_webhook(None, by),
        **_scoped(engagement),
        **_gate(engagement),
        **_around(engagement, by),
        "token": issue_for_engagement(
            by=by, engagement=engagement, name="nightly job", scopes=["log:read"]
        ).token.pk,
        "log entry": make_item(engagement, Kind.ENTRY, client_visible=True).pk,
        **_registers(engagement, by),
        "imported": make_import(engagement, by=by).pk,
        "event": events_of_engagement(engagement.pk)[0].pk,
        "template": make_template(by=by).pk,
        "pack": PackImport.objects.create(by=by, name="pack.zip", state="refused", trouble="It is none.").pk,
    }


def _gate(engagement: Engagement) -> dict[str, UUID]:
    """The gate of the present stage, something that a person attests for it, and a request to approve it."""
    gate = Gate.objects.get(engagement=engagement, stage=engagement.stage)
    attested = exit_criteria.add(
        by=None, gate=gate, proof=Proof.ATTESTED, title="Somebody picks up the phone"
    )
    client = make_member(engagement, MemberRole.VIEWER, user=make_user(Role.CLIENT)).user
    asked = approvals.ask(by=None, item=gate, people=[client])
    return {"gate": gate.pk, "exit_criterion": attested.pk, "approval": asked[0].pk}


def _scoped(engagement: Engagement) -> dict[str, UUID]:
    """A use case with a baseline, a value assumption and a criterion that is measured by hand."""
    use_case = write_use_case(
        by=None,
        engagement=engagement,
        title="Sort letters",
        stated_problem="It takes days",
        client_visible=True,
    )
    figure = {"value": 0.7, "unit": "share", "basis": "stated"}
    baseline = add_baseline(by=None, use_case=use_case, metric="sorted right", how="says the desk", **figure)
    assumption = add_assumption(
        by=None, use_case=use_case, wording="an hour costs", value=41, unit="EUR", basis="estimated"
    )
    criterion = write_criterion(
        by=None,
        engagement=engagement,
        title="Letters arrive",
        metric="arrived",
        direction="at_least",
        threshold=0.9,
        unit="share",
        measured_by="hand",
        use_case=use_case,
    )
    measurement = Measurement.objects.create(
        criterion=criterion,
        metric="arrived",
        direction="at_least",
        threshold=0.9,
        unit="share",
        value=0.95,
        verdict="met",
        source="hand",
        source_id=uuid4(),
        measured_at=timezone.now(),
    )
    return {
        "measurement": measurement.pk,
        "use_case": use_case.pk,
        "baseline": baseline.pk,
        "assumption": assumption.pk,
        "criterion": criterion.pk,
    }


def _told(engagement: Engagement, by: User | None) -> dict[str, UUID]:
    to = by or make_user()
    entry = InboxEntry.objects.create(
        to=to, about="gate", engagement=engagement, text="G-1 Scoping was decided"
    )
    mail = Mail.objects.create(to=to.email, person=to, kind="notices", subject="G-1 Scoping was decided")
    mute = Mute.objects.create(user=to, engagement=engagement)
    return {"entry": entry.pk, "mail": mail.pk, "mute": mute.pk}


def _webhook(engagement: Engagement | None, by: User | None) -> dict[str, UUID]:
    """A webhook that wants nothing that happens here, with a test that was given up; of the installation, without an
    engagement."""
    name = "chat" if engagement else f"chat {uuid4().hex}"
    webhook = Webhook.objects.create(
        engagement=engagement,
        name=name,
        address="https://hooks.example/x",
        events=["run.started"],
        created_by=by,
    )
    delivery = Delivery.objects.create(
        webhook=webhook,
        kind="webhook.test",
        body=of_test(webhook, by, timezone.now()),
        state="failed",
        attempts=1,
        next_at=None,
        ended_at=timezone.now(),
    )
    DeliveryAttempt.objects.create(delivery=delivery, number=1, status=500, failure="status", excerpt="Sorry")
    where = "" if engagement else "installation "
    return {f"{where}webhook": webhook.pk, f"{where}delivery": delivery.pk}


def _around(engagement: Engagement, by: User | None) -> dict[str, UUID]:
    """An item that the client sees, and what hangs on it."""
    by = by or make_user()
    item, other = (make_item(engagement, Kind.ACTION, by=by, client_visible=True) for _ in range(2))
    file = SimpleUploadedFile("minutes.txt", b"what was said\n")
    return {
        "item": item.pk,
        "comment": add_comment(by=by, item=item, text="Who does this?").pk,
        "link": add_link(by=by, item=item, other=other, said="blocks").pk,
        "attachment": attach(by=by, item=item, file=file).pk,
    }


def _ask(site: Site, operation: Operation, by: User | None, engagement: Engagement) -> Inquiry:
    body = plan.Plan(run=str(uuid4()), dataset=plan.Dataset(source=plan.FolderSource(), input=()), targets=())
    return inquiries.ask(by=by, site=site, operation=operation, body=body, engagement=engagement)


def _registers(engagement: Engagement, by: User | None) -> dict[str, UUID]:
    """One of each register, as far as it can the client sees it."""
    shown = {"by": by, "client_visible": True}
    action = make_item(engagement, Kind.ACTION, **shown)
    return {
        "raid": make_item(engagement, Kind.RISK, severity="high", **shown).pk,
        "action": action.pk,
        "checklist_line": checklists.add(by=by, action=action, texts=["Invite everybody"])[0].pk,
        "milestone": make_item(engagement, Kind.MILESTONE, **shown).pk,
        "stakeholder": make_item(engagement, Kind.STAKEHOLDER, by=by).pk,
        "request": make_item(engagement, Kind.ACCESS_REQUEST, **shown).pk,
    }
