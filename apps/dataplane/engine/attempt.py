"""One attempt at one call: what was sent, and what it came to. Every way to fail has a kind."""

import json
from contextvars import ContextVar
from dataclasses import dataclass
from time import perf_counter
from typing import Any

from aiohttp import (
    ClientConnectorError,
    ClientError,
    ClientResponse,
    ClientSession,
    DummyCookieJar,
    TCPConnector,
)

from ..clients import Answer, BadShape
from .course import Call, Course
from .retry import retry_after

LARGEST = 2 * 1024 * 1024  # bytes of a response
_DETAIL = 500  # characters of an error's text that the site keeps
_sent: ContextVar[float] = ContextVar("sent")


@dataclass(slots=True, frozen=True)
class Answered:
    answer: Answer
    latency_ms: float  # request sent to last byte


@dataclass(slots=True, frozen=True)
class Failed:
    """kind: see contract.errors. again: whether another attempt may do better, and `told` when. free: surely
    nothing was charged. http: the status, where one came back. detail stays at the site."""

    kind: str
    detail: str
    again: bool = False
    told: float | None = None
    free: bool = True
    http: int | None = None


class _Connector(TCPConnector):
    """Notes when a connection is ready: waiting for it and making it are no part of an answer's latency."""

    async def connect(self, *args: Any, **kwargs: Any) -> Any:
        connection = await super().connect(*args, **kwargs)
        _sent.set(perf_counter())
        return connection


def session_for(course: Course) -> ClientSession:
    """A session without cookies and without limits of its own. Raises Refusal."""
    connector = _Connector(limit=0, ssl=course.tls(), ttl_dns_cache=60, keepalive_timeout=30)
    return ClientSession(connector=connector, cookie_jar=DummyCookieJar())


async def attempt(session: ClientSession, course: Course, prompt: str) -> Answered | Failed:
    """Make the call. Never raises on what an endpoint or a network does; a redirect is not followed."""
    try:
        async with session.post(
            course.client.url,
            data=course.client.body(prompt),
            headers=course.headers,
            timeout=course.timeout,
            proxy=course.proxy,
            allow_redirects=False,
        ) as response:
            body = await _read(response)
            latency_ms = (perf_counter() - _sent.get()) * 1000
    except TimeoutError:
        return Failed("timeout", f"{course.timeout.total:g} s", again=True, free=False)
    except (ClientError, OSError, ValueError) as error:  # by its class only: the text may hold addresses
        free = isinstance(error, ClientConnectorError | ValueError)
        return Failed("connection", type(error).__name__, again=True, free=free)
    if not 200 <= response.status < 300:
        return _refusal(response, body, course)
    return _answer(course, body, latency_ms)


def paid(course: Course, call: Call, result: Answered | Failed) -> int:
    """Picodollars that a finished attempt cost; its worst case where that is not known."""
    if isinstance(result, Failed):
        return 0 if result.free else call.worst
    return course.cost(call, result.answer.input_tokens, result.answer.output_tokens)


async def _read(response: ClientResponse) -> bytes | None:
    """The body, or None when it is larger than `LARGEST`."""
    parts: list[bytes] = []
    size = 0
    while part := await response.content.readany():
        size += len(part)
        if size > LARGEST:
            response.close()
            return None
        parts.append(part)
    return parts[0] if len(parts) == 1 else b"".join(parts)


def _answer(course: Course, body: bytes | None, latency_ms: float) -> Answered | Failed:
    if body is None:
        return Failed("too_large", f"more than {LARGEST} bytes", free=False)
    try:
        document = json.loads(body)
    except (ValueError, RecursionError) as error:
        return Failed("not_json", type(error).__name__, free=False, http=200)
    try:
        return Answered(course.client.answer(document), latency_ms)
    except BadShape as error:
        return Failed("bad_shape", str(error), free=False, http=200)


def _refusal(response: ClientResponse, body: bytes | None, course: Course) -> Failed:
    status = response.status
    text = course.without_secrets((body or b"").decode("utf-8", "replace"))
    detail = f"HTTP {status}: {text[:_DETAIL]}"
    told = retry_after(response.headers.get("Retry-After"))
    if status == 429:
        return Failed("rate_limited", detail, again=True, told=told, http=status)
    if status >= 500:
        return Failed("server_error", detail, again=True, told=told, http=status)
    if status == 408:
        return Failed("timeout", detail, again=True, told=told, http=status)
    if status in (401, 403):
        return Failed("unauthorized", detail, http=status)
    if status == 404 or status < 400:  # what moved is not there
        return Failed("not_found", detail, http=status)
    return Failed("bad_request", detail, http=status)
