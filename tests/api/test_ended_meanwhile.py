"""A token that ends while the body of a request is still arriving writes nothing, over a real connection."""

import json
import socket
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.utils import timezone

from apps.adoption.models import Seen
from apps.engagements.models import LogEntry
from apps.tokens import services
from apps.tokens.models import Token
from tests.e2e.running import until
from tests.factories import make_engagement
from tests.factories.tokens import make_token

pytestmark = pytest.mark.django_db(transaction=True)


def revoke(token: Token) -> None:
    services.revoke(by=None, token=token)


def expire(token: Token) -> None:
    Token.objects.filter(pk=token.pk).update(expires_at=timezone.now())


@pytest.fixture
def looks_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """However short a request has taken."""
    monkeypatch.setattr("apps.api.views.base.FRESH", 0.0)


def halves(address: str, path: str, token: str, body: bytes) -> tuple[socket.socket, bytes]:
    """A connection over which all but the second half of the body was sent; and that half."""
    parts = urlsplit(address)
    connection = socket.create_connection((parts.hostname, parts.port), timeout=60)
    head = (
        f"POST {path} HTTP/1.1\r\nHost: {parts.netloc}\r\nAuthorization: Bearer {token}\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\nConnection: close\r\n\r\n"
    )
    middle = len(body) // 2
    connection.sendall(head.encode() + body[:middle])
    return connection, body[middle:]


@pytest.mark.parametrize("end", [revoke, expire])
@pytest.mark.parametrize("what", ["one", "many", "usage"])
def test_a_token_that_ends_while_a_body_arrives_writes_nothing(
    live_server: Any, looks_again: None, end: Any, what: str
) -> None:
    engagement = make_engagement()
    issued = make_token(engagement)
    note: Any = {"text": "a note", "kind": "note"}
    event = {"id": "1", "time": timezone.now().isoformat(), "user": "ada"}
    below = f"/api/v1/engagements/{engagement.pk}/log/"
    path, body = {"one": (below, note), "many": (below, [note, note]), "usage": ("/api/v1/events", [event])}[
        what
    ]
    connection, rest = halves(live_server.url, path, issued.text, json.dumps(body).encode())
    with connection:
        until(lambda: Token.objects.get(pk=issued.token.pk).used_at is not None)
        end(issued.token)
        connection.sendall(rest)
        answer = b"".join(iter(lambda: connection.recv(65536), b""))
    head, _, said = answer.partition(b"\r\n\r\n")
    assert b" 401 " in head.splitlines()[0]
    assert json.loads(said)["code"] in {"token_revoked", "token_expired"}
    assert not LogEntry.objects.exists()
    assert not Seen.objects.exists()
