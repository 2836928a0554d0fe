"""What people type into a search box: words, of which the beginning is enough, “exact words”, or, -without. Pure
decisions.

PostgreSQL keeps the stems of words, and the stem of half a word ("classificat") need not begin the stem of the whole
("classif"). So half a word is looked for as it stands, and as it would be with a common ending.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

MOST = 30  # terms; what follows is left out
LEAST = 3  # letters of a word's beginning
_GUESSED = 5  # letters from which endings are tried
_TERM = re.compile(r'(?P<minus>-?)(?:"(?P<phrase>[^"]*)"?|(?P<word>[^\s"]+))')
_ENDINGS = (
    "e", "n", "s", "t", "y", "al", "ed", "er", "es", "ly", "nt", "on", "ty", "ing", "ion", "ity", "ive", "ent",
    "ment", "ness", "tion", "ation", "cation",
)  # fmt: skip
# Those of PostgreSQL's stop words that are long enough: it drops them, so no guess may stand in for them.
STOP_WORDS = frozenset({
    "about", "above", "after", "again", "against", "because", "before", "being", "below", "between", "doing",
    "during", "further", "having", "herself", "himself", "itself", "myself", "other", "ourselves", "should",
    "their", "theirs", "themselves", "there", "these", "those", "through", "under", "until", "where", "which",
    "while", "yours", "yourself", "yourselves",
})  # fmt: skip


@dataclass(frozen=True)
class Term:
    """One thing that is looked for. phrase: exactly these words in a row; without: it must not be there."""

    words: str
    phrase: bool = False
    without: bool = False

    @property
    def begins(self) -> bool:
        """Whether whatever begins like this is meant. If so, `words` is one of letters and digits alone."""
        return not (self.phrase or self.without) and len(self.words) >= LEAST and self.words.isalnum()

    @property
    def guesses(self) -> list[str]:
        """What it may be half of; the word itself first. Nothing but letters."""
        word = self.words.lower()
        if not self.begins or not word.isalpha():
            return []
        endings = _ENDINGS if len(word) >= _GUESSED and word not in STOP_WORDS else ()
        return [word, *(f"{word}{ending}" for ending in endings)]


def terms_of(typed: str) -> list[list[Term]]:
    """What is looked for: any of these lists, and of a list every term."""
    alternatives: list[list[Term]] = [[]]
    for term in _terms(typed):
        if term == Term("or"):
            alternatives.append([])
        else:
            alternatives[-1].append(term)
    return [terms for terms in alternatives if terms]


def _terms(typed: str) -> Iterator[Term]:
    for found, _ in zip(_TERM.finditer(typed), range(MOST), strict=False):
        words = found["word"] if found["word"] is not None else found["phrase"]
        if words.strip():
            plain = words if words.lower() != "or" or found["word"] is None else "or"
            yield Term(plain.strip(), found["word"] is None, bool(found["minus"]))
