"""Addresses, headers and references to credentials, as they may be written down: never with a credential in them.

Each check raises Unfit with what is wrong, and a hint at what would be right; neither repeats what may be a secret.
"""

import re
from typing import NoReturn
from urllib.parse import parse_qsl, urlsplit

_REFERENCE = re.compile(r"env:[A-Za-z_][A-Za-z0-9_]*|secret:[A-Za-z0-9][A-Za-z0-9_.-]{0,63}|file:\S(?:.*\S)?")
_HEADER = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+")
_SECRET_KEYS = ("key", "api_key", "api-key", "apikey", "token", "access_token")
_SECRET_HEADERS = ("authorization", "proxy-authorization", "cookie", "x-api-key", "api-key")
_SECRET_VALUE = re.compile(r"(?i)(bearer|basic)\s|sk-")


class Unfit(ValueError):
    """A value that cannot be kept: what is wrong and, when there is one, a hint."""

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message, self.hint = message, hint

    def __str__(self) -> str:
        return f"{self.message}; {self.hint}" if self.hint else self.message


def check_reference(value: str) -> None:
    """A credential lives at the site; what is kept only says under which name."""
    if not _REFERENCE.fullmatch(value):
        _refuse(
            "a key is a reference: secret:NAME, env:NAME or file:path",
            "the key itself never belongs into a spec",
        )


def check_address(value: str) -> None:
    """http or https with a host, and no credentials."""
    try:
        parts = urlsplit(value)
        host, _ = parts.hostname, parts.port
    except ValueError:
        _refuse("is not an address", "such as https://host:8080/v1")
    if parts.scheme not in ("http", "https") or not host or re.search(r"\s", value):
        _refuse("must be an http or https address with a host", "such as https://host:8080/v1")
    if parts.username is not None or any(key.lower() in _SECRET_KEYS for key, _ in parse_qsl(parts.query)):
        _refuse("must not hold a credential", "api_key and headers take references")
    if parts.fragment:
        _refuse("must end before '#'")


def check_header(name: str, value: str) -> None:
    """Name and value as HTTP allows them; one that holds a credential is a reference."""
    if not _HEADER.fullmatch(name):
        _refuse(f"'{name}' is not a header's name")
    if not value.isprintable() or not value.isascii():
        _refuse(f"the value of '{name}' must be one line of ASCII")
    secret = name.lower() in _SECRET_HEADERS or _SECRET_VALUE.match(value)
    if secret and not _REFERENCE.fullmatch(value):
        _refuse(f"'{name}' holds a credential: write a reference, secret:NAME, env:NAME or file:path")


def _refuse(message: str, hint: str = "") -> NoReturn:
    raise Unfit(message, hint)
