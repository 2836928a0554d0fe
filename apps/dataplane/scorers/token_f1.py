"""token_f1: F1 over the tokens of answer and reference, as SQuAD 2.0 does (Rajpurkar et al., 2018).

Lower case, no ASCII punctuation, no articles; without a token on either side, 1 when both have none.
"""

import re
import string
from collections import Counter

from ..contract.plan import Scorer
from .shape import Score

_PUNCTUATION = str.maketrans("", "", string.punctuation)
_ARTICLES = re.compile(r"\b(?:a|an|the)\b")


def build(scorer: Scorer) -> Score:
    return score


def tokens(text: str) -> list[str]:
    return _ARTICLES.sub(" ", text.lower().translate(_PUNCTUATION)).split()


def score(answer: str, reference: str) -> float:
    said, meant = tokens(answer), tokens(reference)
    if not said or not meant:
        return float(said == meant)
    same = (Counter(said) & Counter(meant)).total()
    return 2 * same / (len(said) + len(meant))
