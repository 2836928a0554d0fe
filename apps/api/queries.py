"""The query parameters of a noun's addresses, made from what it says of itself."""

from collections.abc import Mapping
from typing import Any, TypeVar, cast

from rest_framework import serializers

from .fields import Out, Strict
from .noun import Noun
from .pages import PageQuery

Made = TypeVar("Made", bound=Strict)


class NamesField(serializers.CharField):
    """Names of fields with commas between them, each one of `known`."""

    def __init__(self, *, known: list[str], **kwargs: Any) -> None:
        self.known = known
        super().__init__(max_length=1_000, **kwargs)

    def to_internal_value(self, data: Any) -> Any:
        """The names."""
        wanted = [name.strip() for name in super().to_internal_value(data).split(",") if name.strip()]
        if unknown := [name for name in wanted if name not in self.known]:
            words = f"There is no field {unknown[0][:60]!r}; there are {', '.join(self.known)}."
            raise serializers.ValidationError(words, "unknown")
        return wanted


def list_query(noun: Noun) -> type[PageQuery]:
    """What its lists understand."""
    ways = list(noun.orders)
    ordering = serializers.ChoiceField(
        choices=ways,
        required=False,
        help_text=f"{ways[0]} unless said; - is descending.",
        error_messages={"invalid_choice": f"There is no such order; there are {', '.join(ways)}."},
    )
    fields = {
        "ordering": ordering,
        **_only(noun.out),
        **{name: one.field for name, one in noun.narrow.items()},
    }
    return _made(f"{_title(noun)}ListQuery", PageQuery, fields)


def one_query(noun: Noun) -> type[Strict]:
    """What the address of one of them understands."""
    return _made(f"{_title(noun)}Query", Strict, _only(noun.single))


def with_version(noun: Noun, takes: type[Strict]) -> type[Strict]:
    """The fields of a change, with the version that was looked at."""
    version = serializers.IntegerField(
        min_value=1,
        max_value=2**31 - 1,
        required=False,
        help_text="The version that was looked at, unless If-Match says it.",
    )
    return _made(f"{_title(noun)}Change", takes, {"version": version})


def _only(out: type[Out]) -> dict[str, Any]:
    known = list(out().fields)
    return {"fields": NamesField(known=known, required=False, help_text="Only these fields, as id,title.")}


def _made(name: str, base: type[Made], fields: Mapping[str, Any]) -> type[Made]:
    return cast("type[Made]", type(name, (base,), dict(fields)))


def _title(noun: Noun) -> str:
    return "".join(word.capitalize() for word in noun.one.split())
