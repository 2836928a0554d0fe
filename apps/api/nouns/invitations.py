"""Invitations: links with which whoever owns an e-mail address joins an engagement, once."""

from collections.abc import Iterable, Sequence
from functools import partial
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone
from rest_framework import serializers

from apps.accounts.links import mail_invitation
from apps.accounts.models import STAFF, Role
from apps.engagements.models import Invitation, MemberRole
from apps.engagements.rules.members import INVITATION_LASTS
from apps.engagements.selectors.members import invitation_states
from apps.engagements.services.invitations import invite, withdraw
from apps.tokens.selectors import Bearer

from ..fields import Moment, Out, PersonOut, Strict
from ..noun import Act, Asked, Noun
from .engagements import staffs

STATES = ("open", "used", "withdrawn", "expired")


class InvitationOut(Out):
    """A place for whoever owns that e-mail address. role: on the engagement; account_role: at Fieldwork, of somebody
    new; link: in the answer that has made it alone, else null, as it is kept nowhere."""

    id = serializers.UUIDField()
    engagement = serializers.UUIDField(source="engagement_id")
    email = serializers.CharField()
    role = serializers.ChoiceField(choices=MemberRole.choices)
    account_role = serializers.ChoiceField(choices=Role.choices)
    state = serializers.SerializerMethodField()
    invited_by = PersonOut(allow_null=True)
    link = serializers.CharField(default=None, allow_null=True)
    expires_at = Moment()
    created_at = Moment()

    def get_state(self, invitation: Any) -> str:
        """open, used, withdrawn or expired."""
        return str(self.context["states"][invitation.pk])


class InvitationNew(Strict):
    """Whom, and as what. An earlier invitation of the same address ends with it."""

    email = serializers.EmailField(max_length=254)
    role = serializers.ChoiceField(choices=MemberRole.choices, default=MemberRole.VIEWER)
    account_role = serializers.ChoiceField(
        choices=Role.choices, default=Role.CLIENT, help_text="For somebody new; an account keeps its role."
    )


def _all(bearer: Bearer) -> QuerySet[Invitation]:
    within = Invitation.objects.filter(engagement__in=bearer.engagements().values("pk"))
    return within.select_related("invited_by", "engagement__client")


def _rows(bearer: Bearer) -> QuerySet[Invitation]:
    """Those that may still be used, and those that have expired lately."""
    lately = timezone.now() - INVITATION_LASTS
    return _all(bearer).filter(accepted_at=None, withdrawn_at=None, expires_at__gt=lately)


def _found(bearer: Bearer, rows: Sequence[Any]) -> Iterable[Invitation]:
    """Also those that have ended just now, and with its link the one that has just been made."""
    links = {row.pk: getattr(row, "link", None) for row in rows}
    for row in _all(bearer).filter(pk__in=links):
        row.link = links[row.pk]  # type: ignore[attr-defined]
        yield row


def _states(bearer: Bearer, rows: Sequence[Any]) -> dict[str, Any]:
    return {"states": invitation_states(rows)}


def _invite(asked: Asked) -> Invitation:
    by, engagement = asked.person, asked.engagement
    issued = invite(by=by, engagement=engagement, **asked.sent)
    made, link = issued.invitation, asked.address(reverse("engagements:invitation", args=[issued.token]))
    facts = {"by": by.name, "what": str(engagement), "expires_at": made.expires_at}
    transaction.on_commit(partial(mail_invitation, made.email, link, facts))
    made.link = link  # type: ignore[attr-defined]
    return made


def _withdraw(asked: Asked) -> Any:
    withdraw(by=asked.by, invitation=asked.row)
    return asked.row


INVITATIONS = Noun(
    name="invitations",
    one="invitation",
    says="Links with which whoever owns an e-mail address joins an engagement, once. The link is told in the answer "
    "that makes it and never again, and mailed where mail is set up. Lists show those that wait, or expired lately.",
    scope="members",
    roles=STAFF,
    rows=_rows,
    out=InvitationOut,
    add=Act(_invite, InvitationNew, staffs, closed=True),
    verbs={
        "withdraw": Act(_withdraw, Strict, staffs, closed=True, says="Let its link work no more."),
    },
    beside=_states,
    found=_found,
    told_once=frozenset({"link"}),
)
