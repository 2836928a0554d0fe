"""The numbers of teams, workflows and models."""

from collections.abc import Iterable, Mapping
from unicodedata import normalize
from uuid import UUID

from django.db import connection

from ..models import Name


def folded(name: str) -> str:
    """The same for one name however it is written."""
    return normalize("NFKC", " ".join(name.split())).casefold()[:400]


def numbers_of(engagement: UUID, said: Mapping[str, Iterable[str]]) -> dict[str, dict[str, int]]:
    """{sort: {name: its number}}; a name that was never heard of is kept as it is written here."""
    spelled = {(sort, name): (sort, folded(name)) for sort, names in said.items() for name in sorted(names)}
    found = _known(engagement, spelled.values())
    new = {key: " ".join(name.split()) for (_, name), key in spelled.items() if key not in found}
    if new:
        keys = sorted(new)  # so that two writers never wait for each other
        with connection.cursor() as cursor:
            cursor.execute(
                "INSERT INTO adoption_name (engagement_id, sort, folded, name) "
                "SELECT %s, * FROM unnest(%s::text[], %s::text[], %s::text[]) ON CONFLICT DO NOTHING",
                [
                    engagement,
                    [sort for sort, _ in keys],
                    [name for _, name in keys],
                    [new[key] for key in keys],
                ],
            )
        found |= _known(engagement, keys)
    return {sort: {name: found[spelled[sort, name]] for name in names} for sort, names in said.items()}


def _known(engagement: UUID, keys: Iterable[tuple[str, str]]) -> dict[tuple[str, str], int]:
    wanted = set(keys)
    rows = Name.objects.filter(engagement_id=engagement, folded__in=[name for _, name in wanted])
    return {(sort, name): pk for sort, name, pk in rows.values_list("sort", "folded", "pk")}
