"""Mails: to whom they went and what became of them, for administrators."""

from typing import Any

from django.db.models import QuerySet
from rest_framework import serializers

from apps.accounts.models import Role
from apps.delivery import services
from apps.delivery.models import Mail
from apps.tokens.selectors import Bearer

from ..fields import Moment, Out, Strict
from ..noun import Act, Asked, Narrow, Noun
from .engagements import governs


class MailOut(Out):
    """The head of a mail, never what it says. failure, code: of the latest attempt, as the mail server has it."""

    id = serializers.UUIDField()
    to = serializers.CharField()
    kind = serializers.ChoiceField(choices=Mail.Kind.choices)
    subject = serializers.CharField()
    state = serializers.ChoiceField(choices=Mail.State.choices)
    attempts = serializers.IntegerField()
    failure = serializers.CharField()
    code = serializers.IntegerField(allow_null=True)
    next_at = Moment(allow_null=True)
    ended_at = Moment(allow_null=True)
    created_at = Moment()


def _rows(bearer: Bearer) -> QuerySet[Mail]:
    known = Mail.objects.defer("text", "html")
    return known if governs(bearer, None, None) else known.none()


def _retry(asked: Asked) -> Any:
    return services.retry(by=asked.person, mail=asked.row)


MAILS = Noun(
    name="mails",
    one="mail",
    says="The log of mails, for administrators: their heads, never what they say.",
    scope="mails",
    roles=frozenset({Role.ADMIN}),
    rows=_rows,
    engagement="",
    out=MailOut,
    narrow={
        "state": Narrow(serializers.ChoiceField(choices=Mail.State.values, required=False), "state"),
        "to": Narrow(serializers.CharField(required=False, max_length=254), "to__icontains"),
    },
    verbs={"retry": Act(_retry, Strict, governs, says="Try it again now.")},
)
