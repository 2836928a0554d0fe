"""What may be kept of an endpoint: every mistake is named, none that may be a key is repeated."""

import json
import math
import re
import unicodedata
from collections.abc import Callable
from decimal import Decimal
from typing import Any, NoReturn, TypedDict

from apps.core.endpoints import Unfit, check_address, check_header, check_reference

LARGEST = 4_000  # characters of `params` and of `headers`, as JSON
DEAREST = Decimal(100_000)  # USD per million tokens
DEPTH = 6  # of nested params
LENGTHS = {  # characters
    "name": 120,
    "base_url": 500,
    "model": 200,
    "api_key": 300,
    "ca": 500,
    "proxy": 500,
    "place_words": 200,
    "notes": 2000,
}
# What a key looks like wherever it is pasted: by its beginning, or after "Bearer".
_KEY = re.compile(
    r"\b(?:sk|pk|rk|gsk|xai|hf)[-_](?=[A-Za-z_-]*\d)[A-Za-z0-9_-]{16,}|\bAKIA[0-9A-Z]{16}|\bAIza[0-9A-Za-z_-]{30,}"
    r"|\bgh[pousr]_[A-Za-z0-9]{20,}|\beyJ[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{10,}|(?i:\bbearer\s+)\S{12,}"
)
_SECRET_PARAMS = {"api_key", "apikey", "api-key", "key", "token", "access_token", "authorization", "password"}
_OURS = {"model", "messages", "stream", "stream_options", "n"}  # what Fieldwork sets in every call
LOOKS_LIKE_A_KEY = (
    "this looks like a key; it was not kept. Store it at the site and write secret:NAME under Key"
)


class Details(TypedDict, total=False):
    """What a person says of an endpoint; see `models.Endpoint`."""

    name: str
    kind: str
    base_url: str
    model: str
    api_key: str
    params: dict[str, Any]
    price_input: Decimal | None
    price_output: Decimal | None
    headers: dict[str, str]
    ca: str
    proxy: str
    place: str
    place_words: str
    notes: str


class Secret(Unfit):
    """The value seems to hold a credential: it is neither kept nor shown again."""


def mistakes(details: Details) -> dict[str, Unfit]:
    """By field, the first thing that is wrong with it. Only what is given is looked at."""
    found: dict[str, Unfit] = {}
    for field, value in details.items():
        try:
            _no_key(value)
            _fitting(field, value)
            _CHECKS.get(field, _text)(value)
        except Unfit as error:
            found[field] = error
    return found


def sentence(error: Unfit) -> str:
    """What is wrong and what would be right, as a sentence beside the field."""
    joint = ", " if error.hint.startswith("such as") else ". "
    hint = error.hint if joint == ", " else f"{error.hint[:1].upper()}{error.hint[1:]}"
    return f"{error.message[:1].upper()}{error.message[1:]}{joint if hint else ''}{hint}."


def parsed(text: str) -> Any:
    """A JSON document. Raises Unfit."""
    try:
        return json.loads(text, parse_constant=_no_constant)
    except (ValueError, RecursionError) as error:
        line = getattr(error, "lineno", None)
        where = f" in line {line}" if line else ""
        raise Unfit(f"this is not JSON{where}", 'such as {"top_p": 0.9}') from None


def _no_constant(name: str) -> NoReturn:
    raise ValueError(name)


def _no_key(value: Any) -> None:
    """Nothing anywhere in it that looks like a credential."""
    for text in _texts(value):
        if _KEY.search(text):
            raise Secret(LOOKS_LIKE_A_KEY)


def _texts(value: Any, depth: int = 0) -> list[str]:
    if isinstance(value, str):
        return [value]
    parts = (
        [*value.keys(), *value.values()]
        if isinstance(value, dict)
        else value
        if isinstance(value, list)
        else []
    )
    return [text for part in parts for text in _texts(part, depth + 1)] if depth <= DEPTH else []


