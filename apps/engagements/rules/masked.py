"""What of a text is no writing: code, and addresses of pages. Pure decisions."""

import re

_MASKED = re.compile(r"```.*?(?:```|\Z)|`[^`\n]+`|\bhttps?://\S+|\bwww\.\S+", re.DOTALL | re.IGNORECASE)


def masked(text: str) -> str:
    """The text with code and addresses of pages blotted out, as long as before."""
    return _MASKED.sub(lambda found: "\ufffc" * len(found.group()), text)
