"""A mail server of one's own, and what a person finds in inbox and mail."""

import asyncio
import email
import email.policy
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.message import EmailMessage
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

SLOW = 1.5  # seconds; longer than tests allow the server to take


@dataclass
class MailServer:
    """What a real server would do: takes mails into `taken`, unless told otherwise.

    rcpt, data: answers to give instead, one for each mail, before it takes mails again. hang_up: breaks the
    connection in the middle of the mail, so many times. slow: says nothing for too long, so many times.
    """

    taken: list[EmailMessage] = field(default_factory=list)
    rcpt: list[str] = field(default_factory=list)
    data: list[str] = field(default_factory=list)
    hang_up: int = 0
    slow: int = 0
    calls: int = 0
    port: int = 0

    async def handle_MAIL(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        self.calls += 1
        if self.slow:
            self.slow -= 1
            await asyncio.sleep(SLOW)
        envelope.mail_from = address
        return "250 OK"

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if self.rcpt:
            return self.rcpt.pop(0)
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        if self.hang_up:
            self.hang_up -= 1
            assert server.transport
            server.transport.abort()
            return "250 too late"
        if self.data:
            return self.data.pop(0)
        assert isinstance(envelope.content, bytes)
        self.taken.append(email.message_from_bytes(envelope.content, policy=email.policy.default))  # type: ignore[arg-type]
        return "250 taken"


class AnyPort(Controller):
    """Listens at a port that is free, and knows which."""

    def _trigger_server(self) -> None:
        assert self.server
        self.port = self.server.sockets[0].getsockname()[1]
        super()._trigger_server()


@contextmanager
def serving() -> Iterator[MailServer]:
    """A running mail server at `port` of this machine."""
    handler = MailServer()
    controller = AnyPort(handler, hostname="127.0.0.1", port=0)
    controller.start()
    handler.port = controller.port
    try:
        yield handler
    finally:
        controller.stop(no_assert=True)


@pytest.fixture
def mail_server(settings: Any) -> Iterator[MailServer]:
    """A running mail server that Fieldwork is set up to use."""
    with serving() as server:
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", server.port
        settings.EMAIL_USE_TLS, settings.EMAIL_TIMEOUT = False, 0.5
        settings.ADDRESS = "https://fieldwork.example"
        yield server
