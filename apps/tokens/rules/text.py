"""How a token is written: `fw_` + 12 characters that name it + `_` + 43 that are secret + 6 that check the others.

All of them are ASCII letters and digits, so that a double click marks the whole. For secret scanners:
`fw_[0-9A-Za-z]{12}_[0-9A-Za-z]{49}`, where the last six characters are the CRC-32 of everything before them, written
in base 62. The secret has 256 bits. Standard library alone: the command checks a token with this before it is sent.
"""

import re
import zlib
from typing import NamedTuple

ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
PREFIX = "fw_"
PUBLIC, SECRET, CHECK = 12, 43, 6  # characters
_SHAPE = re.compile(
    rf"(?P<checked>{PREFIX}(?P<public>[0-9A-Za-z]{{{PUBLIC}}})_(?P<secret>[0-9A-Za-z]{{{SECRET}}}))"
    rf"(?P<check>[0-9A-Za-z]{{{CHECK}}})"
)


class Parts(NamedTuple):
    """What a token consists of: its public id, by which it is found, and its secret."""

    public: str
    secret: str


def compose(public: str, secret: str) -> str:
    """The token as its holder gets it. Raises ValueError for parts of another shape."""
    body = f"{PREFIX}{public}_{secret}"
    text = body + _check_of(body)
    if parse(text) is None:
        raise ValueError("a token's parts are 12 and 43 ASCII letters and digits")
    return text


def parse(text: str) -> Parts | None:
    """The parts of a token; None for anything else, a single mistyped character among it."""
    found = _SHAPE.fullmatch(text)
    if found is None or found["check"] != _check_of(found["checked"]):
        return None
    return Parts(found["public"], found["secret"])


def _check_of(body: str) -> str:
    rest, digits = zlib.crc32(body.encode()), ""
    for _ in range(CHECK):
        rest, digit = divmod(rest, len(ALPHABET))
        digits = ALPHABET[digit] + digits
    return digits
