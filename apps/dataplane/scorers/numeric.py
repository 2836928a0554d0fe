"""numeric: 1 when the last number of the answer is that of the reference, within the tolerance.

Thousands separators (1,234.5 · 1'234.5 · 1.234.567,8), currency signs, percent signs and trailing punctuation
are set aside. A comma is a separator only before groups of three digits. A sign counts where no word ends before
it, so the last number of 2024-05-17 is 17.
"""

import re
from decimal import MAX_EMAX, MIN_EMIN, Context, Decimal, InvalidOperation

from ..contract.plan import Scorer
from .shape import Score

_DIGITS = "0123456789"
_SPACE = " \t\r\n"  # no number reaches across one of these
_WINDOW = 4096  # characters before the last digit in which the number must begin, unless it is digits only
_GROUP = "[,'\u2019\u00a0\u202f\u2009]"
_NUMBER = re.compile(
    r"(?P<continental>[0-9]{1,3}(?:\.[0-9]{3})+,[0-9]+|[0-9]{1,3}(?:\.[0-9]{3}){2,}(?![0-9]))"
    rf"|(?P<plain>(?:[0-9]{{1,3}}(?:{_GROUP}[0-9]{{3}})+(?![0-9])|[0-9]+)(?:\.[0-9]+)?|\.[0-9]+)"
    r"(?P<exponent>[eE][-+]?[0-9]+)?"
)
_SIGN = re.compile(r"(?:(?<![\w).])(?P<sign>[-+\u2212])[$€£¥₹]?|[$€£¥₹](?P<inner>[-+\u2212]))\Z")
_SEPARATORS = re.compile(_GROUP)
_EXACT = Context(prec=60, Emax=MAX_EMAX, Emin=MIN_EMIN, traps=[])


def build(scorer: Scorer) -> Score:
    tolerance = Decimal(str(scorer.tolerance))

    def score(answer: str, reference: str) -> float | None:
        said, meant = last_number(answer), last_number(reference)
        if said is None:
            return None
        if meant is None:
            return 0.0
        return float(said == meant or abs_difference(said, meant) <= tolerance)

    return score


def abs_difference(one: Decimal, other: Decimal) -> Decimal:
    """To 60 digits; whatever overflows those is infinitely far."""
    return _EXACT.abs(_EXACT.subtract(one, other))


def last_number(text: str) -> Decimal | None:
    """The last number of `text`, exactly, or None."""
    end = max(map(text.rfind, _DIGITS)) + 1
    word = max(text.rfind(space, 0, end) for space in _SPACE) + 1
    start = max(word, len(text[: max(0, end - _WINDOW)].rstrip(_DIGITS)))
    last = None
    for match in _NUMBER.finditer(text, start, end):
        last = match
    return None if last is None else _value(last, text[max(0, last.start() - 3) : last.start()])


def _value(match: re.Match[str], before: str) -> Decimal | None:
    if match["continental"]:
        digits = match["continental"].replace(".", "").replace(",", ".")
    else:
        digits = _SEPARATORS.sub("", match["plain"]) + (match["exponent"] or "")
    sign = _SIGN.search(before)
    negative = sign is not None and "+" not in sign[0]
    try:
        return Decimal("-" + digits if negative else digits)
    except InvalidOperation:  # an exponent beyond all measure
        return None
