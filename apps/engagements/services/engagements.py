"""The only writers of engagements."""

from django.db import transaction
from django.db.models import Value
from django.db.models.functions import Lower

from apps.accounts.models import Role, User
from apps.audit.services import record
from apps.core.errors import Refused
from apps.core.locks import hold
from apps.core.text import one_line, slug_of
from apps.core.versions import keep, lock_at

from ..models import Client, Engagement, MemberRole, Stage
from .members import add_member
from .slugs import free


@transaction.atomic
def ensure_engagement(*, by: User | None, client: Client, name: str) -> Engagement:
    """The client's engagement of that name in whatever case, made if absent; an FDE who makes one leads
    it."""
    name = one_line(name, limit=120, field="engagement")
    hold("engagements.engagement", str(client.pk))
    if known := _named(client, name):
        return known
    slug = free(slug_of(name), client.engagements.values_list("slug", flat=True))
    engagement = Engagement.objects.create(client=client, name=name, slug=slug)
    record(by=by, verb="created", subject=engagement, engagement=engagement)
    if by is not None and by.role == Role.FDE:
        add_member(by=by, engagement=engagement, user=by, role=MemberRole.LEAD)
    return engagement


@transaction.atomic
def rename_engagement(
    *, by: User | None, engagement: Engagement, name: str, version: int | None = None
) -> None:
    """Give an engagement another name. Raises Refused for a name that cannot be kept or is another
    engagement's of this client, and for a `version` that is no longer the engagement's."""
    name = one_line(name, limit=120, field="name")
    hold("engagements.engagement", str(engagement.client_id))
    locked, changed = lock_at(engagement, version, name=name)
    if not changed:
        return
    if (other := _named(locked.client, name)) and other.pk != locked.pk:
        message = f"{locked.client} has an engagement {other.name} already."
        raise Refused("name_taken", message, field="name")
    engagement.name = name
    keep(locked, changed)
    engagement.version = locked.version
    before = changed["name"]
    record(by=by, verb="renamed", subject=locked, engagement=locked, before=before, after=name)


@transaction.atomic
def set_stage(*, by: User | None, engagement: Engagement, stage: str) -> None:
    """Move the engagement to another stage. Raises Refused for an unknown one."""
    if stage not in Stage.values:
        known = ", ".join(Stage.values)
        raise Refused("stage_unknown", f"There is no such stage; known are {known}.", field="stage")
    locked = Engagement.objects.select_for_update().get(pk=engagement.pk)
    before = locked.stage
    engagement.stage = locked.stage = stage
    if before == stage:
        return
    locked.save(update_fields=["stage"])
    record(by=by, verb="stage set", subject=locked, engagement=locked, before=before, after=stage)


def _named(client: Client, name: str) -> Engagement | None:
    return client.engagements.alias(key=Lower("name")).filter(key=Lower(Value(name))).first()
