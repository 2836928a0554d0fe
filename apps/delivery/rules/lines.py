"""Text fit for one line of an inbox or of a mail's head. Pure decisions."""

import unicodedata

NOTICE, SUBJECT = 500, 200  # characters
_BREAKING = {"Cc", "Cs", "Zl", "Zp"}  # control characters, halves of characters, breaks of line and paragraph


def clip(text: str, limit: int) -> str:
    """The text on one line: whatever could break it or cannot be shown becomes a space, outer and doubled
    white space goes, and what is longer than `limit` characters ends in an ellipsis."""
    shown = "".join(" " if unicodedata.category(one) in _BREAKING else one for one in text)
    line = " ".join(shown.split())
    return line if len(line) <= limit else line[: limit - 1].rstrip() + "…"
