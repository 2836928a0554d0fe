"""The shapes of single values. A refusal says what would be right and never repeats what may be a secret."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated, NoReturn

import re2
from pydantic import AfterValidator, Field
from pydantic_core import PydanticCustomError

from apps.core.endpoints import Unfit, check_address, check_header, check_reference

LONGEST_NAME = 120


def refuse(message: str, hint: str = "") -> NoReturn:
    """Stop validating one value, with the words that the person will read."""
    raise PydanticCustomError("spec", "{message}", {"message": message, "hint": hint})


def name(value: str) -> str:
    """What people will see as a name: one line, not blank, at most 120 characters."""
    if not value.strip():
        refuse("must not be empty")
    if len(value) > LONGEST_NAME:
        refuse(f"is longer than {LONGEST_NAME} characters")
    if value != value.strip() or not value.isprintable():
        refuse("must be one line without space around it")
    return value


def filled(value: str | None) -> str | None:
    """Text that is not blank; for the fields that may also be left out."""
    if value is not None and not value.strip():
        refuse("must not be empty")
    return value


def reference(value: str | None) -> str | None:
    """See `core.endpoints.check_reference`."""
    if value is not None:
        with _refusals():
            check_reference(value)
    return value


def address(value: str | None) -> str | None:
    """See `core.endpoints.check_address`."""
    if value is not None:
        with _refusals():
            check_address(value)
    return value


def pattern(value: str) -> str:
    """A regular expression that the site's engine, RE2, accepts."""
    options = re2.Options()
    options.log_errors = False  # RE2 would print the pattern
    try:
        re2.compile(value, options)
    except re2.error as error:
        reason = error.args[0] if error.args else b""
        text = reason.decode(errors="replace") if isinstance(reason, bytes) else str(reason)
        refuse(f"RE2 refuses the pattern: {text}", "look-around and back-references do not exist in RE2")
    return value


def headers(value: dict[str, str]) -> dict[str, str]:
    """See `core.endpoints.check_header`."""
    with _refusals():
        for header, text in value.items():
            check_header(header, text)
    return value


@contextmanager
def _refusals() -> Iterator[None]:
    try:
        yield
    except Unfit as error:
        refuse(error.message, error.hint)


Name = Annotated[str, AfterValidator(name)]
Column = Annotated[str, Field(min_length=1)]
Pattern = Annotated[str, AfterValidator(pattern)]
