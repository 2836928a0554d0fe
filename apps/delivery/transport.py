"""Handing one mail to the mail server, and what its refusals mean."""

import smtplib
from contextlib import suppress
from dataclasses import dataclass
from email.utils import parseaddr

from django.conf import settings
from django.core.mail import EmailMultiAlternatives, get_connection
from django.urls import reverse

from .letters import address_of
from .models import Mail

UNWRITABLE = 553  # what a mail server would answer to such an address


@dataclass(frozen=True)
class Failure:
    """Why a mail did not go out. name: of the error's class; code: the mail server's answer, if it gave one;
    away: whether the server is to blame rather than the mail. The answer's text is left out, because it may
    quote the mail."""

    name: str
    code: int | None = None
    away: bool = False

    def __str__(self) -> str:
        return f"{self.name} {self.code}" if self.code else self.name


def deliver(mail: Mail) -> Failure | None:
    """Hand the mail to the mail server; None when it has taken it."""
    connection = get_connection()
    try:
        connection.open()
    except (OSError, smtplib.SMTPException) as error:  # whatever it is, the next mail would get the same
        return Failure(type(error).__name__, _code(getattr(error, "smtp_code", None)), away=True)
    try:
        connection.send_messages([message_of(mail)])
    except smtplib.SMTPRecipientsRefused as error:
        return Failure(
            type(error).__name__, max((code for code, _ in error.recipients.values()), default=None)
        )
    except smtplib.SMTPResponseException as error:
        return Failure(type(error).__name__, _code(error.smtp_code))
    except (smtplib.SMTPNotSupportedError, ValueError) as error:  # a head or an address nobody can write
        return Failure(type(error).__name__, UNWRITABLE)
    except (OSError, smtplib.SMTPException) as error:
        return Failure(type(error).__name__, away=True)
    finally:
        with suppress(OSError, smtplib.SMTPException):
            connection.close()
    return None


def message_of(mail: Mail) -> EmailMultiAlternatives:
    """The mail as it travels. Its Message-ID is the same at every attempt."""
    headers = {"Message-ID": f"<{mail.pk.hex}@{_domain()}>", "Auto-Submitted": "auto-generated"}
    if mail.kind == Mail.Kind.NOTICES:
        headers["List-Unsubscribe"] = f"<{address_of(reverse('delivery:preferences'))}>"
    message = EmailMultiAlternatives(mail.subject, mail.text, None, [mail.to], headers=headers)
    if mail.html:
        message.attach_alternative(mail.html, "text/html")
    return message


def _domain() -> str:
    _, address = parseaddr(settings.DEFAULT_FROM_EMAIL)
    return address.rpartition("@")[2] or "localhost"


def _code(code: object) -> int | None:
    """-1 stands for an answer that was none."""
    return code if isinstance(code, int) and 200 <= code <= 599 else None
