"""Masks for patterns of personal data: exactly those of `COVERED`, and nothing else.

Not covered, among much else: names, addresses, organisations, dates of birth, whatever is spelled out in words.
"""

import ipaddress
from collections.abc import Callable

import re2

COVERED = (
    "e-mail address",
    "IBAN (checked)",
    "card number (checked)",
    "SSN (123-45-6789)",
    "IP address",
    "phone number (nine digits or more, or after + or an opening bracket)",
    "run of seven digits or more",
)
Mask = Callable[["re2._Match[str]"], str]


def masked(text: str) -> str:
    """`text` with every match replaced by the pattern's name in brackets."""
    for pattern, mask in _MASKS:
        text = pattern.sub(mask, text)
    return text


def _when(name: str, holds: Callable[[str], bool]) -> Mask:
    def mask(match: "re2._Match[str]") -> str:
        text: str = match.group()
        return f"[{name}]" if holds(text) else text

    return mask


def _digits(text: str) -> list[int]:
    return [int(character) for character in text if character in "0123456789"]


def _luhn(text: str) -> bool:
    """ISO/IEC 7812-1, annex B."""
    digits = _digits(text)
    doubled = (sum(divmod(2 * digit, 10)) for digit in digits[-2::-2])
    return 13 <= len(digits) <= 19 and (sum(digits[-1::-2]) + sum(doubled)) % 10 == 0


def _iban(match: "re2._Match[str]") -> str:
    """Mask the longest valid IBAN that the match begins with: the pattern may have run on into the next word."""
    text: str = match.group()
    for end in range(len(text), 14, -1):
        if text[end - 1].isalnum() and _valid_iban(text[:end]):
            return "[IBAN]" + text[end:]
    return text


def _valid_iban(text: str) -> bool:
    """ISO 13616: letters as numbers, the first four at the end, remainder 1 modulo 97."""
    plain = "".join(character for character in text.upper() if character.isalnum())
    moved = plain[4:] + plain[:4]
    return len(plain) >= 15 and int("".join(str(int(character, 36)) for character in moved)) % 97 == 1


def _address(text: str) -> bool:
    try:
        ipaddress.ip_address(text.partition("%")[0])
    except ValueError:
        return False
    return text != "::"


def _phone(text: str) -> bool:
    return text[0] in "+(" or len(_digits(text)) >= 9


# in this order: what is longer and more certain first
_MASKS: tuple[tuple["re2._Regexp[str]", "str | Mask"], ...] = (
    (re2.compile(r"(?i)[a-z0-9._%+'-]+@[a-z0-9-]+(?:\.[a-z0-9-]+)*\.[a-z]{2,}"), "[e-mail]"),
    (re2.compile(r"(?i)\b[a-z]{2}[0-9]{2}(?:[ -]?[a-z0-9]){11,30}\b"), _iban),
    (re2.compile(r"\b(?:[0-9][ .-]?){12,18}[0-9]\b"), _when("card number", _luhn)),
    (re2.compile(r"\b[0-9]{3}-[0-9]{2}-[0-9]{4}\b"), "[SSN]"),
    (re2.compile(r"\b(?:[0-9]{1,3}\.){3}[0-9]{1,3}\b"), _when("IP address", _address)),
    (
        re2.compile(r"(?i)(?:\b[0-9a-f]{1,4}|:)(?::[0-9a-f]{0,4}){2,7}(?:%[a-z0-9]+)?"),
        _when("IP address", _address),
    ),
    (
        re2.compile(
            r"\b[0-9]{4}-[0-9]{2}-[0-9]{2}\b|(?:\+|\(|\b)[0-9](?:[ ./()-]{0,2}[0-9]){6,14}\b"
        ),  # a date is matched so that it is passed over
        _when("phone number", _phone),
    ),
    (re2.compile(r"[0-9]{7,}"), "[number]"),
)
