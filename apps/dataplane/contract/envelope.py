"""One signed compact JWS around every message, both ways: Ed25519 only, addressed, dated, and used for one thing."""

import json
import time
import uuid
from typing import TypeVar

from joserfc import jws
from joserfc.errors import JoseError
from joserfc.jwk import OKPKey
from pydantic import ValidationError

from .messages import Order, Report

ALGORITHM = "Ed25519"
CONTROL = "control"  # the control plane's name, as issuer and as audience
LEEWAY = 60  # seconds two clocks may differ
LARGEST = 64 * 1024 * 1024  # bytes of one message
Message = TypeVar("Message", Order, Report)
_TYPES = {Order: "fieldwork-order", Report: "fieldwork-report"}

_registry = jws.JWSRegistry(algorithms=[ALGORITHM])
_registry.max_payload_length = LARGEST


class EnvelopeError(Exception):
    """The message is not what it claims to be; `code` says how (see errors.CODES)."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def new_key() -> OKPKey:
    """A fresh Ed25519 pair."""
    return OKPKey.generate_key("Ed25519", private=True)


def private_text(key: OKPKey) -> str:
    """The pair as JSON (JWK); for a file with mode 0600."""
    return json.dumps(key.as_dict(private=True), sort_keys=True)


def public_text(key: OKPKey) -> str:
    """The public half as JSON (JWK); may be shown to anyone."""
    return json.dumps(key.as_dict(private=False), sort_keys=True)


def load_key(text: str) -> OKPKey:
    """A key from the JSON of `private_text` or `public_text`. Raises ValueError when it is neither."""
    try:
        return OKPKey.import_key(json.loads(text))
    except (JoseError, ValueError, TypeError, KeyError) as error:
        raise ValueError("not an Ed25519 key in JWK form") from error


def seal(message: Order | Report, *, key: OKPKey, issuer: str, audience: str, lifetime: int = 3600) -> str:
    """Sign `message` for `audience`; it is refused `lifetime` seconds from now."""
    now = int(time.time())
    claims = {
        "iss": issuer,
        "aud": audience,
        "jti": uuid.uuid4().hex,
        "iat": now,
        "exp": now + lifetime,
        "body": message.model_dump(mode="json"),
    }
    header = {"alg": ALGORITHM, "typ": _TYPES[type(message)]}
    payload = json.dumps(claims, separators=(",", ":")).encode()
    return jws.serialize_compact(header, payload, key, registry=_registry)


def issuer_of(token: str) -> str:
    """The issuer a report *claims*, to choose the key that must then verify it. Raises EnvelopeError."""
    try:
        claims = json.loads(jws.extract_compact(token.encode(), registry=_registry).payload)
        issuer: str = claims["iss"]
    except (JoseError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise EnvelopeError("envelope_malformed") from error
    return issuer


def open_order(token: str, *, key: OKPKey, audience: str) -> Order:
    """Verify and read an order addressed to this site. Raises EnvelopeError."""
    return _read(Order, _open(token, key, "fieldwork-order", CONTROL, audience))


def open_report(token: str, *, key: OKPKey, issuer: str) -> Report:
    """Verify and read a report signed by site `issuer`. Raises EnvelopeError."""
    report = _read(Report, _open(token, key, "fieldwork-report", issuer, CONTROL))
    if report.site != issuer:
        raise EnvelopeError("envelope_issuer")
    return report


def _read(model: type[Message], body: dict[str, object]) -> Message:
    try:
        return model.model_validate(body)
    except ValidationError as error:
        raise EnvelopeError("envelope_malformed") from error


def _open(token: str, key: OKPKey, kind: str, issuer: str, audience: str) -> dict[str, object]:
    try:
        sealed = jws.deserialize_compact(token.encode(), key, registry=_registry)
        claims = json.loads(sealed.payload)
        body, expires = dict(claims["body"]), float(claims["exp"])
    except (JoseError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise EnvelopeError("envelope_signature") from error
    if sealed.protected.get("typ") != kind:
        raise EnvelopeError("envelope_type")
    if claims.get("iss") != issuer:
        raise EnvelopeError("envelope_issuer")
    if claims.get("aud") != audience:
        raise EnvelopeError("envelope_audience")
    if expires + LEEWAY < time.time():
        raise EnvelopeError("envelope_expired")
    return body
