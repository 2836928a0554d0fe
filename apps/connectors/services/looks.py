"""Questions to the site about a source: what it holds, and what lies there at all."""

import json
from uuid import UUID, uuid4

from django.db import transaction
from django.utils import timezone

from apps.accounts.models import User
from apps.audit.services import record
from apps.core.errors import Refused
from apps.dataplane.contract import plan
from apps.dataplane.contract.messages import FailureReport, Operation, PreviewReport
from apps.dataplane.contract.privacy import Level
from apps.dispatch import selectors as dispatch
from apps.dispatch.models import Inquiry, Site
from apps.dispatch.services import inquiries
from apps.engagements.models import Engagement
from apps.engagements.services.gates import recheck

from .. import selectors
from ..models import Look, Source
from ..rules.places import problems
from .folders import check_place, folder_of, make_folder


@transaction.atomic
def preview(*, by: User | None, source: Source, level: Level = Level.SCORES) -> Inquiry:
    """Have the site open the source and say of its columns what `level`, and its policy, let leave. Asked twice before
    the answer it is one question. Raises Refused when no site may be asked, or the source is gone."""
    locked = (
        Source.objects.select_for_update(of=("self",))
        .select_related("looked__plan")
        .filter(pk=source.pk)
        .first()
    )
    if locked is None:
        raise Refused("gone", "Somebody else has removed this meanwhile.")
    engagement = source.engagement
    site = dispatch.site_for(engagement.client)
    if locked.looked and locked.looked.is_open and _asked(locked.looked) == (site.pk, level):
        return locked.looked
    body = _about(plan.Dataset.model_validate({"source": locked.address, "input": ()}).source, level)
    inquiry = inquiries.ask(by=by, site=site, operation=Operation.PREVIEW, body=body, engagement=engagement)
    locked.looked = source.looked = inquiry
    locked.save(update_fields=["looked"])
    return inquiry


def keep_preview(inquiry: UUID, body: PreviewReport | FailureReport) -> None:
    """Keep what the answer says of the columns, or why there is none; called in the ledger's transaction. The answer
    to an earlier question than the latest is too late."""
    source = (
        Source.objects.select_for_update(of=("self",))
        .select_related("engagement")
        .filter(looked=inquiry)
        .first()
    )
    if source is None:
        return
    source.checked_at = timezone.now()
    if isinstance(body, FailureReport):
        source.trouble = body.code[:40]
    else:
        source.trouble = ""
        source.columns = [column.model_dump(mode="json") for column in body.columns]
        source.read = body.model_dump(mode="json", exclude={"kind", "columns", "rows"})
    source.save(update_fields=["checked_at", "trouble", "columns", "read"])
    recheck(source.engagement)
    record(
        by=None,
        verb="tested",
        subject=source,
        engagement=source.engagement,
        found=source.trouble or "readable",
    )


@transaction.atomic
def look_around(
    *, by: User | None, engagement: Engagement, place: plan.FolderSource | plan.PostgresSource
) -> Look:
    """Ask the site what lies in a folder, or which tables a login may read; without a path, in its data roots, or at
    the local site, which serves all clients, in the client's own folder. Raises Refused."""
    site = dispatch.site_for(engagement.client)
    if isinstance(place, plan.FolderSource) and not place.path and site.client_id is None and by is not None:
        place = plan.FolderSource(path=_own_folder(engagement, site))
    for field, message in problems(place):
        if field == "dsn" or (field == "path" and place != plan.FolderSource()):
            raise Refused("address_unfit", message, field=field)
    check_place(by=by, client=engagement.client, source=place)
    body = _about(place, Level.SCORES)
    inquiry = inquiries.ask(by=by, site=site, operation=Operation.BROWSE, body=body, engagement=engagement)
    return Look.objects.create(inquiry=inquiry, engagement=engagement, place=place.model_dump(mode="json"))


def _own_folder(engagement: Engagement, site: Site) -> str:
    client = engagement.client
    return str(make_folder(client) if selectors.takes_uploads(site) else folder_of(client))


def _about(source: plan.Source, level: Level) -> plan.Plan:
    dataset = plan.Dataset(source=source, input=())
    return plan.Plan(run=str(uuid4()), dataset=dataset, targets=(), privacy=level)


def _asked(inquiry: Inquiry) -> tuple[UUID, str]:
    """Which site, and at which level."""
    return inquiry.plan.site_id, json.loads(inquiry.plan.body)["privacy"]
