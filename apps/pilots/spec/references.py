"""What a spec refers to at the site: credentials and files."""

from collections.abc import Iterator
from typing import Any

from .models import PilotSpec

_ENV, _FILE = "env:", "file:"


def variables_of(spec: PilotSpec) -> list[str]:
    """Names of the environment variables behind `env:` references, each once."""
    found = [text.removeprefix(_ENV) for text in _references(spec) if text.startswith(_ENV)]
    return list(dict.fromkeys(found))


def files_of(spec: PilotSpec) -> list[str]:
    """Every file at the site that the spec names: sources, certificates, credentials."""
    credentials = [text.removeprefix(_FILE) for text in _references(spec) if text.startswith(_FILE)]
    return [*paths_of(spec), *credentials]


def paths_of(spec: PilotSpec) -> list[str]:
    """The paths of its sources and certificates."""
    found = [source.path for source in _sources(spec) if source.kind != "postgres"]
    for target in spec.targets:
        if target.kind in ("openai", "anthropic") and target.ca:
            found.append(target.ca)
    return found


def _sources(spec: PilotSpec) -> Iterator[Any]:
    yield spec.dataset.source
    for target in spec.targets:
        if target.kind == "baseline":
            yield target.train


def _references(spec: PilotSpec) -> Iterator[str]:
    for target in spec.targets:
        if target.kind in ("openai", "anthropic"):
            yield from filter(None, [target.api_key, target.proxy, *target.headers.values()])
    yield from (source.dsn for source in _sources(spec) if source.kind == "postgres")
