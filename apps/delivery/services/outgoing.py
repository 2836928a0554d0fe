"""Mails on their way: claimed, handed to the mail server, settled, tried again.

Promise: a mail that is queued goes out at least once. A worker that dies between the mail server's yes and ours
leaves a row that is sent again after `rules.attempts.IN_HAND`, with the same Message-ID, by which whoever
receives it can tell; two workers never have the same attempt in hand.
"""

import logging
import random
import time

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from apps.accounts.models import User
from apps.audit.services import record
from apps.core.errors import Refused
from apps.core.waking import wake

from .. import transport
from ..models import Mail
from ..rules import attempts, lines
from .bundles import gather, write

logger = logging.getLogger(__name__)
PATIENCE = 45.0  # seconds that one round takes at most before other work has its turn
LOST = "WorkerLost"


def send_due() -> int:
    """Bundle and send whatever is due. Returns how many mails went out. Ends early when the mail server is
    away, since the next mail would fare no better, and when a round has lasted long enough; beat begins the
    next one."""
    gather()
    until, sent = time.monotonic() + PATIENCE, 0
    while time.monotonic() < until and (mail := claim()):
        failure = transport.deliver(mail)
        settle(mail, failure)
        if failure and failure.away:
            break
        sent += failure is None
    return sent


def send_now(*, to: str, subject: str, text: str, person: User | None) -> bool:
    """Send a mail that somebody waits for, such as a link to sign in; whether the mail server has taken it. If
    not, it is queued and tried again. Its text is kept only until it has gone out. Not within a transaction,
    because it talks to the mail server."""
    mail = Mail.objects.create(
        to=to, person=person, kind=Mail.Kind.LINK, subject=lines.clip(subject, lines.SUBJECT), text=text
    )
    claimed = claim(Mail.objects.filter(pk=mail.pk))
    if claimed is None:  # a worker was quicker
        return True
    failure = transport.deliver(claimed)
    settle(claimed, failure)
    return failure is None


@transaction.atomic
def claim(among: QuerySet[Mail] | None = None) -> Mail | None:
    """Take the mail that has waited longest; its next attempt is then in this worker's hand alone. None when
    nothing is due."""
    now = timezone.now()
    due = (Mail.objects.all() if among is None else among).filter(state__in=Mail.TO_DO, next_at__lte=now)
    while mail := due.select_for_update(skip_locked=True, of=("self",)).order_by("next_at", "pk").first():
        if mail.attempts >= attempts.MOST:  # every worker that took it was lost with it
            _end(mail, Mail.State.FAILED, LOST, None)
        elif _is_wanted(mail):
            mail.state, mail.attempts = Mail.State.SENDING, mail.attempts + 1
            mail.next_at = now + attempts.IN_HAND
            mail.save(update_fields=["state", "attempts", "next_at"])
            return mail
        elif mail.state != Mail.State.DROPPED:  # its reader is gone
            _end(mail, Mail.State.DROPPED, "", None)
    return None


@transaction.atomic
def settle(mail: Mail, failure: transport.Failure | None) -> None:
    """Write down what became of an attempt; of one that another worker has repeated meanwhile, nothing."""
    locked = (
        Mail.objects.select_for_update()
        .filter(pk=mail.pk, state=Mail.State.SENDING, attempts=mail.attempts)
        .first()
    )
    if locked is None:
        return
    if failure is None:
        _end(locked, Mail.State.SENT, "", None)
    elif attempts.is_final(failure.code, of_the_mail=not failure.away):
        _end(locked, Mail.State.REFUSED, failure.name, failure.code)
    elif pause := attempts.pause(locked.attempts, random.random()):  # noqa: S311 - spreads, hides nothing
        locked.state, locked.next_at = Mail.State.QUEUED, timezone.now() + pause
        locked.failure, locked.code = failure.name, failure.code
        locked.save(update_fields=["state", "next_at", "failure", "code"])
    else:
        _end(locked, Mail.State.FAILED, failure.name, failure.code)
    mail.state = locked.state
    level = logging.INFO if failure is None else logging.WARNING
    reason = f" ({failure})" if failure else ""
    logger.log(level, "mail %s, attempt %s: %s%s", locked.pk, locked.attempts, locked.state, reason)


@transaction.atomic
def retry(*, by: User, mail: Mail) -> Mail:
    """Try a mail again now, and as often as a new one. Raises Refused for one that has gone out, is on its way
    or whose text is gone."""
    locked = Mail.objects.select_for_update().get(pk=mail.pk)
    if not locked.may_retry:
        raise Refused(
            "not_waiting", "This mail has gone out or is on its way; there is nothing to try again."
        )
    if not locked.text:
        raise Refused(
            "text_gone", "What this mail said is no longer kept. Whoever was to get it can be told anew."
        )
    before = locked.state
    locked.state, locked.attempts = Mail.State.QUEUED, 0
    locked.next_at, locked.ended_at = timezone.now(), None
    locked.save(update_fields=["state", "attempts", "next_at", "ended_at"])
    record(by=by, verb="retried", subject=locked, before=before, after=locked.state)
    wake("fieldwork.delivery.send_mails")
    return locked


def _is_wanted(mail: Mail) -> bool:
    """Whether there is still somebody to read it and, of notices, something to tell them."""
    if mail.kind == Mail.Kind.NOTICES:
        return mail.person is not None and write(mail, mail.person)
    return mail.person is None or mail.person.is_active


def _end(mail: Mail, state: Mail.State, failure: str, code: int | None) -> None:
    mail.state, mail.next_at, mail.ended_at = state, None, timezone.now()
    mail.failure, mail.code = failure, code
    if mail.kind == Mail.Kind.LINK and state in {Mail.State.SENT, Mail.State.DROPPED}:
        mail.text = ""  # a link to sign in is nobody else's
    mail.save()
