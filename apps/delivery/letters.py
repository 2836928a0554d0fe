"""What mails say."""

from dataclasses import dataclass
from itertools import groupby

from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse

from apps.accounts.models import User

from .models import InboxEntry
from .rules import lines

HERE = "This Fieldwork"  # of what concerns no engagement


@dataclass(frozen=True)
class Letter:
    """A mail's subject and its text, plain and as HTML."""

    subject: str
    text: str
    html: str


def address_of(path: str) -> str:
    """A path of ours as an address that works in a mail."""
    return f"{settings.ADDRESS}{path}"


def of_notices(person: User, entries: list[InboxEntry]) -> Letter:
    """One mail of all `entries` (at least one), by engagement. Each leads to what it is about."""
    ordered = sorted(entries, key=lambda entry: (str(entry.engagement), str(entry.engagement_id), entry.at))
    parts = [
        (
            engagement or HERE,
            [(entry, address_of(reverse("delivery:entry", args=[entry.pk]))) for entry in group],
        )
        for engagement, group in groupby(ordered, key=lambda entry: entry.engagement)
    ]
    context = {
        "person": person,
        "parts": parts,
        "inbox": address_of(reverse("delivery:inbox")),
        "preferences": address_of(reverse("delivery:preferences")),
    }
    return Letter(
        lines.clip(_subject(entries, len(parts)), lines.SUBJECT),
        render_to_string("delivery/notices_mail.txt", context),
        render_to_string("delivery/notices_mail.html", context),
    )


def _subject(entries: list[InboxEntry], engagements: int) -> str:
    if len(entries) == 1:
        return entries[0].text
    where = str(entries[0].engagement or HERE) if engagements == 1 else f"{engagements} engagements"
    if all(entry.about == "due" for entry in entries):
        return f"{len(entries)} things are due on {where}"
    return f"{len(entries)} notices on {where}"
