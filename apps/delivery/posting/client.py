"""One attempt: a POST that follows few redirects, checks each address on the way, and reads little of the answer."""

import asyncio
import ssl
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from aiohttp import (
    ClientConnectorCertificateError,
    ClientConnectorDNSError,
    ClientError,
    ClientResponse,
    ClientSession,
    ClientSSLError,
    ClientTimeout,
    DummyCookieJar,
    ServerDisconnectedError,
    TCPConnector,
)
from django.utils import timezone
from yarl import URL

from ..rules.webhooks import attempts
from ..rules.webhooks.addresses import Place, Unfit
from .resolving import Pinned, checked

PATIENCE = 10.0  # seconds for the whole of it
REDIRECTS = 3
READ = 64 * 1024  # bytes of an answer
EXCERPT = 200  # characters of it that are kept
KEEPS_POST = frozenset({307, 308})
_TEXTS = ("text/plain", "application/json", "application/problem+json")


@dataclass(frozen=True)
class Answer:
    """What a receiver has said. excerpt: the beginning of a plain text; wait: what its Retry-After asks for."""

    status: int
    excerpt: str = ""
    wait: timedelta | None = None


@dataclass(frozen=True)
class Posted:
    """What became of an attempt: an answer, or a failure (see `presenters.webhooks`); and how long it took."""

    took: timedelta
    answer: Answer | None = None
    failure: str = ""


class Poster:
    """Posts deliveries; one for a round of them."""

    def __init__(self) -> None:
        self._tls = ssl.create_default_context()

    async def post(self, address: str, body: str, headers: Mapping[str, str]) -> Posted:
        """Make one attempt. Never raises for what a receiver, the network or the address does."""
        began = time.monotonic()
        answer, failure = None, ""
        try:
            async with asyncio.timeout(PATIENCE):
                answer = await self._follow(address, body.encode(), dict(headers))
        except (Unfit, _Astray) as error:
            failure = error.code
        except TimeoutError:
            failure = "timeout"
        except (ClientConnectorCertificateError, ClientSSLError, ssl.SSLError):
            failure = "tls"
        except ClientConnectorDNSError:
            failure = "unknown_host"
        except ServerDisconnectedError:
            failure = "hung_up"
        except (ClientError, OSError, ValueError) as error:
            failure = "refused" if _is_refused(error) else "broken"
        if answer is not None and not attempts.is_taken(answer.status):
            failure = "status"
        return Posted(timedelta(seconds=time.monotonic() - began), answer, failure)

    async def _follow(self, address: str, body: bytes, headers: dict[str, str]) -> Answer:
        for _ in range(REDIRECTS + 1):
            place, found = await checked(address)
            async with (
                self._session(place, found) as session,
                session.post(place.url, data=body, headers=headers, allow_redirects=False) as response,
            ):
                if not 300 <= response.status <= 399 or response.status == 304:
                    return await _answer(response)
                address = _next(response)
        raise _Astray("redirects")

    def _session(self, place: Place, found: list[str]) -> ClientSession:
        """A connection of its own for each hop: to the checked addresses, without proxies, cookies and unpacking."""
        connector = TCPConnector(
            resolver=Pinned(place.host, found), use_dns_cache=False, ssl=self._tls, force_close=True
        )
        return ClientSession(
            connector=connector,
            cookie_jar=DummyCookieJar(),
            auto_decompress=False,
            trust_env=False,
            timeout=ClientTimeout(total=PATIENCE),
        )


class _Astray(Exception):
    """A redirect that is not followed; code: why."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def _next(response: ClientResponse) -> str:
    """Where a redirect leads. Raises _Astray for one that would make a GET of the POST, or leads nowhere."""
    where = response.headers.get("Location", "")
    if response.status not in KEEPS_POST or not where:
        raise _Astray("redirect_refused")
    try:
        return str(response.url.join(URL(where)))
    except ValueError:
        raise _Astray("redirect_refused") from None


async def _answer(response: ClientResponse) -> Answer:
    """The status stands from its first line on; of what follows, little is read, and what breaks off is left."""
    wait = attempts.asked_for(response.headers.get("Retry-After", ""), timezone.now())
    text = ""
    if response.content_type in _TEXTS and "Content-Encoding" not in response.headers:
        try:
            async with asyncio.timeout(1):
                raw = await _read(response)
            text = raw.decode("utf-8", "replace")
        except (TimeoutError, ClientError, OSError):
            text = ""
    response.close()
    shown = "".join(each if each.isprintable() else " " for each in text)
    return Answer(response.status, " ".join(shown.split())[:EXCERPT], wait)


async def _read(response: ClientResponse) -> bytes:
    """At most READ bytes of the answer."""
    read = b""
    while len(read) < READ and (chunk := await response.content.read(READ - len(read))):
        read += chunk
    return read


def _is_refused(error: Exception) -> bool:
    cause = getattr(error, "os_error", error)
    return isinstance(cause, ConnectionRefusedError)
