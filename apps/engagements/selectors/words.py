"""What people type into a search box, as PostgreSQL searches for it."""

from collections.abc import Iterable, Mapping
from functools import reduce
from operator import and_, or_

from django.contrib.postgres.search import SearchQuery
from django.db import connection

from ..rules.search_words import Term, terms_of


def matching(words: str) -> SearchQuery:
    """The search for these words; it never fails. At most one query."""
    alternatives = terms_of(words)
    stems = _stems({guess for terms in alternatives for term in terms for guess in term.guesses})
    together = [reduce(and_, (_query(term, stems) for term in terms)) for terms in alternatives]
    return reduce(or_, together) if together else _query(Term(words), {})


def _stems(words: Iterable[str]) -> dict[str, str]:
    """What PostgreSQL keeps of each word; "" for those that it drops."""
    wanted = sorted(words)
    if not wanted:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT word, coalesce((ts_lexize('english_stem', word))[1], '') FROM unnest(%s::text[]) AS word",
            [wanted],
        )
        return dict(cursor.fetchall())


def _query(term: Term, stems: Mapping[str, str]) -> SearchQuery:
    """One term. What stands between quotation marks has letters and digits alone; all else is taken as words."""
    if term.begins:
        found = [stem for guess in term.guesses if (stem := stems[guess])]
        if not found:
            return SearchQuery(f"'{term.words}':*", search_type="raw", config="english")
        begin = found[0]
        # each stem is sought once: what begins so is found already, and the planner counts every one it is given
        others = dict.fromkeys(stem for stem in found if not stem.startswith(begin))
        said = " | ".join([f"'{begin}':*", *(f"'{stem}'" for stem in others)])
        return SearchQuery(said, search_type="raw", config="simple")
    kind = "phrase" if term.phrase or term.without else "websearch"
    query = SearchQuery(term.words, search_type=kind, config="english")
    return ~query if term.without else query
