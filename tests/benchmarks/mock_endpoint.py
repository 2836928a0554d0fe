"""An endpoint that does as it is told: OpenAI's and Anthropic's APIs over HTTP/1.1, from one process.

A raw asyncio protocol, because what is measured with it must not wait for it (6,000 requests a second and more).

    python -m tests.benchmarks.mock_endpoint [--port 0] [--latency-ms 0] [--mode echo]

prints its port and serves until it is killed. The model's name says what happens, else --mode does:

    echo                 the prompt's last line        label=X      the text X
    refusal, truncated, empty, null, parts, nul, surrogate, no_usage, big (1 MB), huge (5 MB), usage=IN/OUT
    html, invalid_json, not_utf8, no_choices, list, status=NNN, moved, hang, half (closes half-way), garbage (no HTTP)
    retry_after=S        429 with Retry-After once per prompt, then an answer; retry_date=S: as an HTTP date
    flaky=N              500 N times per prompt, then an answer

and `@NNNms` at its end adds latency: `echo@50ms`. GET /stats?model=NAME tells how many calls there were, the most in
flight and when each began (seconds on the monotonic clock); /stats/reset forgets them.
"""

import argparse
import asyncio
import json
import time
from collections import defaultdict
from collections.abc import Callable
from email.utils import formatdate
from functools import partial
from typing import Any

PLENTY = 100_000  # starts that are remembered for one model


class Tally:
    """What one model was asked."""

    def __init__(self) -> None:
        self.calls = self.in_flight = self.most_in_flight = 0
        self.starts: list[float] = []
        self.by_prompt: defaultdict[str, int] = defaultdict(int)
        self.headers: dict[str, str] = {}
        self.body: dict[str, Any] = {}


class Endpoint:
    """State of one mock; `protocol` makes a connection of it."""

    def __init__(self, mode: str = "echo", latency: float = 0.0) -> None:
        self.mode, self.latency = mode, latency
        self.tallies: defaultdict[str, Tally] = defaultdict(Tally)
        self.behaviours: dict[str, tuple[str, str, float]] = {}
        self.transports: set[asyncio.Transport] = set()

    def protocol(self) -> "Connection":
        return Connection(self)

    def behaviour(self, model: str) -> tuple[str, str, float]:
        """(mode, its argument, latency in seconds) that a model's name asks for."""
        known = self.behaviours.get(model)
        if known is None:
            name, _, delay = model.partition("@")
            mode, _, argument = name.partition("=")
            if mode not in MODES:
                mode, _, argument = self.mode.partition("=")
            milliseconds = delay.removesuffix("ms")
            latency = int(milliseconds) / 1000 if milliseconds.isdigit() else self.latency
            known = self.behaviours[model] = (mode, argument, latency)
        return known

    def stats(self, model: str) -> dict[str, Any]:
        tally = self.tallies[model]
        return {
            "calls": tally.calls,
            "in_flight": tally.in_flight,
            "most_in_flight": tally.most_in_flight,
            "starts": tally.starts,
            "by_prompt": tally.by_prompt,
            "headers": tally.headers,
            "body": tally.body,
        }


