"""The columns of a noun: one for each field of its model, as a pack writes it and reads it back.

Between the database and a file stands the plain value: text, number, true or false, None, list or mapping. In YAML it
stands as it is; in a table as a cell.
"""

import operator
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import ValidationError
from django.core.validators import (
    MaxLengthValidator,
    MaxValueValidator,
    MinValueValidator,
    ProhibitNullCharactersValidator,
    URLValidator,
)
from django.db import models

from ..rules import tables
from ..rules.refusal import Unfit, shown
from .names import Ids, Names
from .sorts import JSON, TEXT, Sort, Wrong, sort_of

PERSON = "people"


@dataclass(frozen=True)
class Column:
    """One column. refers: the noun whose name it holds, "*" for that of anything, or empty. choices: what it may be."""

    name: str
    field: Any
    sort: Sort
    refers: str
    nullable: bool
    choices: frozenset[Any]
    checks: tuple[Any, ...]
    early: bool  # refers to rows whose keys the database gives: those have to be read before
    letter: str  # with which the references of the items begin that it may name; empty for any

    def plain(self, row: Any, names: Names) -> Any:
        """The plain value of a row of the database. Raises KeyError for a reference to what is not in the pack."""
        value = getattr(row, self.field.attname)
        if value is None:
            return None
        if self.refers:
            return (
                names.any_of(value)
                if self.refers == "*"
                else _short(self.refers, names.of(self.refers, value))
            )
        return names.said(self.sort.out(value)) if self.sort is JSON else self.sort.out(value)

    def value(self, plain: Any, ids: Ids, file: str, line: int) -> Any:
        """The value for the database. Raises Unfit."""
        if plain is None:
            if not self.nullable:
                raise Unfit(f"{self.name} is missing.", file, line)
            return None
        if self.refers:
            return self._referred(plain, ids, file, line)
        try:
            value = self.sort.into(plain)
            if self.choices and value not in self.choices:
                raise Wrong(f"one of {', '.join(sorted(map(str, self.choices)))}")
            for check in self.checks:
                check(value)
        except Wrong as wrong:
            raise Unfit(
                f"{self.name} has to be {wrong}, not “{shown(str(plain), 60)}”.", file, line
            ) from None
        except ValidationError as error:
            raise Unfit(f"{self.name}: {' '.join(error.messages)}", file, line) from None
        return ids.heard(value, file, line) if self.sort is JSON else value

    def _referred(self, plain: Any, ids: Ids, file: str, line: int) -> Any:
        if not isinstance(plain, str):
            raise Unfit(f"{self.name} is a name, not “{shown(str(plain), 60)}”.", file, line)
        if self.refers == "*":
            return ids.any_of(plain, file, line)
        full = plain if self.refers == ITEM else f"{self.refers}/{plain}"
        if self.refers == ITEM and ("/" in plain or not plain.startswith(self.letter)):
            kind = f" such as {self.letter}-1" if self.letter else ""
            raise Unfit(
                f"{self.name} is the reference of an item{kind}, not “{shown(plain, 60)}”.", file, line
            )
        return ids.key(full, file, line) if self.early else ids.of(full, file, line)

    def cell(self, plain: Any) -> str:
        """The plain value in a table."""
        if self.nullable and self.sort is TEXT and not self.refers:
            return tables.said_or_none(plain)
        if plain is None:
            return ""
        return tables.said(plain) if self.refers else self.sort.cell(plain)

    def heard(self, cell: str, file: str, line: int) -> Any:
        """The plain value of a cell. Raises Unfit."""
        if self.nullable and self.sort is TEXT and not self.refers:
            return tables.heard_or_none(cell)
        if cell == "" and (self.nullable or self.sort is not TEXT):
            return None
        try:
            return tables.heard(cell) if self.refers else self.sort.heard(cell)
        except (ValueError, RecursionError):
            raise Unfit(f"{self.name} cannot be read: “{shown(cell, 60)}”.", file, line) from None


ITEM = "items"


def _short(noun: str, name: str) -> str:
    return name.removeprefix(f"{noun}/")


def columns_of(
    model: type[models.Model], leave: frozenset[str], nouns: dict[type[models.Model], str]
) -> list[Column]:
    """The columns of a model: all its fields but its key and those that are left out. nouns: what rows of a model are
    called. Raises TypeError for a field of which nobody has said how it is written."""
    fields = [
        one
        for one in model._meta.concrete_fields
        if not one.primary_key and not getattr(one, "generated", False)
    ]
    return [_column(one, nouns) for one in fields if one.name not in leave]


def _column(field: Any, nouns: dict[type[models.Model], str]) -> Column:
    refers = letter = ""
    if isinstance(field, models.ForeignKey):
        called = next(nouns[one] for one in field.remote_field.model.__mro__ if one in nouns)
        refers, _, letter = called.partition(":")
    elif isinstance(field, models.UUIDField):
        refers = "*"
    sort = TEXT if refers else sort_of(field)
    checks = tuple(_unless_empty(_quick(one)) for one in _checks_of(field, sort)) if not refers else ()
    choices = frozenset(value for value, _ in field.choices or ()) | (
        {""} if field.choices and field.blank else set()
    )
    early = bool(refers) and refers != "*" and not isinstance(_target(field), models.UUIDField)
    return Column(field.name, field, sort, refers, field.null, frozenset(choices), checks, early, letter)


def _target(field: Any) -> Any:
    return field.target_field if isinstance(field, models.ForeignKey) else field


def _checks_of(field: Any, sort: Sort) -> list[Any]:
    if isinstance(field, ArrayField):
        return [_each(sort_of(field.base_field), _checks_of(field.base_field, TEXT))]
    if sort is JSON:
        return []
    checks = [one for one in field.validators if not isinstance(one, ProhibitNullCharactersValidator)]
    if isinstance(field, models.URLField):
        checks = [_address, *(one for one in checks if not isinstance(one, URLValidator))]
    return checks


def _each(sort: Sort, checks: list[Any]) -> Any:
    def checked(values: list[Any]) -> None:
        for value in values:
            into = sort.into(value)
            for check in checks:
                check(into)

    return checked


def _quick(check: Any) -> Any:
    """The same check, which is asked for its words alone: a table has millions of cells."""
    limit = getattr(check, "limit_value", None)
    if type(limit) is not int or (fits := _FITS.get(type(check))) is None:
        return check

    def checked(value: Any) -> None:
        if not fits(value, limit):
            check(value)

    return checked


_FITS: dict[type, Callable[[Any, int], bool]] = {
    MinValueValidator: operator.ge,
    MaxValueValidator: operator.le,
    MaxLengthValidator: lambda value, limit: len(value) <= limit,
}


def _unless_empty(check: Any) -> Any:
    def checked(value: Any) -> None:
        if value != "":
            check(value)

    return checked


def _address(value: str) -> None:
    """A link that a browser may follow, and that runs nothing."""
    try:
        parts = urlsplit(value)
        fine = parts.scheme in {"http", "https"} and bool(parts.hostname)
    except ValueError:
        fine = False
    if not fine:
        raise Wrong("an address that begins with http:// or https://")
