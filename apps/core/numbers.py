"""Numbers as people type them. Pure.

    12   12.5   12,5   -3   1e-3        1,234,567   1.234.567   1 234,5   1'234.50   1,234.5   0,925   70 %

A dot is a decimal point and a comma one too, unless they can only divide thousands. What may be read in two ways, such
as 1,234, is refused.
"""

import math
import re

_SPACES = re.compile(r"[\u00a0\u2007\u2009\u202f]")
_PLAIN = re.compile(r"[0-9]+(?:\.[0-9]*)?(?:e[+-]?[0-9]{1,3})?|\.[0-9]+(?:e[+-]?[0-9]{1,3})?", re.IGNORECASE)
_GROUPED = re.compile(
    r"(?P<whole>[0-9]{1,3}(?P<between>[ ,.'])[0-9]{3}(?:(?P=between)[0-9]{3})*)(?P<rest>[.,][0-9]*)?"
)
_COMMA = re.compile(r"[0-9]*,[0-9]+")
SUCH_AS = "Write it such as 1234.5."


class NoNumber(ValueError):
    """What is written is no number, or may be more than one; the message says what would be right."""


class Typed(float):
    """A number as it was written: 70.0 for "70 %", and then `percent` is true."""

    percent: bool = False


def read(text: str, *, whole: bool = False) -> Typed:
    """The number that a person has typed. whole: only a whole one can be meant, so that 1,234 is one number. Raises
    NoNumber."""
    said = _SPACES.sub(" ", text).replace("\u2019", "'").replace("\u2212", "-").strip()
    percent = said.endswith("%")
    body = said.removesuffix("%").strip()
    sign = -1 if body.startswith("-") else 1
    found = Typed(sign * _unsigned(body[1:].lstrip() if body[:1] in {"+", "-"} else body, text, whole))
    if not math.isfinite(found):
        raise NoNumber("This is too large a number.")
    if whole and not found.is_integer():
        raise NoNumber("This is no whole number.")
    found.percent = percent
    return found


def _unsigned(body: str, text: str, whole: bool) -> float:
    grouped = _GROUPED.fullmatch(body)
    if grouped and (whole or not _PLAIN.fullmatch(body)):
        between, rest = grouped["between"], grouped["rest"] or ""
        if rest[:1] != between:
            digits = grouped["whole"].replace(between, "")
            if not whole and between == "," and not rest and body.count(",") == 1 and body[0] != "0":
                raise NoNumber(f"{body} may be {digits} or {body.replace(',', '.')}; write one of them.")
            if body[0] != "0":
                return float(digits + rest.replace(",", "."))
    if _PLAIN.fullmatch(body):
        return float(body)
    if _COMMA.fullmatch(body):
        return float(body.replace(",", "."))
    raise NoNumber(f"“{text.strip()[:40]}” is no number. {SUCH_AS}")