class Connection(asyncio.Protocol):
    """One connection; requests on it are answered one after another."""

    def __init__(self, endpoint: Endpoint) -> None:
        self.endpoint, self.buffer = endpoint, b""
        self.transport: asyncio.Transport | None = None
        self.pending: Tally | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport
        self.endpoint.transports.add(transport)

    def connection_lost(self, error: Exception | None) -> None:
        if self.transport is not None:
            self.endpoint.transports.discard(self.transport)
        self.transport = None
        self._finished()

    def data_received(self, data: bytes) -> None:
        self.buffer = self.buffer + data if self.buffer else data
        while (end := self.buffer.find(b"\r\n\r\n")) >= 0:
            head = self.buffer[:end]
            at = head.lower().find(b"content-length:")
            length = int(head[at + 15 :].split(b"\r\n", 1)[0]) if at >= 0 else 0
            if len(self.buffer) < end + 4 + length:
                return
            body, self.buffer = self.buffer[end + 4 : end + 4 + length], self.buffer[end + 4 + length :]
            self._request(head, body)

    def _request(self, head: bytes, body: bytes) -> None:
        path = head.split(b" ", 2)[1].decode()
        if path.startswith("/stats"):
            self._stats(path)
            return
        document = json.loads(body)
        model = document["model"]
        tally, now = self.endpoint.tallies[model], time.monotonic()
        tally.calls += 1
        tally.in_flight += 1
        tally.most_in_flight = max(tally.most_in_flight, tally.in_flight)
        if len(tally.starts) < PLENTY:
            tally.starts.append(now)
        if tally.calls == 1:
            lines = (line.split(": ", 1) for line in head.decode("latin-1").split("\r\n")[1:])
            tally.headers = {name.lower(): value for name, value in lines}
            tally.body = document
        self.pending = tally
        mode, argument, latency = self.endpoint.behaviour(model)
        reply = Reply(path, document, tally, argument)
        act = partial(self._answer, MODES[mode], reply)
        if latency:
            asyncio.get_running_loop().call_later(latency, act)
        else:
            act()

    def _stats(self, path: str) -> None:
        if path.startswith("/stats/reset"):
            self.endpoint.tallies.clear()
        model = path.partition("model=")[2]
        self.send(http(200, json.dumps(self.endpoint.stats(model)).encode()))

    def _answer(self, mode: "Mode", reply: "Reply") -> None:
        sent = mode(reply)
        if sent is None or self.transport is None:  # hangs
            return
        self._finished()
        self.send(sent)
        if reply.close:
            self.transport.close()

    def _finished(self) -> None:
        if self.pending:
            self.pending.in_flight -= 1
            self.pending = None

    def send(self, data: bytes) -> None:
        if self.transport is not None:
            self.transport.write(data)


