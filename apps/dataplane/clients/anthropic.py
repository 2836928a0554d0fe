"""POST {base_url}/v1/messages: Anthropic's API; `base_url` may end with /v1 or not."""

import json

from ..contract.plan import AnthropicTarget
from .shape import Answer, BadShape, address, around, joined, kind_of, max_tokens_of, named, tokens

VERSION = "2023-06-01"
_RESERVED = {"model", "messages", "stream", "system"}
_INPUT = ("input_tokens", "cache_creation_input_tokens", "cache_read_input_tokens")
_TRUNCATED = ("max_tokens", "model_context_window_exceeded")


class AnthropicClient:
    """See `shape.Client`."""

    def __init__(self, target: AnthropicTarget, *, system: str | None) -> None:
        versioned = target.base_url.split("?")[0].rstrip("/").endswith("/v1")
        self.url = address(target.base_url, "/messages" if versioned else "/v1/messages")
        self.max_tokens = max_tokens_of(target.params, "max_tokens")
        params = {name: value for name, value in target.params.items() if name not in _RESERVED}
        said = {"system": system} if system else {}
        document = {"model": target.model, **params, "max_tokens": self.max_tokens, **said}
        self._head, self._tail = around(document, [])

    def headers(self, api_key: str | None) -> dict[str, str]:
        key = {"x-api-key": api_key} if api_key else {}
        return {"anthropic-version": VERSION, **key}

    def body(self, prompt: str) -> bytes:
        return self._head + json.dumps(prompt)[1:].encode() + self._tail

    def answer(self, document: object) -> Answer:
        content = document.get("content") if isinstance(document, dict) else None
        if not isinstance(document, dict) or not isinstance(content, list):
            raise BadShape("no list of content")
        text, stop = joined(content), document.get("stop_reason")
        usage = document.get("usage")
        usage = usage if isinstance(usage, dict) else {}
        counts = [tokens(usage.get(name)) for name in _INPUT]
        read = None if counts[0] is None else sum(count or 0 for count in counts)
        kind = kind_of(text, refused=stop == "refusal", truncated=stop in _TRUNCATED)
        return Answer(text, kind, read, tokens(usage.get("output_tokens")), named(document.get("model")))
