"""How two items may belong together. Pure decisions."""

import re
from collections import deque
from collections.abc import Hashable, Iterable, Mapping
from typing import TypeVar

from .items import KIND_OF_PREFIX

# What somebody can say of the item at hand → the relation that is kept, and whether the other one is its source.
SAYINGS: Mapping[str, tuple[str, bool]] = {
    "concerns": ("concerns", False),
    "concerned_by": ("concerns", True),
    "blocks": ("blocks", False),
    "blocked_by": ("blocks", True),
    "mitigates": ("mitigates", False),
    "mitigated_by": ("mitigates", True),
    "replaces": ("replaces", False),
    "replaced_by": ("replaces", True),
}
_SAYING_OF = {kept: saying for saying, kept in SAYINGS.items()}
_REFERENCE = re.compile(r"\s*#?([A-Za-z])\s*[-–]?\s*([0-9]{1,9})(?![0-9A-Za-z])", re.ASCII)

Node = TypeVar("Node", bound=Hashable)


def saying(relation: str, *, from_other: bool) -> str:
    """What a link says of the item at hand, such as "blocked_by"; from_other: the other one is its source."""
    return _SAYING_OF[relation, from_other]


def words(said: str) -> str:
    """A saying as it is read: "blocked by"."""
    return said.replace("_", " ")


def reference_in(text: str) -> tuple[str, int] | None:
    """Kind and number of the reference that a text begins with ("r-4", "R4", "R-4 Data is late"); None for
    none."""
    found = _REFERENCE.match(text)
    kind = KIND_OF_PREFIX.get(found[1].upper()) if found else None
    return (kind, int(found[2])) if found and kind and int(found[2]) else None


def circle(edges: Iterable[tuple[Node, Node]], source: Node, target: Node) -> list[Node] | None:
    """The shortest circle that an edge from `source` to `target` would close, from `source` back to `source`;
    None when it would close none. edges: of a graph without circles, or with some; they are left alone."""
    following: dict[Node, list[Node]] = {}
    for start, end in edges:
        following.setdefault(start, []).append(end)
    came_from: dict[Node, Node | None] = {target: None}
    waiting = deque([target])
    while waiting:
        here = waiting.popleft()
        if here == source:
            return [source, *_way(came_from, here)]
        for after in following.get(here, ()):
            if after not in came_from:
                came_from[after] = here
                waiting.append(after)
    return None


def _way(came_from: Mapping[Node, Node | None], end: Node) -> list[Node]:
    way: list[Node] = []
    here: Node | None = end
    while here is not None:
        way.append(here)
        here = came_from[here]
    return way[::-1]
