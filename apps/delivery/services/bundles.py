"""Makes mails of what waits to be mailed: for each person one, of all that came within a short time."""

from django.db import transaction
from django.utils import timezone

from apps.accounts.models import User
from apps.core.locks import hold

from .. import letters, selectors
from ..models import InboxEntry, Mail

PEOPLE = 200  # at a time


@transaction.atomic
def gather() -> int:
    """Queue a mail for everybody who has something due in the outbox, with all that waits for them there.
    Returns how many. A second worker waits, so that nobody gets two where one would do."""
    hold("delivery.gather")
    now = timezone.now()
    waiting = InboxEntry.objects.filter(mail=None, mail_at__isnull=False)
    waiting.filter(mail_at__lte=now, shown=True, read_at__isnull=False).update(mail_at=None)
    due = waiting.filter(mail_at__lte=now).order_by().values_list("to", flat=True).distinct()[:PEOPLE]
    people = User.objects.filter(pk__in=list(due))
    for person in people:
        mail = Mail.objects.create(
            to=person.email, person=person, kind=Mail.Kind.NOTICES, subject="Notices", next_at=now
        )
        waiting.filter(to=person).update(mail=mail)
        write(mail, person)
    return len(people)


def write(mail: Mail, person: User) -> bool:
    """Write a mail of notices as things stand now: without what its reader has read in the inbox meanwhile,
    or may no longer see. Whether there is something left to say; else the mail is dropped."""
    entries = selectors.entries_of(person).filter(mail=mail, read_at=None) if person.is_active else None
    shown = [] if entries is None else list(entries.select_related("engagement__client").order_by("at", "pk"))
    if shown:
        letter = letters.of_notices(person, shown)
        mail.subject, mail.text, mail.html = letter.subject, letter.text, letter.html
    else:
        mail.text = mail.html = ""
        mail.state, mail.next_at, mail.ended_at = Mail.State.DROPPED, None, timezone.now()
    mail.save()
    return bool(shown)
