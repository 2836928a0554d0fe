"""The signature of a delivery, as Standard Webhooks has it (https://www.standardwebhooks.com). Pure."""

import base64
import hashlib
import hmac
from collections.abc import Iterable

PREFIX = "whsec_"


def secret_text(key: bytes) -> str:
    """A secret as it is shown, and as whoever verifies takes it."""
    return PREFIX + base64.b64encode(key).decode()


def sign(keys: Iterable[bytes], *, message: str, timestamp: int, body: str) -> str:
    """What the header `webhook-signature` says: `v1,` and the base64 of HMAC-SHA256 over id, timestamp (seconds) and
    body, joined by dots; one for each key, by blanks."""
    said = f"{message}.{timestamp}.{body}".encode()
    digests = (hmac.new(key, said, hashlib.sha256).digest() for key in keys)
    return " ".join(f"v1,{base64.b64encode(digest).decode()}" for digest in digests)
