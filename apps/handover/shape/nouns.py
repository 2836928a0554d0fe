"""Nouns of a pack: which rows of a model belong to an engagement, in which order, and what they are called."""

from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from typing import Any

from django.db.models import Model, Q, QuerySet

from apps.accounts.models import User
from apps.catalog.models import Endpoint
from apps.connectors.models import Dataset, Snapshot, Source
from apps.dispatch.models import Site
from apps.engagements.models import (
    Action,
    Client,
    Comment,
    Engagement,
    ExitCriterion,
    Gate,
    GateDecision,
    Item,
    Stakeholder,
)
from apps.engagements.rules.items import KIND_OF_PREFIX, reference_of
from apps.pilots.models import Binding, Evaluation, Run, RunTarget
from apps.scoping.models import Baseline, Measurement, SuccessCriterion, UseCase

from ..rules.refusal import Unfit, shown
from ..rules.shapes import Shape, fits
from .columns import ITEM, PERSON, Column, columns_of
from .names import Ids, Names

Row = dict[str, Any]  # plain values by the names of columns
# What a reference in a file is the name of; of items some are of one kind, which begins with that letter.
CALLED: dict[type[Model], str] = {
    User: PERSON,
    Client: "clients",
    Engagement: "engagements",
    Item: ITEM,
    Stakeholder: f"{ITEM}:P",
    Gate: f"{ITEM}:G",
    Action: f"{ITEM}:A",
    UseCase: f"{ITEM}:U",
    SuccessCriterion: f"{ITEM}:C",
    Site: "sites",
    Endpoint: "endpoints",
    ExitCriterion: "exit-criteria",
    GateDecision: "decisions",
    Comment: "comments",
    Baseline: "baselines",
    Measurement: "measurements",
    Source: "sources",
    Dataset: "datasets",
    Snapshot: "snapshots",
    Evaluation: "evaluations",
    Binding: "bindings",
    Run: "runs",
    RunTarget: "targets",
}


class Noun:
    """Rows of one model, called name/1, name/2, … in their order.

    of: the way from the model to its engagement; only: which of its rows; leave: fields that are no columns, because
    they are the engagement itself or this installation's own; shapes: of columns of JSON.
    """

    named = "no"  # the column that says which one it is

    def __init__(
        self,
        name: str,
        model: type[Model],
        of: str,
        *,
        leave: Iterable[str] = (),
        order: tuple[str, ...] = ("created_at", "pk"),
        only: Q | None = None,
        shapes: Mapping[str, Shape] | None = None,
    ) -> None:
        self.name, self.model, self.of, self.order = name, model, of, order
        self.only, self.shapes = only or Q(), dict(shapes or {})
        self.leave = frozenset(leave)

    @cached_property
    def columns(self) -> list[Column]:
        """Its columns, besides the one that says which one it is."""
        return columns_of(self.model, self.leave, CALLED)

    @property
    def heads(self) -> list[str]:
        """The headings of its table."""
        return [self.named, *(column.name for column in self.columns)]

    def rows(self, engagement: Engagement) -> QuerySet[Any]:
        """All its rows of that engagement, in order."""
        found = self.model._base_manager.filter(self.only, **{self.of: engagement.pk})
        return found.order_by(*self.order)

    def call(self, engagement: Engagement, names: Names) -> None:
        """Give every row its name."""
        names.give(self.name, self.rows(engagement).values_list("pk", flat=True).iterator())

    def people(self, engagement: Engagement) -> set[Any]:
        """The ids of all people whom its rows name."""
        fields = [one.field.attname for one in self.columns if one.refers == PERSON]
        rows = self.rows(engagement).order_by()
        return {pk for name in fields for pk in rows.values_list(name, flat=True).distinct()} - {None}

    def plain_rows(self, engagement: Engagement, names: Names) -> Iterator[Row]:
        """Its rows as plain values."""
        for row in self.rows(engagement).iterator(chunk_size=2000):
            yield self.plain(row, names)

    def plain(self, row: Any, names: Names) -> Row:
        """A row as plain values."""
        return {self.named: self.name_of(row, names)} | {
            one.name: one.plain(row, names) for one in self.columns
        }

    def name_of(self, row: Any, names: Names) -> Any:
        """What stands in the first column."""
        return int(names.of(self.name, row.pk).rpartition("/")[2])

    def values(self, row: Row, ids: Ids, file: str, line: int) -> dict[str, Any]:
        """The values for the database by attribute, with the row's new key. Raises Unfit."""
        found: dict[str, Any] = {}
        for column in self.columns:
            value = column.value(row[column.name], ids, file, line)
            shape = self.shapes.get(column.name)
            if shape is not None and value is not None and not fits(value, shape):
                raise Unfit(f"{column.name} has another shape than this Fieldwork writes.", file, line)
            found[column.field.attname] = value
        return found | {"id": ids.make(self.full_name(row, file, line), file, line)}

    def full_name(self, row: Row, file: str, line: int) -> str:
        """The name of a row that is read. Raises Unfit."""
        number = row[self.named]
        if type(number) is not int or not 0 < number < 10**9:
            raise Unfit(f"{self.named} is a number from 1.", file, line)
        return f"{self.name}/{number}"

    def require_columns(self, row: Any, file: str, line: int = 0) -> Row:
        """The row, when it has just the columns of the noun, in order. Raises Unfit."""
        if not isinstance(row, dict) or list(row) != self.heads:
            said = ", ".join(row) if isinstance(row, dict) else "none"
            raise Unfit(f"It says {shown(said)}; it has to be {', '.join(self.heads)}.", file, line)
        return row


class ItemNoun(Noun):
    """Items of some kinds, called by their references."""

    named = "reference"

    def __init__(self, name: str, model: type[Item], kinds: Iterable[str], **more: Any) -> None:
        self.kinds = frozenset(kinds)
        leave = {"engagement", "kind", "number", *more.pop("leave", ())}
        only = Q(kind__in=self.kinds)
        super().__init__(name, model, "engagement", leave=leave, order=("kind", "number"), only=only, **more)

    def call(self, engagement: Engagement, names: Names) -> None:
        """Give every row its name."""
        for pk, kind, number in self.rows(engagement).values_list("pk", "kind", "number").iterator():
            names.call(pk, reference_of(kind, number))

    def name_of(self, row: Any, names: Names) -> Any:
        """Its reference."""
        return row.reference

    def full_name(self, row: Row, file: str, line: int) -> str:
        """Its reference. Raises Unfit for one of another kind."""
        said = row[self.named]
        prefix = said.partition("-")[0] if isinstance(said, str) else ""
        if KIND_OF_PREFIX.get(prefix) not in self.kinds:
            raise Unfit(f"{shown(str(said), 60)} is no reference of such an item.", file, line)
        return str(said)

    def values(self, row: Row, ids: Ids, file: str, line: int) -> dict[str, Any]:
        """The values for the database, with kind and number. Raises Unfit."""
        found = super().values(row, ids, file, line)
        prefix, _, number = row[self.named].partition("-")
        return found | {"kind": KIND_OF_PREFIX[prefix], "number": int(number)}
