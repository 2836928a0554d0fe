"""Members: who is on an engagement, with a role there."""

from typing import Any

from django.db.models import QuerySet
from rest_framework import serializers

from apps.accounts.models import STAFF
from apps.core.errors import Refused
from apps.engagements.models import Member, MemberRole
from apps.engagements.selectors.members import addable_to
from apps.engagements.services.members import add_member, change_member_role, remove_member
from apps.tokens.selectors import Bearer

from ..fields import Moment, Out, Strict
from ..noun import Act, Asked, Narrow, Noun
from .engagements import staffs


class MemberPersonOut(Out):
    """A member as the team knows them. role: at Fieldwork; active: whether they can sign in."""

    id = serializers.UUIDField()
    name = serializers.CharField()
    email = serializers.CharField()
    role = serializers.CharField()
    active = serializers.BooleanField(source="is_active")


class MemberOut(Out):
    """A person's place on an engagement. role: there."""

    id = serializers.UUIDField()
    engagement = serializers.UUIDField(source="engagement_id")
    person = MemberPersonOut(source="user")
    role = serializers.ChoiceField(choices=MemberRole.choices)
    version = serializers.IntegerField()
    created_at = Moment()


class MemberChange(Strict):
    """Another role; who is at the client can only be a viewer."""

    role = serializers.ChoiceField(choices=MemberRole.choices)


class MemberNew(MemberChange):
    """A place for somebody who has an account, unless they are at another client."""

    person = serializers.UUIDField(help_text="The id of a person; whoever has no account yet is invited.")


def _rows(bearer: Bearer) -> QuerySet[Member]:
    within = Member.objects.filter(engagement__in=bearer.engagements().values("pk"))
    return within.select_related("user", "engagement__client")


def _add(asked: Asked) -> Member:
    person = addable_to(asked.engagement).filter(pk=asked.sent["person"]).first()
    if person is None:
        raise Refused("nobody", "There is nobody with this id who can be added here.", field="person")
    return add_member(by=asked.by, engagement=asked.engagement, user=person, role=asked.sent["role"])


def _change(asked: Asked) -> Any:
    role = asked.sent.get("role", asked.row.role)
    change_member_role(by=asked.by, member=asked.row, role=role, version=asked.version)
    return asked.row


def _remove(asked: Asked) -> None:
    remove_member(by=asked.by, member=asked.row)


MEMBERS = Noun(
    name="members",
    one="member",
    says="Who is on an engagement, and in which role. Client viewers are not told.",
    scope="members",
    roles=STAFF,
    rows=_rows,
    out=MemberOut,
    orders={"name": "user__name", "-created_at": "created_at", "created_at": "created_at"},
    narrow={
        "person": Narrow(serializers.UUIDField(required=False), "user"),
        "role": Narrow(serializers.ChoiceField(choices=MemberRole.values, required=False), "role"),
    },
    add=Act(_add, MemberNew, staffs, closed=True),
    change=Act(_change, MemberChange, staffs, closed=True),
    remove=Act(_remove, Strict, staffs, closed=True, says="Take them off the engagement."),
)
