"""Links that let somebody in, and the mails that carry them."""

import logging
from collections.abc import Callable
from smtplib import SMTPException
from typing import Any

from django.conf import settings
from django.contrib.auth.tokens import default_token_generator
from django.core.mail import send_mail
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.encoding import force_bytes
from django.utils.http import urlsafe_base64_encode

from .models import User

logger = logging.getLogger(__name__)
Sender = Callable[..., bool]
_senders: list[Sender] = []


class NotTaken(OSError):
    """The mail server has not taken a mail; whether it is tried again is the sender's to know."""


def register_sender(sender: Sender) -> None:
    """Let `sender` carry these mails: called with to, subject, text and person (None for somebody unknown), it
    says whether the mail server has taken the mail. Without one they are sent once, without a log."""
    _senders[:] = [sender]


def link_for(request: HttpRequest, user: User) -> str:
    """An address that works once, until the password changes or three days have passed."""
    return absolute(request, path_for(user))


def path_for(user: User) -> str:
    """The path of such an address."""
    uid = urlsafe_base64_encode(force_bytes(user.pk))
    token = default_token_generator.make_token(user)
    return reverse("accounts:password-set", args=[uid, token])


def absolute(request: HttpRequest, path: str) -> str:
    """A path of ours as an address that works in a mail."""
    return (
        f"{settings.PUBLIC_URL.rstrip('/')}{path}"
        if settings.PUBLIC_URL
        else request.build_absolute_uri(path)
    )


def mail_link(user: User, link: str, *, welcome: bool) -> None:
    """Mail the link. Raises OSError or smtplib.SMTPException when the mail server does not take it."""
    context = {"person": user, "link": link, "welcome": welcome}
    subject = "Welcome to Fieldwork: set your password" if welcome else "Fieldwork: set a new password"
    _send(user.email, subject, render_to_string("accounts/link_mail.txt", context), user)


def mail_invitation(to: str, link: str, context: dict[str, Any]) -> bool:
    """Mail a link to an engagement, if mail is set up; whether the mail server has taken it."""
    if settings.EMAIL_BACKEND.endswith("filebased.EmailBackend"):
        return False
    try:
        text = render_to_string("accounts/invitation_mail.txt", {**context, "link": link})
        _send(to, f"Fieldwork: join {context['what']}", text, None)
    except (OSError, SMTPException):
        logger.exception("a mail with an invitation could not be sent")
        return False
    return True


def _send(to: str, subject: str, text: str, person: User | None) -> None:
    """Hand a mail to whoever carries mails. Raises what `mail_link` does."""
    if not _senders:
        send_mail(subject, text, None, [to])
    elif not _senders[0](to=to, subject=subject, text=text, person=person):
        raise NotTaken