class Reply:
    """What a mode answers to: the call, and how often this prompt was asked before."""

    __slots__ = ("anthropic", "argument", "close", "document", "prompt", "tally")

    def __init__(self, path: str, document: dict[str, Any], tally: Tally, argument: str) -> None:
        self.anthropic = path.endswith("/messages")
        self.document, self.tally, self.argument = document, tally, argument
        self.prompt: str = document["messages"][-1]["content"]
        self.close = False
        if len(tally.by_prompt) < PLENTY:
            tally.by_prompt[self.prompt] += 1

    def text(
        self, text: str, finish: str = "stop", tokens: tuple[int, int] | None = None, **message: Any
    ) -> bytes:
        read, written = tokens or (len(self.prompt) // 4 + 1, len(text) // 4 + 1)
        if self.anthropic:
            said: dict[str, Any] = {
                "type": "message",
                "content": [{"type": "text", "text": text}],
                "stop_reason": {"stop": "end_turn", "length": "max_tokens", "content_filter": "refusal"}[
                    finish
                ],
                "usage": {"input_tokens": read, "output_tokens": written},
            }
        else:
            said = {
                "choices": [{"message": {"content": text, **message}, "finish_reason": finish}],
                "usage": {"prompt_tokens": read, "completion_tokens": written},
            }
        return http(200, json.dumps({"model": self.document["model"], **said}).encode())


Mode = Callable[[Reply], bytes | None]
_REASONS = {
    200: "OK",
    301: "Moved",
    400: "Bad",
    401: "Unauthorized",
    404: "Missing",
    429: "Slow",
    500: "Broken",
}


def http(status: int, body: bytes, *more: str, kind: str = "application/json") -> bytes:
    lines = [
        f"HTTP/1.1 {status} {_REASONS.get(status, 'Status')}",
        f"Content-Type: {kind}",
        f"Content-Length: {len(body)}",
        *more,
    ]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


def _error(status: int, *more: str) -> bytes:
    return http(status, json.dumps({"error": {"message": "as told"}}).encode(), *more)


def _half(reply: Reply) -> bytes:
    reply.close = True
    return reply.text("half")[:-10]


def _garbage(reply: Reply) -> bytes:
    reply.close = True
    return b"SSH-2.0-mock\r\n\r\n"


def _later(date: bool, reply: Reply) -> bytes:
    if reply.tally.by_prompt[reply.prompt] > 1:
        return _echo(reply)
    seconds = float(reply.argument or 1)
    told = formatdate(time.time() + seconds, usegmt=True) if date else f"{seconds:g}"
    return _error(429, f"Retry-After: {told}")


def _flaky(reply: Reply) -> bytes:
    failing = reply.tally.by_prompt[reply.prompt] <= int(reply.argument or 1)
    return _error(500) if failing else _echo(reply)


def _echo(reply: Reply) -> bytes:
    return reply.text(reply.prompt.rsplit("\n", 1)[-1])


def _usage(reply: Reply) -> bytes:
    read, written = reply.argument.split("/")
    return reply.text("said", tokens=(int(read), int(written)))


def _without_usage(reply: Reply) -> bytes:
    document = {"choices": [{"message": {"content": "said"}, "finish_reason": "stop"}]}
    return http(200, json.dumps(document).encode())


def _content(content: Any, reply: Reply) -> bytes:
    document = {"choices": [{"message": {"content": content}, "finish_reason": "stop"}]}
    return http(200, json.dumps(document).encode())


MODES: dict[str, Mode] = {
    "echo": _echo,
    "label": lambda reply: reply.text(reply.argument),
    "refusal": lambda reply: reply.text("I cannot", "content_filter"),
    "refusal_text": lambda reply: reply.text("", refusal="I cannot"),
    "truncated": lambda reply: reply.text("and so", "length"),
    "empty": lambda reply: reply.text(""),
    "null": partial(_content, None),
    "parts": partial(
        _content, [{"type": "text", "text": "one "}, {"type": "image"}, {"type": "text", "text": "two"}]
    ),
    "number": partial(_content, 7),
    "nul": lambda reply: reply.text("\x00" * 1000),
    "surrogate": lambda reply: reply.text("\ud800 alone"),
    "no_usage": _without_usage,
    "usage": _usage,
    "big": lambda reply: reply.text("x" * 1_000_000),
    "huge": lambda reply: reply.text("x" * 5_000_000),
    "html": lambda reply: http(200, b"<html><body>Welcome</body></html>", kind="text/html"),
    "invalid_json": lambda reply: http(200, b'{"choices": [{"message"'),
    "not_utf8": lambda reply: http(200, b'{"choices": "\xff\xfe\xfa"}'),
    "no_choices": lambda reply: http(200, b'{"choices": []}'),
    "list": lambda reply: http(200, b"[1, 2]"),
    "deep": lambda reply: http(200, b"[" * 100_000),
    "status": lambda reply: _error(int(reply.argument)),
    "echo_key": lambda reply: http(401, json.dumps(reply.tally.headers).encode()),
    "moved": lambda reply: _error(301, "Location: /elsewhere"),
    "hang": lambda reply: None,
    "half": _half,
    "garbage": _garbage,
    "retry_after": partial(_later, False),
    "retry_date": partial(_later, True),
    "flaky": _flaky,
}


async def serve(port: int, mode: str, latency: float) -> None:
    """Serve on the loopback interface for ever."""
    server = await asyncio.get_running_loop().create_server(
        Endpoint(mode, latency).protocol, "127.0.0.1", port, backlog=1024
    )
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--latency-ms", type=float, default=0.0)
    parser.add_argument("--mode", default="echo")
    given = parser.parse_args()
    asyncio.run(serve(given.port, given.mode, given.latency_ms / 1000))


if __name__ == "__main__":
    main()
