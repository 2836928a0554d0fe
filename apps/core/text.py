"""Text that people type, made fit to be kept."""

import unicodedata

from .errors import Refused


def one_line(text: str, *, limit: int, field: str) -> str:
    """The text on one line, outer and doubled white space removed. Raises Refused when empty, longer than
    `limit` characters, or holding control characters."""
    line = " ".join(text.split())
    if not line:
        raise Refused("empty", "This must not be empty.", field=field)
    if len(line) > limit:
        raise Refused("too_long", f"This has {len(line)} characters; at most {limit} are kept.", field=field)
    if any(unicodedata.category(character) in {"Cc", "Cs"} for character in line):
        raise Refused("control_characters", "This holds characters that cannot be shown.", field=field)
    return line


def slug_of(text: str, *, limit: int = 60) -> str:
    """Lower-case ASCII words joined by hyphens; `x` when nothing of the text is left."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    words = "".join(character if character.isalnum() else " " for character in plain).split()
    return "-".join(words)[:limit].strip("-") or "x"
