"""Starting an engagement: with its client, its lead and what a template plans, all of it or nothing."""

from datetime import date
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from apps.accounts.models import User
from apps.core.errors import Refused
from apps.core.locks import hold
from apps.core.text import one_line

from ..models import Client, Engagement, MemberRole
from ..selectors import visible_to, works_for
from ..selectors.templates import Known
from .clients import client_named, ensure_client
from .engagements import ensure_engagement
from .members import add_member
from .templates import apply

FAR = 3_660  # days from today, either way


@transaction.atomic
def start_engagement(
    *,
    by: User,
    client: str,
    name: str,
    starts_on: date | None = None,
    lead: User | None = None,
    template: Known | None = None,
    once: UUID | None = None,
) -> Engagement:
    """Make an engagement for the client of that name, who is made too if nobody knows them yet. starts_on: from when
    a template counts, today unless said; once: an id that the form was given, so that two clicks make one. Raises
    Refused for what cannot be kept, for a name that the client has an engagement of, for a template that cannot be
    used, and for a client whom an FDE works for on nothing yet."""
    beginning = {"starts_on": starts_on or timezone.localdate()}
    if abs((beginning["starts_on"] - timezone.localdate()).days) > FAR:
        raise Refused("far", "This is more than ten years away; choose a nearer day.", field="starts_on")
    if once is not None:
        hold("engagements.once", str(once))
        if known := visible_to(by).filter(pk=once).first():
            return known
        if Engagement.objects.filter(pk=once).exists():  # somebody else's: neither shown nor in the way
            once = None
    made_for = _client(by, client)
    name = one_line(name, limit=120, field="name")
    hold("engagements.engagement", str(made_for.pk))
    if taken := made_for.engagements.filter(name__iexact=name).first():
        message = f"{made_for} has an engagement {taken.name} already; open that, or choose another name."
        raise Refused("name_taken", message, field="name")
    identity = {"id": once} if once else {}
    made = ensure_engagement(by=by, client=made_for, name=name, **beginning, **identity)
    if lead is not None:
        add_member(by=by, engagement=made, user=lead, role=MemberRole.LEAD)
    if template is not None:
        apply(by=by, engagement=made, template=template)
    return made


def _client(by: User, name: str) -> Client:
    """Leading an engagement opens the client's sites and endpoints, so nobody gets there by naming the client."""
    known = client_named(one_line(name, limit=120, field="client"))
    if known is not None and not works_for(by, known):
        message = (
            f"You work for {known} on nothing yet; a manager can start this, or add you to an engagement."
        )
        raise Refused("client", message, field="client")
    return known or ensure_client(by=by, name=name)
