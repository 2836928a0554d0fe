"""The shapes of single values. A refusal says what would be right and never repeats what may be a secret."""

import re
from typing import Annotated, NoReturn
from urllib.parse import parse_qsl, urlsplit

import re2
from pydantic import AfterValidator, Field
from pydantic_core import PydanticCustomError

LONGEST_NAME = 120
_REFERENCE = re.compile(r"env:[A-Za-z_][A-Za-z0-9_]*|secret:[A-Za-z0-9][A-Za-z0-9_.-]{0,63}|file:\S(?:.*\S)?")
_HEADER = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+")
_SECRET_KEYS = ("key", "api_key", "api-key", "apikey", "token", "access_token")
_SECRET_HEADERS = ("authorization", "proxy-authorization", "cookie", "x-api-key", "api-key")
_SECRET_VALUE = re.compile(r"(?i)(bearer|basic)\s|sk-")


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
    """A credential lives at the site; the spec only says under which name."""
    if value is not None and not _REFERENCE.fullmatch(value):
        refuse(
            "a key is a reference: secret:NAME, env:NAME or file:path",
            "the key itself never belongs into a spec",
        )
    return value


def address(value: str | None) -> str | None:
    """http or https with a host, and no credentials."""
    if value is None:
        return None
    try:
        parts = urlsplit(value)
        host, _ = parts.hostname, parts.port
    except ValueError:
        refuse("is not an address", "such as https://host:8080/v1")
    if parts.scheme not in ("http", "https") or not host or re.search(r"\s", value):
        refuse("must be an http or https address with a host", "such as https://host:8080/v1")
    if parts.username is not None or any(key.lower() in _SECRET_KEYS for key, _ in parse_qsl(parts.query)):
        refuse("must not hold a credential", "api_key and headers take references")
    if parts.fragment:
        refuse("must end before '#'")
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
    """Names and values as HTTP allows them; those that hold a credential are references."""
    for header, text in value.items():
        if not _HEADER.fullmatch(header):
            refuse(f"'{header}' is not a header's name")
        if not text.isprintable() or not text.isascii():
            refuse(f"the value of '{header}' must be one line of ASCII")
        secret = header.lower() in _SECRET_HEADERS or _SECRET_VALUE.match(text)
        if secret and not _REFERENCE.fullmatch(text):
            refuse(f"'{header}' holds a credential: write a reference: secret:NAME, env:NAME or file:path")
    return value


Name = Annotated[str, AfterValidator(name)]
Column = Annotated[str, Field(min_length=1)]
Pattern = Annotated[str, AfterValidator(pattern)]
