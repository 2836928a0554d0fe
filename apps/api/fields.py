"""What all bodies and answers of the API have in common."""

from collections.abc import Mapping, Sequence
from datetime import UTC
from typing import Any

from rest_framework import serializers


class Strict(serializers.Serializer[Any]):
    """What is sent. Refuses names that it does not know, so that a mistyped one is not lost in silence."""

    def to_internal_value(self, data: Any) -> Any:
        """As ever, for what has known names alone."""
        if isinstance(data, Mapping) and (unknown := [name for name in data if name not in self.fields]):
            known = ", ".join(self.fields)
            words = f"There is no such field; there are {known}." if known else "Nothing is sent here."
            raise serializers.ValidationError({str(name): [words] for name in unknown}, "unknown")
        return super().to_internal_value(data)


class Out(serializers.Serializer[Any]):
    """What is given. only: the names of the fields that are wanted."""

    def __init__(self, *args: Any, only: Sequence[str] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in set(self.fields) - set(only) if only else ():
            del self.fields[name]


class Moment(serializers.DateTimeField):
    """A time, given in UTC."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(default_timezone=UTC, **kwargs)


class PersonOut(Out):
    """A person, in passing."""

    id = serializers.UUIDField()
    name = serializers.CharField()


class Figure(serializers.FloatField):
    """A finite number, neither text nor true or false."""

    def __init__(self, *, least: float = -1e12, most: float = 1e12, **kwargs: Any) -> None:
        super().__init__(min_value=least, max_value=most, **kwargs)

    def to_internal_value(self, data: Any) -> float:
        """As it was sent."""
        if isinstance(data, bool | str):
            self.fail("invalid")
        return float(super().to_internal_value(data))


class NumbersOut(Out):
    """A value with its interval (95 %; an end that is null has no bound, or was not said) and how many it rests on."""

    value = serializers.FloatField(allow_null=True)
    low = serializers.FloatField(allow_null=True)
    high = serializers.FloatField(allow_null=True)
    n = serializers.IntegerField(allow_null=True)
