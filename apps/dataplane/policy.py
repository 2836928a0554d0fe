"""The client's own rules, in `policy.toml`: what may leave the site, what may be read, and how much of it."""

import json
import tomllib
from dataclasses import dataclass, field, fields
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

from .contract.privacy import Level
from .readers.access import ReadLimits
from .refusal import Refusal

FILE = "policy.toml"
_OWN = ("FIELDWORK_*", "CELERY_*", "BROKER_URL", "SITE_BROKER_URL", "DATABASE_URL")


class PolicyError(Refusal):
    """The policy file cannot be used; `detail` says where and what would be right."""

    def __init__(self, detail: str) -> None:
        super().__init__("policy_unreadable", detail=detail)


@dataclass(frozen=True)
class Policy:
    """level: the highest that may leave. names: whether columns, labels, slice values and file names may.

    environment: patterns of the environment variables that `env:` references may name; never the site's own settings.
    minimum_group: the smallest group of rows whose numbers may leave at level `aggregate`.
    """

    level: Level = Level.SCORES
    names: bool = False
    roots: tuple[Path, ...] = ()
    environment: tuple[str, ...] = ("*",)
    minimum_group: int = 5
    limits: ReadLimits = field(default_factory=ReadLimits)

    def may_name(self, variable: str) -> bool:
        """Whether a plan may refer to this environment variable."""
        own = any(fnmatchcase(variable, pattern) for pattern in _OWN)
        return not own and any(fnmatchcase(variable, pattern) for pattern in self.environment)


_TEMPLATE = """\
# What may leave this site. This file belongs to the client: Fieldwork writes it once and only reads it afterwards.
# A change counts from the next order on; the worker need not be restarted.

# aggregate: numbers over groups; scores: numbers per sample under keyed hashes;
# redacted: text with patterns of personal data masked; full: text as it is.
level = {level}

# Names of columns, sheets and files, class labels and slice values: otherwise they leave as column#1.
names = {names}

# Folders under which files may be read.
roots = {roots}

# Environment variables that a plan may use as credentials (env:NAME), as patterns.
environment = ["*"]

# Smallest group of rows whose numbers leave at level aggregate.
minimum_group = 5

[limits]
rows = {rows}
bytes = {bytes}
columns = {columns}
seconds = {seconds}
"""


def write_policy(path: Path, *, level: Level, names: bool, roots: list[Path]) -> None:
    """A first policy file, commented; the caller keeps an existing one."""
    limits = ReadLimits()
    text = _TEMPLATE.format(
        level=json.dumps(str(level)),
        names=json.dumps(names),
        roots=json.dumps([str(root) for root in roots], ensure_ascii=False),
        rows=limits.rows,
        bytes=limits.bytes,
        columns=limits.columns,
        seconds=limits.seconds,
    )
    path.touch(mode=0o600)
    path.write_text(text)


def load_policy(path: Path) -> Policy:
    """Read the file anew. Raises PolicyError; a policy that cannot be read allows nothing."""
    try:
        table = tomllib.loads(path.read_text())
    except FileNotFoundError as error:
        raise PolicyError(f"{path} is missing; fieldwork-site init writes one") from error
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise PolicyError(f"{path}: {error}") from error
    known = {part.name for part in fields(Policy)}
    if unknown := sorted(set(table) - known):
        raise PolicyError(f"{path}: unknown {unknown[0]!r}; there are {', '.join(sorted(known))}")
    try:
        return Policy(
            level=Level(table.get("level", "scores")),
            names=_boolean(table.get("names", False)),
            roots=tuple(Path(_absolute(root)) for root in table.get("roots", [])),
            environment=tuple(str(pattern) for pattern in table.get("environment", ["*"])),
            minimum_group=_positive(table.get("minimum_group", 5), "minimum_group"),
            limits=_limits(table.get("limits", {})),
        )
    except (TypeError, ValueError) as error:
        raise PolicyError(f"{path}: {error}") from error


def in_words(policy: Policy) -> list[str]:
    """What may leave, line by line, for a person."""
    per_sample = policy.level.includes(Level.SCORES)
    text = {Level.REDACTED: "with patterns of personal data masked", Level.FULL: "as it is"}.get(policy.level)
    return [
        f"Level: {policy.level} (an order may ask for less, never for more).",
        "Numbers of each sample under a keyed hash: " + ("leave." if per_sample else "stay here."),
        f"Text of prompts, answers and references: {f'leaves, {text}.' if text else 'stays here.'}",
        "Names of columns, labels and slice values: "
        + ("leave." if policy.names else "leave as column#1 only."),
        f"Groups of fewer than {policy.minimum_group} rows are suppressed at level aggregate.",
        "Errors leave as a code, a class name and numbers; their text stays in log/site.log.",
        "Files are read below: "
        + (", ".join(map(str, policy.roots)) or "nowhere but folders granted for one run."),
        f"At most {policy.limits.rows:,} rows, {policy.limits.columns:,} columns and "
        f"{policy.limits.bytes:,} bytes of a source are read.",
    ]


def _limits(table: dict[str, Any]) -> ReadLimits:
    known = {part.name for part in fields(ReadLimits)}
    if unknown := sorted(set(table) - known):
        raise ValueError(f"unknown limit {unknown[0]!r}; there are {', '.join(sorted(known))}")
    return ReadLimits(**{name: _positive(value, name) for name, value in table.items()})


def _positive(value: object, name: str) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or value < 1:
        raise ValueError(f"{name} must be a whole number of at least 1")
    return value


def _boolean(value: object) -> bool:
    if not isinstance(value, bool):
        raise ValueError("names must be true or false")
    return value


def _absolute(root: object) -> str:
    if not isinstance(root, str) or not root.startswith("/"):
        raise ValueError(f"root {root!r} must be an absolute path")
    return root
