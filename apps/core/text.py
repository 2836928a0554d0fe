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


def several_lines(text: str, *, limit: int, field: str) -> str:
    """The text with plain line ends, without white space around it. Raises Refused when longer than `limit`
    characters, or holding control characters; an empty one stays empty."""
    plain = text.replace("\r\n", "\n").replace("\r", "\n").strip()
    if len(plain) > limit:
        message = f"This has {len(plain):,} characters; at most {limit:,} are kept."
        raise Refused("too_long", message, field=field)
    if any(unicodedata.category(each) in {"Cc", "Cs"} for each in plain if each not in "\n\t"):
        raise Refused("control_characters", "This holds characters that cannot be shown.", field=field)
    return plain


def slug_of(text: str, *, limit: int = 60) -> str:
    """Lower-case ASCII words joined by hyphens; `x` when nothing of the text is left."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    words = "".join(character if character.isalnum() else " " for character in plain).split()
    return "-".join(words)[:limit].strip("-") or "x"
