"""POST {base_url}/chat/completions: OpenAI and the many servers that speak its API."""

import json
from typing import Any

from ..contract.plan import OpenAITarget
from .shape import Answer, BadShape, address, around, joined, kind_of, max_tokens_of, named, tokens

# Ours to set: the first two are the call; the others would change what comes back, or multiply its price.
_RESERVED = {"model", "messages", "stream", "stream_options", "n"}


class OpenAIClient:
    """See `shape.Client`."""

    def __init__(self, target: OpenAITarget, *, system: str | None) -> None:
        self.url = address(target.base_url, "/chat/completions")
        self.max_tokens = max_tokens_of(target.params, "max_tokens", "max_completion_tokens")
        params = {name: value for name, value in target.params.items() if name not in _RESERVED}
        if "max_completion_tokens" not in params:  # newer models refuse a call that has both
            params["max_tokens"] = self.max_tokens
        turns = [{"role": "system", "content": system}] if system else []
        self._head, self._tail = around({"model": target.model, **params}, turns)

    def headers(self, api_key: str | None) -> dict[str, str]:
        return {"Authorization": f"Bearer {api_key}"} if api_key else {}

    def body(self, prompt: str) -> bytes:
        return self._head + json.dumps(prompt)[1:].encode() + self._tail

    def answer(self, document: object) -> Answer:
        try:
            choice = document["choices"][0]  # type: ignore[index]
            message, finish = choice["message"], choice.get("finish_reason")
            content, refusal = message.get("content"), message.get("refusal")
        except (KeyError, IndexError, TypeError, AttributeError) as error:
            raise BadShape("no choices[0].message") from error
        text = _text(content) or (refusal if isinstance(refusal, str) else "")
        usage = document.get("usage")  # type: ignore[attr-defined]
        usage = usage if isinstance(usage, dict) else {}
        kind = kind_of(
            text, refused=bool(refusal) or finish == "content_filter", truncated=finish == "length"
        )
        read, written = tokens(usage.get("prompt_tokens")), tokens(usage.get("completion_tokens"))
        return Answer(text, kind, read, written, named(document.get("model")))  # type: ignore[attr-defined]


def _text(content: Any) -> str:
    if content is None:
        return ""
    if isinstance(content, str):
        return content
    if isinstance(content, list):
        return joined(content)
    raise BadShape("message.content is neither text nor a list of parts")
