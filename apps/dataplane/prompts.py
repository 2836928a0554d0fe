"""Prompts: plain `{{ field }}` substitution, in one pass, and nothing else.

No template language: even a sandboxed one could build a text of a gigabyte from one line.
"""

from collections.abc import Mapping
from functools import lru_cache

from .contract.templates import PATTERN


@lru_cache(maxsize=256)
def _parts(template: str) -> tuple[str, ...]:
    """Text and field name in turns, beginning and ending with a text."""
    parts = PATTERN.split(template)
    return tuple(part.strip() if at % 2 else part for at, part in enumerate(parts))


def fields_of(template: str) -> list[str]:
    """The names between `{{` and `}}`, each once, in the order of their first use."""
    return list(dict.fromkeys(_parts(template)[1::2]))


def render(template: str, fields: Mapping[str, str]) -> str:
    """`template` with every `{{ field }}` replaced; what a value itself contains is never expanded.

    A field that the row does not have becomes the empty text.
    """
    parts = _parts(template)
    return "".join(fields.get(part, "") if at % 2 else part for at, part in enumerate(parts))
