"""What pages of the inbox and of the mail log show, out of rows."""

from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby

from django.utils import timezone
from django.utils.formats import date_format

from .. import selectors
from ..models import InboxEntry, Mail
from ..rules import preferences

ICONS = {
    "mention": "mention",
    "assignment": "person",
    "approval": "approval",
    "comment": "comment",
    "due": "clock",
    "gate": "gate",
    "webhook": "webhook",
}
_TONES = {"sent": "good", "failed": "bad", "refused": "bad", "sending": "accent", "queued": "accent"}
_STATE_ICONS = {
    "sent": "success",
    "failed": "error",
    "refused": "cross",
    "queued": "clock",
    "sending": "play",
}
_REASONS = {
    "SMTPRecipientsRefused": "The mail server does not take mail for this address",
    "SMTPSenderRefused": "The mail server does not take mail from us",
    "SMTPDataError": "The mail server did not take this mail",
    "SMTPAuthenticationError": "The mail server does not take our login",
    "SMTPServerDisconnected": "The mail server hung up",
    "SMTPConnectError": "The mail server is not taking mail",
    "SMTPHeloError": "The mail server is not taking mail",
    "SMTPNotSupportedError": "The mail server cannot do what this mail needs",
    "ConnectionRefusedError": "Nothing answers at the mail server's address",
    "gaierror": "The mail server's name is unknown",
    "TimeoutError": "The mail server took too long",
    "WorkerLost": "Sending it was interrupted time after time",
}


@dataclass(frozen=True)
class Row:
    """An entry as it is shown."""

    entry: InboxEntry
    icon: str
    about: str

    @property
    def unread(self) -> bool:
        """Whether it still waits to be read."""
        return self.entry.read_at is None


def row_of(entry: InboxEntry) -> Row:
    """An entry with its icon and the name of its kind."""
    return Row(entry, ICONS[entry.about], preferences.ABOUT[entry.about][0])


def days_of(entries: list[InboxEntry]) -> list[tuple[str, list[Row]]]:
    """Entries by day in the reader's time zone, each day with its name."""
    by_day = groupby(entries, key=lambda entry: timezone.localtime(entry.at).date())
    return [(day_name(day), [row_of(entry) for entry in group]) for day, group in by_day]


def day_name(day: date, today: date | None = None) -> str:
    """Today, Yesterday, Monday 3 March; of other years with the year."""
    today = today or timezone.localdate()
    if day == today:
        return "Today"
    if day == today - timedelta(days=1):
        return "Yesterday"
    return date_format(day, "l j F" if day.year == today.year else "l j F Y")


def unread_words(count: int) -> str:
    """The number on the bell: nothing for none, "9+" for many."""
    if count > selectors.SHOWN_AT_MOST:
        return f"{selectors.SHOWN_AT_MOST}+"
    return str(count) if count else ""


@dataclass(frozen=True)
class LogLine:
    """A mail as the log shows it."""

    mail: Mail
    tone: str
    icon: str
    reason: str


def log_line(mail: Mail) -> LogLine:
    """A mail with what became of it in words."""
    return LogLine(mail, _TONES.get(mail.state, "quiet"), _STATE_ICONS.get(mail.state, ""), reason_of(mail))


def reason_of(mail: Mail) -> str:
    """Why the last attempt failed, in plain words, with the mail server's code; empty when none did."""
    if not mail.failure:
        return ""
    words = _REASONS.get(mail.failure, mail.failure)
    return f"{words} ({mail.code})" if mail.code else words
