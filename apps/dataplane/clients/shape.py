"""The shape that all clients share, and what they have in common of JSON and addresses."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol
from urllib.parse import urlsplit, urlunsplit

DEFAULT_MAX_TOKENS = 256  # always sent, since a call without a limit has no worst case


class BadShape(Exception):
    """The document is JSON of another shape than the API promises."""


@dataclass(slots=True, frozen=True)
class Answer:
    """What an endpoint said. kind: ok, empty, refused or truncated; tokens and model: None when it did not say."""

    text: str
    kind: str
    input_tokens: int | None = None
    output_tokens: int | None = None
    model: str | None = None  # as the endpoint names what answered


class Client(Protocol):
    """Says what to send and reads what came back.

    url: where to post. max_tokens: the most output that one call can be charged for.
    """

    url: str
    max_tokens: int

    def headers(self, api_key: str | None) -> dict[str, str]:
        """Headers that every call carries; `api_key` is the resolved value."""
        ...

    def body(self, prompt: str) -> bytes:
        """The JSON to post for one prompt."""
        ...

    def answer(self, document: object) -> Answer:
        """Read a decoded response. Raises BadShape."""
        ...


def address(base_url: str, path: str) -> str:
    """`base_url` with `path` added before its query, if it has one (as with versioned gateways)."""
    parts = urlsplit(base_url)
    return urlunsplit(parts._replace(path=parts.path.rstrip("/") + path, fragment=""))


def max_tokens_of(params: Mapping[str, Any], *names: str) -> int:
    """The largest output limit that `params` sets under one of `names`, else the default."""
    given = [params.get(name) for name in names]
    limits = [value for value in given if isinstance(value, int) and value > 0]
    return max(limits, default=DEFAULT_MAX_TOKENS)


def around(document: Mapping[str, Any], turns: list[dict[str, str]]) -> tuple[bytes, bytes]:
    """The JSON before and after the prompt: the rest is the same in every call, so it is encoded once."""
    head = json.dumps({**document, "messages": [*turns, {"role": "user", "content": ""}]})
    return head[: -len('"}]}')].encode(), b"}]}"


def named(value: object) -> str | None:
    """A model's name, or None."""
    return value if isinstance(value, str) and value else None


def tokens(value: object) -> int | None:
    """A token count that can be believed, or None."""
    return value if type(value) is int and 0 <= value < 2**31 else None


def kind_of(text: str, *, refused: bool, truncated: bool) -> str:
    """How an answer ended; a refusal says more than a limit, and a limit more than emptiness."""
    if refused:
        return "refused"
    if truncated:
        return "truncated"
    return "ok" if text.strip() else "empty"


def joined(parts: list[Any]) -> str:
    """The text of content that comes as a list of parts; parts without text (calls, images) have none."""
    texts = [part.get("text") for part in parts if isinstance(part, dict)]
    return "".join(text for text in texts if isinstance(text, str))
