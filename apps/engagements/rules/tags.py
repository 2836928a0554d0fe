"""How tags are written. Pure decisions."""

import re

MOST = 10
LONGEST = 40  # characters
TAG = re.compile(r"(?:(?<=[\s(])|\A)#(?P<name>(?=[\d_-]*[^\W\d_])[\w-]+)")  # within a text
_APART = re.compile(r"[\s,;#]+")
_WHOLE = re.compile(r"[\w][\w.\-]*")


def tags_in(text: str) -> list[str]:
    """The tags of a line such as "#data, security", in lower case, each once, in the order written. Raises
    ValueError with a sentence for a person when one of them is no tag."""
    found = list(dict.fromkeys(word.lower() for word in _APART.split(text) if word))
    for word in found:
        if len(word) > LONGEST:
            raise ValueError(f"A tag has at most {LONGEST} characters; “{word[:12]}…” has {len(word)}.")
        if not _WHOLE.fullmatch(word):
            raise ValueError(f"“{word}” is no tag: letters, digits, hyphens, dots and underscores make one.")
    if len(found) > MOST:
        raise ValueError(f"These are {len(found)} tags; at most {MOST} are kept.")
    return found
