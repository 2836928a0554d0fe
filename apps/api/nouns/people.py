"""People: everybody's account, for administrators."""

import logging
from collections.abc import Iterable, Sequence
from functools import partial
from smtplib import SMTPException
from typing import Any

from django.db import transaction
from django.db.models import Q, QuerySet
from rest_framework import serializers

from apps.accounts import services
from apps.accounts.links import mail_link, path_for
from apps.accounts.models import Role, User
from apps.tokens.selectors import Bearer

from ..fields import Moment, Out, Strict
from ..noun import Act, Asked, Narrow, Noun
from .engagements import governs

logger = logging.getLogger(__name__)


class AccountOut(Out):
    """A person's account. active: whether they can sign in; link: with which they set their password, in the answer
    that has made the account alone, else null, as it is kept nowhere."""

    id = serializers.UUIDField()
    name = serializers.CharField()
    email = serializers.CharField()
    role = serializers.ChoiceField(choices=Role.choices)
    timezone = serializers.CharField()
    active = serializers.BooleanField(source="is_active")
    link = serializers.CharField(default=None, allow_null=True)
    version = serializers.IntegerField()
    created_at = Moment()


class AccountChange(Strict):
    """Another role at Fieldwork."""

    role = serializers.ChoiceField(choices=Role.choices)


class AccountNew(AccountChange):
    """Somebody who is to come in. They set their password by a link, which is mailed where mail is set up."""

    name = serializers.CharField(max_length=120)
    email = serializers.CharField(max_length=254)


def _rows(bearer: Bearer) -> QuerySet[User]:
    return User.objects.all() if governs(bearer, None, None) else User.objects.none()


def _found(bearer: Bearer, rows: Sequence[Any]) -> Iterable[User]:
    """With the link of whoever has just been made."""
    links = {row.pk: getattr(row, "link", None) for row in rows}
    for row in _rows(bearer).filter(pk__in=links):
        row.link = links[row.pk]  # type: ignore[attr-defined]
        yield row


def _add(asked: Asked) -> User:
    person = services.create_user(by=asked.person, **asked.sent)
    person.link = asked.address(path_for(person))  # type: ignore[attr-defined]
    transaction.on_commit(partial(_welcome, person, person.link))  # type: ignore[attr-defined]
    return person


def _welcome(person: User, link: str) -> None:
    try:
        mail_link(person, link, welcome=True)
    except (OSError, SMTPException):
        logger.exception("a mail with a link to set a password could not be sent")


def _change(asked: Asked) -> Any:
    role = asked.sent.get("role", asked.row.role)
    services.change_role(by=asked.person, user=asked.row, role=role, version=asked.version)
    return asked.row


def _deactivate(asked: Asked) -> Any:
    services.deactivate(by=asked.person, user=asked.row)
    return asked.row


def _reactivate(asked: Asked) -> Any:
    services.reactivate(by=asked.person, user=asked.row)
    return asked.row


PEOPLE = Noun(
    name="people",
    one="person",
    says="Everybody's account at Fieldwork, for administrators. The link that lets a new one in is told in the answer "
    "that makes them and never again.",
    scope="people",
    roles=frozenset({Role.ADMIN}),
    rows=_rows,
    engagement="",
    out=AccountOut,
    orders={"name": "name", "-created_at": "created_at", "created_at": "created_at"},
    narrow={
        "role": Narrow(serializers.ChoiceField(choices=Role.values, required=False), "role"),
        "active": Narrow(
            serializers.BooleanField(required=False, allow_null=True, default=None), "is_active"
        ),
        "q": Narrow(
            serializers.CharField(
                required=False, max_length=300, allow_blank=True, help_text="In name or e-mail address."
            ),
            lambda rows, words, bearer: rows.filter(Q(name__icontains=words) | Q(email__icontains=words)),
        ),
    },
    add=Act(_add, AccountNew, governs),
    change=Act(_change, AccountChange, governs),
    verbs={
        "deactivate": Act(
            _deactivate, may=governs, says="Close the account at once; their tokens are revoked for good."
        ),
        "reactivate": Act(_reactivate, may=governs, says="Let them sign in again."),
    },
    found=_found,
    told_once=frozenset({"link"}),
    moves=True,
)
