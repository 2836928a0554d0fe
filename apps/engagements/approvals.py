"""What somebody approves is fixed by a digest: the app that knows a kind of item says what of it is meant. When
that changes, an approval was for an earlier version. Apps register theirs in `ready()`."""

from collections.abc import Callable

from .models import Item

Digest = Callable[[Item], str]
Facts = Callable[[Item], list[tuple[str, str]]]
_digests: dict[str, Digest] = {}
_facts: dict[str, Facts] = {}


def register_digest(kind: str, digest: Digest, facts: Facts | None = None) -> None:
    """Let items of that kind be approved. `digest(item)` gives 64 hexadecimal digits of all that is approved
    (`rules.evidence.digest_of`); the same as long as it stays the same. `facts(item)`: the same in words, as
    (name, value), for whoever is asked."""
    _digests[kind] = digest
    if facts:
        _facts[kind] = facts


def may_be_approved(kind: str) -> bool:
    """Whether somebody can be asked to approve items of that kind."""
    return kind in _digests


def digest_of(item: Item) -> str:
    """What is there to approve now. Raises KeyError for a kind that nobody has registered."""
    return _digests[item.kind](item)


def facts_of(item: Item) -> list[tuple[str, str]]:
    """What is there to approve now, in words; none for a kind whose own page part says it."""
    return _facts[item.kind](item) if item.kind in _facts else []
