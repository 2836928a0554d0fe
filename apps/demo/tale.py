"""What the storyline consists of: clients with their rows, what they want proven, and evaluations that are run."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .corpus import LANGUAGE, RULES, TEXT, Corpus
from .gate import Decided
from .models import Chapter
from .names import LARGE, SMALL
from .note import Notes
from .scope import Scope

PRICES = {
    LARGE: {"input": 0.50, "output": 1.50},
    SMALL: {"input": 0.05, "output": 0.15},
}  # USD per million tokens
LARGE_TARGET, SMALL_TARGET = "practice model large", "practice model small"
MODELS = {LARGE_TARGET: LARGE, SMALL_TARGET: SMALL}
PARAMS = {"temperature": 0, "max_tokens": 24}
RULES_TARGET, NEAREST_TARGET, FREQUENT_TARGET = "keyword rules of today", "nearest text", "most frequent"
EVERY_TARGET: Mapping[str, str | None] = {
    **MODELS,
    RULES_TARGET: None,
    NEAREST_TARGET: None,
    FREQUENT_TARGET: None,
}
TRAIN = "train.csv"
SAMPLE = {"size": 600, "seed": 7}


@dataclass(frozen=True)
class Criterion:
    """A success criterion: metric, `at_least` or `at_most`, the threshold, and the same in words."""

    metric: str
    direction: str
    threshold: float
    words: str


@dataclass(frozen=True)
class Rows:
    """A file of rows: the seed they are drawn by, and how many."""

    seed: int
    number: int


@dataclass(frozen=True)
class Pilot:
    """An evaluation that is written and run once in a chapter; the same name again is its next version.

    targets: by name the practice model behind it, or None for what is not called. criteria: (target, criterion).
    """

    chapter: Chapter
    name: str
    file: str
    prompt: str
    targets: Mapping[str, str | None]
    criteria: tuple[tuple[str, Criterion], ...]


@dataclass(frozen=True)
class Tale:
    """One client of the storyline. gates: how they are decided, in their order."""

    folder: str  # of its files: the client's own at the local site, so its slug
    client: str
    engagement: str
    viewer: str  # e-mail address of the person who looks on for the client
    about: str  # what the rows are, for their README
    corpus: Corpus
    files: Mapping[str, Rows]
    criteria: tuple[Criterion, ...]
    scope: Scope
    notes: Notes
    gates: tuple[Decided, ...]
    pilots: tuple[Pilot, ...]
    privacy: str
    system: str

    @property
    def main_file(self) -> str:
        """The rows that the work is about."""
        return next(name for name in self.files if name != TRAIN)

    def dataset(self, folder: Path, file: str) -> dict[str, Any]:
        """The dataset over one of the files, as a spec says it."""
        return {
            "source": _source(folder / file),
            "input": [TEXT],
            "reference": self.corpus.label,
            "slices": [*self.corpus.columns, LANGUAGE],
            "sample": SAMPLE,
        }

    def spec(self, pilot: Pilot, folder: Path, endpoint: str) -> dict[str, Any]:
        """The pilot as `pilots.spec` reads it, but for whose it is; `folder` holds the client's files."""
        return {
            "dataset": self.dataset(folder, pilot.file),
            "system": self.system,
            "prompt": f"{pilot.prompt}\n\n{{{{ {TEXT} }}}}",
            "targets": [_target(name, model, folder, endpoint) for name, model in pilot.targets.items()],
            "scorers": ["exact"],
            "criteria": [
                {"target": target, "metric": criterion.metric, criterion.direction: criterion.threshold}
                for target, criterion in pilot.criteria
            ],
            "privacy": self.privacy,
            "limits": {"concurrency": 16, "cost": 1.0},
        }


def _source(path: Path) -> dict[str, str]:
    return {"kind": "csv", "path": str(path)}


def _target(name: str, model: str | None, folder: Path, endpoint: str) -> dict[str, Any]:
    if model is not None:
        called = {"kind": "openai", "base_url": endpoint, "model": model, "price": PRICES[model]}
        return {"name": name, **called, "params": PARAMS}
    if name == RULES_TARGET:
        return {"name": name, "kind": "recorded", "column": RULES}
    method = "nearest" if name == NEAREST_TARGET else "majority"
    return {"name": name, "kind": "baseline", "method": method, "train": _source(folder / TRAIN)}
