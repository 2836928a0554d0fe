"""The credentials that a spec refers to."""

from collections.abc import Iterator

from .models import PilotSpec

_ENV = "env:"


def variables_of(spec: PilotSpec) -> list[str]:
    """Names of the environment variables behind `env:` references, each once."""
    found = [text.removeprefix(_ENV) for text in _references(spec) if text.startswith(_ENV)]
    return list(dict.fromkeys(found))


def _references(spec: PilotSpec) -> Iterator[str]:
    sources = [spec.dataset.source]
    for target in spec.targets:
        if target.kind == "baseline":
            sources.append(target.train)
        elif target.kind != "recorded":
            yield from filter(None, [target.api_key, target.proxy, *target.headers.values()])
    yield from (source.dsn for source in sources if source.kind == "postgres")
