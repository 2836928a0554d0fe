"""The dry run: what would be written down, what is there already, what is wrong. Nothing is written."""

import hashlib
import json
from collections import Counter
from collections.abc import Iterator
from typing import Any

from apps.core.tables import as_csv

from ...models import Import
from ...rules.grammar_hours import written
from ...rules.imports import people
from ...rules.imports.rows import REFUSED, Row
from ...rules.imports.table import Table
from ...selectors.imports import people_for, standing_on
from .reading import Work

PERFORM = "fieldwork.engagements.perform_imports"  # the task that does what takes longer
MANY = 5_000  # rows from which on a worker does it, and the page shows how far it is
HEAVY = 2 * 2**20  # bytes, likewise
SHOWN = 200  # rows of a dry run that can be looked at, of those in order and of the others each
NAMES = 40  # unknown names that can be given to somebody; those who appear most often
WRONG = "What is wrong"
_TELLS = ("formulas", "asks_client", "cut", "undated")
_COUNTED = ("new", "duplicate", "refused", "nobody", *_TELLS)


def digest_of(pending: Import) -> str:
    """What somebody has looked at before they take an import."""
    said = json.dumps([pending.what, pending.mapping], sort_keys=True)
    return hashlib.blake2b(said.encode(), digest_size=12).hexdigest()


def is_large(pending: Import) -> bool:
    """Whether a file that waits is a worker's to read."""
    return pending.mapping["rows"] > MANY or len(pending.content) > HEAVY


def kept(pending: Import, looked: dict[str, Any]) -> dict[str, Any]:
    """A dry run as it stays with its import: with what was looked at, and what it was compared with."""
    return {"looked": looked, "of": digest_of(pending), "beside": _beside(pending)}


def looked_at(pending: Import) -> dict[str, Any]:
    """The dry run: of a large file as a worker has left it, or nothing; of another one as it was kept, or made now if
    its engagement has changed since. Raises Refused."""
    known, large = pending.counts.get("looked"), is_large(pending)
    same = known and pending.counts.get("of") == digest_of(pending)
    if same and (large or pending.counts.get("beside") == _beside(pending)):
        return dict(known)
    return {} if large else look(pending)


def _beside(pending: Import) -> str:
    """Something else whenever items are written down, changed or removed there, or the people have changed."""
    members = people_for(pending.what, pending.by, pending.engagement)
    said = sorted(f"{one.pk} {one.name} {one.email} {one.is_staff_member}" for one in members)
    whole = json.dumps([*standing_on(pending.engagement, pending.what), *said])
    return hashlib.blake2b(whole.encode(), digest_size=12).hexdigest()


def look(pending: Import, tell: Any = None) -> dict[str, Any]:
    """The dry run, as JSON: {"rows", "new", "duplicate", "refused": counts; "formulas", "asks_client", "cut",
    "undated", "nobody": of how many rows; "asks": ["order", "scale"]; "missing": labels; "names": [{"name", "count"}];
    "samples": of each column; "shown": rows as a page shows them, those in disorder first}. tell: called with the
    number of rows done now and then. Raises Refused for a file that is no table."""
    work = Work(pending)
    names = {name: count for name, count in work.columns.names.most_common() if work.find(name) is None}
    found: dict[str, Any] = {
        "rows": work.table.count,
        "asks": sorted(work.columns.asks),
        "missing": work.missing,
        "names": [{"name": name, "count": count} for name, count in _once(names).items()][:NAMES],
        "nameless": len(_once(names)),
        "samples": samples_of(work.table),
    }
    counts: Counter[str] = Counter()
    shown: dict[bool, list[dict[str, Any]]] = {True: [], False: []}
    for done, row in enumerate(work.rows() if not work.missing else (), 1):
        counts[row.fate] += 1
        counts.update(name for name in _TELLS if getattr(row, name))
        counts["nobody"] += bool(row.nobody)
        some = shown[row.fate == REFUSED]
        if len(some) < SHOWN:
            some.append(_shown(row, work.title))
        if tell and done % 2_000 == 0:
            tell(done)
    return {**found, **{name: counts[name] for name in _COUNTED}, "shown": shown[True] + shown[False]}


def refused_rows(pending: Import) -> Iterator[str]:
    """The rows that are refused, as CSV with the same headings and what is wrong with each."""
    work = Work(pending)
    return as_csv(refused_head(work), (refused_row(work, row) for row in work.rows() if row.fate == REFUSED))


def refused_head(work: Work) -> list[str]:
    """The headings of the file, and one more."""
    return [*work.table.headings, WRONG]


def refused_row(work: Work, row: Row) -> list[str]:
    """The cells as they came, and what is wrong with them. Cells beyond the headings are lost in the last one."""
    wide = len(work.table.headings)
    cells = [*row.cells[:wide], *[""] * (wide - len(row.cells))]
    beyond = [cell for cell in row.cells[wide:] if cell.strip()]
    said = [f"{one.column}: {one.message}" if one.column else one.message for one in row.troubles]
    return [*cells, " ".join([*said, *beyond])]


def samples_of(table: Table, most: int = 3) -> list[list[str]]:
    """Of each column the first cells that hold something, cut short."""
    found: list[list[str]] = [[] for _ in table.headings]
    for done, (_, row) in enumerate(table.rows(), 1):
        for kept, cell in zip(found, row, strict=False):
            if len(kept) < most and cell.strip():
                kept.append(" ".join(cell.split())[:60])
        if done >= 50:
            break
    return found


def _once(names: dict[str, int]) -> dict[str, int]:
    """Each name once, however it is written."""
    found: dict[str, tuple[str, int]] = {}
    for name, count in names.items():
        key = people.key_of(name)
        first, before = found.get(key, (name, 0))
        found[key] = (first, before + count)
    return dict(found.values())


def _shown(row: Row, place: int) -> dict[str, Any]:
    """A row as a page shows it: as it will be, or what is wrong. place: of its title."""
    troubles = [{"column": one.column, "value": one.value, "message": one.message} for one in row.troubles]
    parts = [] if troubles else _parts(row)
    title = row.values.get("title") or " ".join(row.cells[place].split() if place < len(row.cells) else ())
    return {
        "number": row.number,
        "fate": row.fate,
        "same": row.same,
        "title": title[:200],
        "kind": row.values.get("entry_kind", row.kind),
        "parts": parts,
        "troubles": troubles,
    }


def _parts(row: Row) -> list[list[str]]:
    """What besides its title it will say: [label, words] each."""
    values, found = row.values, []
    owner = values.get("by") or values.get("owner")
    said = {
        "When": f"{values['at']:%Y-%m-%d %H:%M}" if values.get("dated") else "",
        "Owner": owner.name if owner else "",
        "Due": f"{values['due']}" if values.get("due") else "",
        "Promised first": f"{values['promised']}"
        if values.get("promised", values.get("due")) != values.get("due")
        else "",
        "Reached": f"{values['reached_on']}" if values.get("reached_on") else "",
        "State": values["state"] if values["state"] not in {"noted"} else "",
        "Severity": values.get("severity", ""),
        "Likelihood": values.get("likelihood", ""),
        "Hours": written(values.get("minutes")),
        "Tags": ", ".join(values["tags"]),
        "For": "the client too" if values["client_visible"] else "",
        "Named": ", ".join(row.nobody),
    }
    for label, words in said.items():
        if words:
            found.append([label, words])
    return found
