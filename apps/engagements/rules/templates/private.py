"""What of a text is probably the client's own. A guess that errs towards caution: a person decides."""

import re
from collections.abc import Iterable

from ..mentions import handles_in

# one sign before the @ is enough, and keeps the search linear: texts are long, and some have no blanks
_ADDRESS = re.compile(r"https?://|www\.|[\w.+-]@[\w-]+\.\w")
_SHORTEST = 3  # letters of a name that is worth looking for


class Private:
    """What is looked for in the texts of one engagement: the names of its clients and of its people."""

    def __init__(self, *, clients: Iterable[str], people: Iterable[str]) -> None:
        whole = list(people)
        self._clients = _Names(clients)
        self._people = _Names(whole)
        self._parts = _Names(word for name in whole for word in name.split())

    def reasons(self, text: str) -> list[str]:
        """Why a text should perhaps not go into a template, each a few words: it names the client or somebody,
        mentions somebody, or holds an address."""
        people = self._people.within(text) or self._parts.within(text)
        found = [f"names {name}" for name in (*self._clients.within(text), *people)]
        if handles_in(text):
            found.append("mentions somebody")
        if _ADDRESS.search(text):
            found.append("holds an address")
        return list(dict.fromkeys(found))


class _Names:
    """Names in one pattern, the longest first, so that a text is read once however many there are."""

    def __init__(self, names: Iterable[str]) -> None:
        worth = (name.strip() for name in names)
        self._names = {name.casefold(): name for name in worth if len(name) >= _SHORTEST}
        each = "|".join(map(re.escape, sorted(self._names, key=len, reverse=True)))
        self._pattern = re.compile(rf"(?<!\w)(?:{each})(?!\w)") if each else None

    def within(self, text: str) -> list[str]:
        """Those that stand in the text as whole words, each once."""
        found = self._pattern.findall(text.casefold()) if self._pattern else []
        return [self._names[name] for name in dict.fromkeys(found)]
