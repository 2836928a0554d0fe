"""What changed between two settings, as a person reads it: texts line by line, everything else before → after."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from apps.core.lines import Line, lines_of

_TEXTS = ("prompt", "system", "query")


@dataclass(frozen=True, slots=True)
class Change:
    """One setting: `before` and `after`, None where it is not set; for a text its `lines` instead."""

    name: str
    before: str | None
    after: str | None
    lines: tuple[Line, ...] = ()


@dataclass(frozen=True, slots=True)
class Differences:
    """changed: in the order of the later settings; same: (name, value) of all the others that are set."""

    changed: list[Change]
    same: list[tuple[str, str]]


def differences(before: Mapping[str, Any], after: Mapping[str, Any]) -> Differences:
    """The differences of two mappings of plain data (what JSON can hold), such as two specs.

    A nested setting is named by its path ("limits.cost"), a member of a list by its name or its number from 1
    ("targets.claude.model").
    """
    old, new = dict(_flat(before)), dict(_flat(after))
    names = [*new, *(name for name in old if name not in new)]
    changed = [
        _change(name, old.get(name), new.get(name)) for name in names if old.get(name) != new.get(name)
    ]
    return Differences(changed, [(name, new[name]) for name in new if old.get(name) == new[name]])


def _change(name: str, before: str | None, after: str | None) -> Change:
    is_text = name.rpartition(".")[2] in _TEXTS or "\n" in f"{before}{after}"
    return Change(name, before, after, lines_of(before or "", after or "") if is_text else ())


def _flat(value: Any, path: str = "") -> Iterator[tuple[str, str]]:
    if isinstance(value, Mapping):
        for name, each in value.items():
            yield from _flat(each, f"{path}.{name}" if path else str(name))
    elif isinstance(value, Sequence) and not isinstance(value, str):
        if any(isinstance(each, Mapping) for each in value):
            for number, each in enumerate(value, start=1):
                name = each.get("name", number) if isinstance(each, Mapping) else number
                yield from _flat(each, f"{path}.{name}")
        elif value:
            yield path, ", ".join(_text(each) for each in value)
    elif value is not None:
        yield path, _text(value)


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{value:,.10g}" if isinstance(value, float) else str(value)
