"""Whether the samples of two runs can be told to be the same ones."""

from dataclasses import dataclass

from apps.dataplane.contract.privacy import Level


@dataclass(frozen=True, slots=True)
class Ground:
    """What a sample's key rests on. level: "" before anything has left the site; key: the key column, if there is one;
    source: its address as plain text."""

    level: str
    site: str
    source: str
    key: str | None


def why_apart(a: Ground, b: Ground) -> str:
    """A sentence that says why samples cannot be paired; empty when they can.

    A key is a hash under the site's own secret: of the key column's value or, without one, of the whole row. Equal
    values of a key column mean the same row only in the same source.
    """
    if not a.level or not b.level:
        return "One of the two has no results yet."
    if Level.AGGREGATE in (a.level, b.level):
        return "At level aggregate no sample leaves the site, so each side is taken on its own."
    if a.site != b.site:
        return "They ran at two sites, and each site hides its samples under keys of its own."
    if (a.key or b.key) and (a.key, a.source) != (b.key, b.source):
        return "Their rows come from two sources or are known by different columns."
    return ""


NOTHING_SHARED = "They have no sample in common, so each side is taken on its own."
