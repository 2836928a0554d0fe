"""What the API says of one noun: which rows somebody reaches, how they look, and what may be done to them.

A file below `nouns/` says it for each; addresses, views and the schema are made from that alone.

    GET, POST             /api/v1/engagements/<id>/actions/    those of one engagement; one more, or many at once
    GET                   /api/v1/actions/                     all within reach
    GET, PATCH, DELETE    /api/v1/actions/<id>/
    POST                  /api/v1/actions/<id>/finish/         a verb
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db.models import QuerySet
from rest_framework import serializers

from apps.accounts.access import EVERYONE
from apps.accounts.models import User
from apps.core.errors import Refused
from apps.engagements.models import Engagement
from apps.tokens.selectors import Bearer

from .fields import Out, Strict

ITSELF = "itself"
May = Callable[[Bearer, Any, Any], bool]  # bearer, engagement, row


class RowsRefused(Exception):
    """Of many rows that were to be written at once some cannot be, and so none was. refused: their places, from 0."""

    def __init__(self, refused: Sequence[tuple[int, Refused]]) -> None:
        super().__init__(f"{len(refused)} rows")
        self.refused = refused


@dataclass(frozen=True)
class Asked:
    """What is to be done. engagement: None for what belongs to none; row: None while something is made; sent: the
    checked fields; version: of the row, as it was looked at; address: makes an address that works anywhere of a path of
    ours."""

    bearer: Bearer
    engagement: Any
    row: Any
    sent: dict[str, Any]
    version: int | None = None
    address: Callable[[str], str] = str

    @property
    def by(self) -> User | None:
        """In whose name; None for an engagement's token."""
        return self.bearer.user

    @property
    def person(self) -> User:
        """Whoever does what only a person does. Raises Refused for an engagement's token."""
        if self.bearer.user is None:
            words = "This is done in somebody's own name: an engagement's token cannot do it, a person's can."
            raise Refused("needs_person", words)
        return self.bearer.user


def works(bearer: Bearer, engagement: Engagement, row: Any) -> bool:
    """Whoever works on the engagement may."""
    return bearer.works_on(engagement)


def sees(bearer: Bearer, engagement: Engagement, row: Any) -> bool:
    """Whoever reaches it may."""
    return True


@dataclass(frozen=True)
class Act:
    """Something that can be done. do: calls one service and gives the row as it stands then, None when nothing is
    left of it; takes: the fields that are sent; may: who may (403 for others who see the row); closed: also on a closed
    engagement; says: what it does, for the documentation; makes: the noun of what a verb gives, where that is a new row
    and not its own; leaves_nothing: after the verb there is nothing to be given; later: a site is asked, so that the
    answer is 202 with the address at which to ask again."""

    do: Callable[[Asked], Any]
    takes: type[Strict] = Strict
    may: May = works
    closed: bool = False
    says: str = ""
    makes: "Noun | None" = None
    leaves_nothing: bool = False
    later: bool = False


@dataclass(frozen=True)
class Narrow:
    """A query parameter that narrows a list. field: how it is read; by: the row's lookup, or a function of rows, value
    and bearer."""

    field: serializers.Field[Any, Any, Any, Any]
    by: str | Callable[[QuerySet[Any], Any, Bearer], QuerySet[Any]]

    def __call__(self, rows: QuerySet[Any], value: Any, bearer: Bearer) -> QuerySet[Any]:
        """The rows that fit."""
        return rows.filter(**{self.by: value}) if isinstance(self.by, str) else self.by(rows, value, bearer)


@dataclass(frozen=True)
class Noun:
    """One noun of the API.

    name: plural, as in addresses; one: singular; scope: the noun of its two scopes; writes: that of the scope for
    writing, where it is another one; rows: what a bearer reaches, with all that `out` shows; engagement: where a row
    has its engagement, as a lookup, empty for what belongs to none, ITSELF for engagements; orders: how a list can be
    ordered, the first one unless asked otherwise, "-" for descending, each with the row's field, which is never null;
    add_many: where adding one by one would be slow,
    None for those that are to be all the same; beside: what `out` needs to know of all rows of an answer at once,
    into its context; found: rows that something was done to, as they stand now, where that is not just `rows`;
    noun_of: of which noun a row is that adding has made, where that may be another one; whole: how a single one is
    given, where a list says less of each; moves: whether what is given of a row changes while its version stays;
    told_once: fields that only the first answer tells, and that are kept nowhere; everywhere: whether there is also
    one list of all within reach.
    """

    name: str
    one: str
    says: str
    scope: str
    rows: Callable[[Bearer], QuerySet[Any]]
    out: type[Out]
    engagement: str = "engagement"
    orders: Mapping[str, str] = field(default_factory=lambda: {"-created_at": "created_at"})
    narrow: Mapping[str, Narrow] = field(default_factory=dict)
    roles: frozenset[str] = EVERYONE
    add: Act | None = None
    add_many: Callable[[Asked, Sequence[dict[str, Any]]], Sequence[Any] | None] | None = None
    change: Act | None = None
    remove: Act | None = None
    writes: str = ""
    verbs: Mapping[str, Act] = field(default_factory=dict)
    beside: Callable[[Bearer, Sequence[Any]], dict[str, Any]] | None = None
    found: Callable[[Bearer, Sequence[Any]], Iterable[Any]] | None = None
    noun_of: Callable[[Any], str] | None = None
    whole: type[Out] | None = None
    moves: bool = False
    told_once: frozenset[str] = frozenset()
    everywhere: bool = True

    def again(self, bearer: Bearer, rows: Sequence[Any]) -> list[Any]:
        """Those rows as they stand now, in their order, as far as the bearer sees them."""
        pks = [row.pk for row in rows]
        now = self.found(bearer, rows) if self.found else self.rows(bearer).filter(pk__in=pks)
        by_pk = {row.pk: row for row in now}
        return [by_pk[pk] for pk in pks if pk in by_pk]

    def place(self, row: Any) -> str:
        """The name of the noun at whose address the row is."""
        return self.noun_of(row) if self.noun_of else self.name

    def engagement_of(self, row: Any) -> Any:
        """The row's engagement; None for what belongs to none."""
        if self.engagement == ITSELF:
            return row
        for name in filter(None, self.engagement.split("__")):
            row = getattr(row, name)
        return row if self.engagement else None

    @property
    def lies_on_one(self) -> bool:
        """Whether each row belongs to an engagement."""
        return self.engagement not in {"", ITSELF}

    @property
    def single(self) -> type[Out]:
        """How a single one is given."""
        return self.whole or self.out

    def shown(self, bearer: Bearer, rows: Sequence[Any], only: Sequence[str] = ()) -> list[dict[str, Any]]:
        """The rows as a list gives them. only: these fields of each; all unless said."""
        return self._shown(self.out, bearer, rows, only)

    def alone(self, bearer: Bearer, row: Any, only: Sequence[str] = ()) -> dict[str, Any]:
        """A single row as it is given."""
        return self._shown(self.single, bearer, [row], only)[0]

    def _shown(self, out: type[Out], bearer: Bearer, rows: Any, only: Sequence[str]) -> list[dict[str, Any]]:
        context = {"bearer": bearer, **(self.beside(bearer, rows) if self.beside else {})}
        return list(out(rows, many=True, context=context, only=only).data)
