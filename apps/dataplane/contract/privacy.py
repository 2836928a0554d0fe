"""Privacy levels: how much of a run may leave the site. Each level includes the ones before it."""

from enum import StrEnum


class Level(StrEnum):
    AGGREGATE = "aggregate"  # numbers over groups, small groups suppressed
    SCORES = "scores"  # per-sample numbers under keyed hashes
    REDACTED = "redacted"  # text with personal data masked
    FULL = "full"

    @property
    def rank(self) -> int:
        return list(Level).index(self)

    def includes(self, other: "Level") -> bool:
        return self.rank >= other.rank


def effective(*levels: Level) -> Level:
    """The lowest of the levels asked for and allowed."""
    return min(levels, key=lambda level: level.rank)
