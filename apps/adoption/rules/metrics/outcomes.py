"""What became of the answers. Pure; every function takes summed counts, so that any days and any slice can be asked
about."""

from typing import Protocol

from .figures import Figure, share


class Counts(Protocol):
    """As `models.Counted` has them."""

    events: int
    accepted: int
    edited: int
    rejected: int
    abandoned: int
    up: int
    down: int
    errors: int


def shown(counts: Counts) -> int:
    """Answers of which it is known what became of them."""
    return counts.accepted + counts.edited + counts.rejected + counts.abandoned


def acceptance(counts: Counts) -> Figure:
    """Σ accepted / Σ shown: of sums, never a mean of shares."""
    return share("acceptance", counts.accepted, shown(counts))


def edits(counts: Counts) -> Figure:
    """Σ edited / Σ shown."""
    return share("edits", counts.edited, shown(counts))


def overrides(counts: Counts) -> Figure:
    """Σ (edited + rejected) / Σ shown."""
    return share("overrides", counts.edited + counts.rejected, shown(counts))


def coverage(counts: Counts) -> Figure:
    """Σ shown / Σ events."""
    return share("coverage", shown(counts), counts.events)


def feedback(counts: Counts) -> Figure:
    """Σ up / Σ (up + down)."""
    return share("feedback", counts.up, counts.up + counts.down)


def errors(counts: Counts) -> Figure:
    """Σ errors / Σ events."""
    return share("errors", counts.errors, counts.events)
