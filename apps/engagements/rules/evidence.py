"""What a gate decision rests on: frozen with it, and compared with what is found later. Pure decisions.

Evidence is a list of rows, one for each exit criterion: {"id", "title", "proof", "found", "text", "evidence"},
where `evidence` is a list of parts. A part is a dict with "what" (its name) and whatever fixes it. Two keys of a
part are for people alone and never compared: "says" (a phrase such as "run 4 with model b missed the threshold")
and "beside" (facts worth keeping whose change does not matter).
"""

import hashlib
import json
import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

Row = Mapping[str, Any]
Part = Mapping[str, Any]
BESIDE = frozenset({"says", "beside"})
_READABLE = 40  # characters of a value that is worth repeating in a sentence


def plain(value: Any) -> Any:
    """The value as JSON has it: dicts with names, lists, text, numbers; what is none of it as its text."""
    if isinstance(value, Mapping):
        return {str(key): plain(each) for key, each in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [plain(each) for each in value]
    if value is None or isinstance(value, bool | int):
        return value
    if isinstance(value, float):
        return value if math.isfinite(value) else str(value)
    return str(value)


def canonical(value: Any) -> str:
    """JSON of which there is one way to write it: keys sorted, nothing between."""
    return json.dumps(plain(value), sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def digest_of(value: Any) -> str:
    """SHA-256 of the canonical JSON, in hexadecimal."""
    return hashlib.sha256(canonical(value).encode("utf-8", "surrogatepass")).hexdigest()


def compared(part: Part) -> dict[str, Any]:
    """What of a part is compared."""
    return {key: value for key, value in part.items() if key not in BESIDE}


def fixed(rows: Iterable[Row]) -> list[dict[str, Any]]:
    """What of the rows somebody approves: titles, proofs and what is compared of the evidence; in whatever order
    they came."""
    found = [
        {
            "id": str(row["id"]),
            "title": row["title"],
            "proof": row["proof"],
            "evidence": sorted(canonical(compared(part)) for part in row["evidence"]),
        }
        for row in rows
    ]
    return sorted(found, key=canonical)


def changes(then: Sequence[Row], now: Sequence[Row]) -> list[str]:
    """What has changed between two evidences, one sentence each; none when they are the same."""
    before, after = ({str(row["id"]): row for row in rows} for rows in (then, now))
    said = [f"{row['title']}: no longer required" for pk, row in before.items() if pk not in after]
    said += [f"{row['title']}: required since" for pk, row in after.items() if pk not in before]
    for pk, row in before.items():
        if pk in after:
            said += _row_changes(row, after[pk])
    return said


def _row_changes(then: Row, now: Row) -> list[str]:
    said = part_changes(then["evidence"], now["evidence"])
    if then["found"] != now["found"]:
        said.append(f"{now['title']}: now {now['found']} (was {then['found']})")
    return said


def part_changes(then: Iterable[Part], now: Iterable[Part]) -> list[str]:
    """What has changed between two lists of parts, whatever their order: each changed, added or removed part is
    named."""
    before, after = _by_name(then), _by_name(now)
    said: list[str] = []
    for name in [*before, *(name for name in after if name not in before)]:
        said += _named_changes(name, before.get(name, []), after.get(name, []))
    return said


def _by_name(parts: Iterable[Part]) -> dict[str, list[Part]]:
    found: dict[str, list[Part]] = defaultdict(list)
    for part in parts:
        found[str(part.get("what", "evidence"))].append(part)
    return dict(found)


def _named_changes(name: str, then: list[Part], now: list[Part]) -> list[str]:
    gone, new = _without(then, now), _without(now, then)
    said = [_changed(name, old, young) for old, young in zip(gone, new, strict=False)]
    said += [f"{name}: no longer there{_says(part, ' (', ')')}" for part in gone[len(new) :]]
    said += [f"{name}: new{_says(part, ', ')}" for part in new[len(gone) :]]
    return said


def _without(parts: list[Part], others: list[Part]) -> list[Part]:
    """The parts that have no equal among the others, each equal counted once; in a fixed order."""
    left = Counter(canonical(compared(part)) for part in others)
    found = []
    for part in sorted(parts, key=canonical):
        key = canonical(compared(part))
        if left[key]:
            left[key] -= 1
        else:
            found.append(part)
    return found


def _changed(name: str, then: Part, now: Part) -> str:
    if now.get("says") and now.get("says") != then.get("says"):
        return f"{name}: {now['says']}{_says(then, ' (before: ', ')')}"
    old, new = compared(then), compared(now)
    fields = [key for key in {**old, **new} if plain(old.get(key)) != plain(new.get(key)) and key != "what"]
    return f"{name}: {', '.join(_field(key, old.get(key), new.get(key)) for key in fields) or 'changed'}"


def _field(key: str, then: Any, now: Any) -> str:
    if _readable(then) and _readable(now):
        return f"{key} {_shown(then)} → {_shown(now)}"
    return f"another {key}"


def _says(part: Part, before: str, after: str = "") -> str:
    return f"{before}{part['says']}{after}" if part.get("says") else ""


def _shown(value: Any) -> str:
    return "none" if value is None or value == "" else str(value)


def _readable(value: Any) -> bool:
    """Whether a person makes something of the value: no id, no digest, no long text, nothing nested."""
    if isinstance(value, Mapping | list | tuple):
        return False
    text = str(value)
    if len(text) > _READABLE or "\n" in text:
        return False
    return not (_is_id(text) or (len(text) >= 12 and all(letter in "0123456789abcdef" for letter in text)))


def _is_id(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True
