"""Which columns a plan needs, and the hashes by which a row is drawn and spoken of."""

import hashlib
from collections.abc import Callable, Iterable, Sequence
from difflib import get_close_matches
from hashlib import sha256

from ..contract.plan import Plan, RecordedTarget
from ..readers.text import MAY_DIFFER, identity
from ..refusal import Refusal


def field_columns(plan: Plan) -> tuple[str, ...]:
    """Input columns and those that recorded targets name, each once, in that order."""
    recorded = [target.column for target in plan.targets if isinstance(target, RecordedTarget)]
    return tuple(dict.fromkeys([*plan.dataset.input, *recorded]))


def needed_columns(plan: Plan) -> tuple[str, ...]:
    """All columns whose values a run uses: fields, reference, slices."""
    dataset = plan.dataset
    reference = [dataset.reference] if dataset.reference is not None else []
    return tuple(dict.fromkeys([*field_columns(plan), *reference, *dataset.slices]))


def positions(columns: Sequence[str], wanted: Iterable[str]) -> list[int]:
    """Where the wanted columns stand. Raises Refusal with the nearest name of one that is missing."""
    places = {name: position for position, name in enumerate(columns)}
    found = []
    for name in wanted:
        if name not in places:
            near = get_close_matches(name, columns, n=1, cutoff=0.6)
            raise Refusal(
                "source_missing_column",
                facts={"missing": name, "columns": len(columns)},
                names={"nearest": near[0]} if near else {},
            )
        found.append(places[name])
    return found


def row_hasher(columns: Sequence[str]) -> Callable[[Sequence[str | None]], bytes]:
    """SHA-256 of the canonical row: its non-empty values after their columns' names, sorted by name."""
    order = sorted((name, position) for position, name in enumerate(columns))
    labelled = [(f"\x1f{name}\x1e", position) for name, position in order]

    def of(row: Sequence[str | None]) -> bytes:
        parts = [
            label + (identity(text) if text[0] in MAY_DIFFER else text)
            for label, position in labelled
            if (text := row[position])
        ]
        return sha256("".join(parts).encode("utf-8", "surrogatepass")).digest()

    return of


def keyed_hash(secret: bytes, text: str) -> str:
    """BLAKE2b keyed with the site's secret, 16 bytes as hex: names a sample without saying anything about it.

    (HMAC-SHA256 would do as well; it took eight times as long, which is felt when 200,000 rows are frozen.)
    """
    data = text.encode("utf-8", "surrogatepass")
    return hashlib.blake2b(data, key=secret, digest_size=16).hexdigest()
