"""What the site keeps of one sample, for a person at the site."""

from collections.abc import Iterator
from typing import Any

from .results import kept
from .site import Site


def sample_lines(site: Site, run: str, sample: str) -> Iterator[str]:
    """Target by target: kind, scores, prompt, answer, reference. Raises LookupError and Refusal."""
    for row in kept(site.folder("results"), run, sample):
        yield f"target {row['target']}  sample {row['n']}  key {row['key']}  {row['kind']}{_note(row)}"
        if row["scores"]:
            yield "  scores     " + ", ".join(f"{name} {score:g}" for name, score in row["scores"].items())
        figures = [
            text for name, text in _FIGURES if row[name] is not None for text in [text.format(row[name])]
        ]
        if figures:
            yield "  figures    " + ", ".join(figures)
        for name in ("prompt", "answer", "reference", "detail"):
            if row[name]:
                first, *others = str(row[name]).splitlines() or [""]
                yield f"  {name:<10} {first}"
                yield from (f"  {'':<10} {line}" for line in others)


_FIGURES = (
    ("latency_ms", "{:.0f} ms"),
    ("input_tokens", "{} tokens in"),
    ("output_tokens", "{} tokens out"),
    ("cost", "${:.6f}"),
)


def _note(row: dict[str, Any]) -> str:
    return f" ({row['cached']})" if row["cached"] else ""
