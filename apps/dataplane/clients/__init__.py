"""One client per file: how an API is spoken. No I/O here; `engine` makes the calls."""

from collections.abc import Callable

from ..contract.plan import AnthropicTarget, OpenAITarget
from . import anthropic, openai
from .shape import Answer, BadShape, Client

CLIENTS: dict[str, Callable[..., Client]] = {
    "openai": openai.OpenAIClient,
    "anthropic": anthropic.AnthropicClient,
}


def client_for(target: OpenAITarget | AnthropicTarget, *, system: str | None) -> Client:
    """The client that speaks the API of `target`; `system` is the text that holds for this target."""
    return CLIENTS[target.kind](target, system=system)


__all__ = ["CLIENTS", "Answer", "BadShape", "Client", "client_for"]
