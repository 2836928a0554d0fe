"""Names in addresses."""

from collections.abc import Iterable
from itertools import count


def free(slug: str, taken: Iterable[str]) -> str:
    """The slug, or the first of slug-2, slug-3, … that is not taken."""
    used = set(taken)
    return next(name for name in (slug if n == 1 else f"{slug}-{n}" for n in count(1)) if name not in used)