def _fitting(field: str, value: Any) -> None:
    longest = LENGTHS.get(field)
    if longest is not None and len(value) > longest:
        raise Unfit(f"this has {len(value):,} characters; at most {longest:,} are kept")


def _text(value: Any) -> None:
    """No control characters, which neither a page nor a database shows."""
    if not isinstance(value, str):
        return
    if any(unicodedata.category(sign) in {"Cc", "Cs"} for sign in value if sign not in "\n\t\r"):
        raise Unfit("this holds characters that cannot be shown")


def _filled(value: str) -> None:
    if not value.strip():
        raise Unfit("this must not be empty")
    _text(value)


def _optional(check: Callable[[str], None]) -> Callable[[str], None]:
    return lambda value: check(value) if value else None


def _address(value: str) -> None:
    _text(value)
    try:
        check_address(value)
    except Unfit as error:
        if "credential" in error.message:
            raise Secret(
                "this held a credential, which was not kept", "Key and headers take references"
            ) from None
        raise Unfit(f"this {error.message}", error.hint) from None


def _reference(value: str) -> None:
    try:
        check_reference(value)
    except Unfit:
        raise Secret(
            "a key is a reference: secret:NAME, env:NAME or file:path",
            "what was typed was not kept; store the key itself at the site",
        ) from None
    _text(value)


def _ca(value: str) -> None:
    _text(value)
    if not value.startswith("/"):
        raise Unfit("this must be an absolute path at the site", "such as /etc/ssl/bank-ca.pem")


def _price(value: Decimal | None) -> None:
    if value is None:
        return
    if not value.is_finite() or not 0 <= value <= DEAREST:
        raise Unfit(f"a price lies between 0 and {DEAREST:,} USD per million tokens")
    if value != round(value, 6):
        raise Unfit("a price has at most six decimals")


def _headers(value: dict[str, str]) -> None:
    if len(json.dumps(value)) > LARGEST:
        raise Unfit(f"the headers are longer than {LARGEST:,} characters")
    for name, text in value.items():
        try:
            check_header(name, text)
        except Unfit as error:
            if "not a header's name" in error.message:  # it may be a key without its name
                raise Secret(
                    "a header's name has letters, digits and hyphens only", "one header a line"
                ) from None
            raise (Secret if "credential" in error.message else Unfit)(error.message, error.hint) from None


def _params(value: dict[str, Any]) -> None:
    for name in value:
        if name.lower() in _SECRET_PARAMS:
            raise Secret(f"“{name}” is no parameter; the key is a reference under Key")
        if name in _OURS:
            raise Unfit(f"“{name}” is set by Fieldwork in every call; leave it out")
    if "max_tokens" in value and "max_completion_tokens" in value:
        raise Unfit("give either max_tokens or max_completion_tokens")
    _plain(value, 0)
    if len(json.dumps(value)) > LARGEST:
        raise Unfit(f"the parameters are longer than {LARGEST:,} characters")


def _plain(value: Any, depth: int) -> None:
    """JSON that a database keeps unchanged."""
    if depth > DEPTH:
        raise Unfit(f"the parameters are nested deeper than {DEPTH} levels")
    if isinstance(value, str):
        _text(value)
    elif isinstance(value, float) and not math.isfinite(value):
        raise Unfit("a number is too large")
    elif isinstance(value, dict):
        for name, inner in value.items():
            _text(name)
            _plain(inner, depth + 1)
    elif isinstance(value, list):
        for inner in value:
            _plain(inner, depth + 1)


_CHECKS: dict[str, Callable[[Any], None]] = {
    "name": _filled,
    "model": _filled,
    "base_url": _address,
    "api_key": _optional(_reference),
    "proxy": _optional(_address),
    "ca": _optional(_ca),
    "price_input": _price,
    "price_output": _price,
    "headers": _headers,
    "params": _params,
}
