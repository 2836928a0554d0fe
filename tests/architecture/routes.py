"""Every route of the web application, found by walking the URL resolver."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver, reverse


@dataclass(frozen=True)
class Route:
    """One URL pattern: its full name, its callback, and the names and types of its arguments."""

    name: str
    pattern: str
    callback: Callable[..., Any]
    arguments: tuple[tuple[str, str], ...]

    def path(self, values: dict[str, str]) -> str:
        """Its address with `values` for its arguments; raises KeyError for one that has no sample."""
        return reverse(self.name, kwargs={name: values[name] for name, _ in self.arguments})

    def __str__(self) -> str:
        return self.name or self.pattern


def routes(patterns: list[Any] | None = None, namespace: str = "", prefix: str = "") -> Iterator[Route]:
    """All routes below `patterns` (by default, all of the application)."""
    for entry in get_resolver().url_patterns if patterns is None else patterns:
        pattern = prefix + str(entry.pattern)
        if isinstance(entry, URLResolver):
            inner = f"{namespace}{entry.namespace}:" if entry.namespace else namespace
            yield from routes(entry.url_patterns, inner, pattern)
        elif isinstance(entry, URLPattern):
            converters = entry.pattern.converters.items()
            arguments = tuple((name, type(converter).__name__) for name, converter in converters)
            yield Route(f"{namespace}{entry.name or ''}", pattern, entry.callback, arguments)
