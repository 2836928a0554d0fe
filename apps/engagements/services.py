"""The only writers of clients, engagements and members."""

from collections.abc import Iterable
from itertools import count

from django.db import transaction
from django.db.models import Value
from django.db.models.functions import Lower

from apps.accounts.models import Role, User
from apps.audit.services import record
from apps.core.errors import Refused
from apps.core.locks import hold
from apps.core.text import one_line, slug_of

from .models import Client, Engagement, Member, MemberRole, Stage


@transaction.atomic
def ensure_client(*, by: User | None, name: str) -> Client:
    """The client of that name in whatever case, made if absent. Raises Refused for a name that cannot be
    kept."""
    name = one_line(name, limit=120, field="client")
    hold("engagements.client")
    known = Client.objects.alias(key=Lower("name")).filter(key=Lower(Value(name))).first()
    if known:
        return known
    slug = _free(slug_of(name), Client.objects.values_list("slug", flat=True))
    client = Client.objects.create(name=name, slug=slug)
    record(by=by, verb="created", subject=client)
    return client


@transaction.atomic
def ensure_engagement(*, by: User | None, client: Client, name: str) -> Engagement:
    """The client's engagement of that name in whatever case, made if absent; an FDE who makes one leads
    it."""
    name = one_line(name, limit=120, field="engagement")
    hold("engagements.engagement", str(client.pk))
    of_client = client.engagements.all()
    known = of_client.alias(key=Lower("name")).filter(key=Lower(Value(name))).first()
    if known:
        return known
    slug = _free(slug_of(name), of_client.values_list("slug", flat=True))
    engagement = Engagement.objects.create(client=client, name=name, slug=slug)
    record(by=by, verb="created", subject=engagement, engagement=engagement)
    if by is not None and by.role == Role.FDE:
        add_member(by=by, engagement=engagement, user=by, role=MemberRole.LEAD)
    return engagement


@transaction.atomic
def add_member(*, by: User | None, engagement: Engagement, user: User, role: str) -> Member:
    """Give a person a place on the engagement, or another role there. Raises Refused for somebody inactive,
    and for a client viewer in any other role than viewer."""
    if role not in MemberRole.values:
        known = ", ".join(MemberRole.values)
        raise Refused("role_unknown", f"There is no such role; known are {known}.", field="role")
    person = User.objects.select_for_update().get(pk=user.pk)
    if not person.is_active:
        raise Refused("inactive", f"{person.name} is deactivated.", field="user")
    if person.role == Role.CLIENT and role != MemberRole.VIEWER:
        raise Refused(
            "client_views", f"{person.name} is a client viewer and can only be a viewer.", field="role"
        )
    member, created = Member.objects.get_or_create(
        engagement=engagement, user=person, defaults={"role": role}
    )
    if created:
        record(by=by, verb="added", subject=member, engagement=engagement, user=person.pk, role=role)
    elif member.role != role:
        before, member.role = member.role, role
        member.save(update_fields=["role"])
        record(by=by, verb="role changed", subject=member, engagement=engagement, before=before, after=role)
    return member


@transaction.atomic
def remove_member(*, by: User | None, member: Member) -> None:
    """Take a person off the engagement; their next request finds nothing there."""
    locked = Member.objects.select_for_update().filter(pk=member.pk).first()
    if locked is None:
        return
    record(by=by, verb="removed", subject=locked, engagement=locked.engagement, user=locked.user_id)
    locked.delete()


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


def _free(slug: str, taken: Iterable[str]) -> str:
    used = set(taken)
    return next(name for name in (slug if n == 1 else f"{slug}-{n}" for n in count(1)) if name not in used)
