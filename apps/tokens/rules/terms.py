"""How long a token lives, what state it is in, and how much of an address is kept. Pure decisions."""

import hashlib
import hmac
import ipaddress
from datetime import datetime, timedelta

DAYS = (7, 30, 90, 180, 365)  # none lives for ever, whoever makes it
DEFAULT_DAYS = 90
MOST_DAYS = max(DAYS)
NOTED_EVERY = timedelta(minutes=1)
ACTIVE, EXPIRED, REVOKED, CLOSED = "active", "expired", "revoked", "closed"
STATES = (ACTIVE, EXPIRED, REVOKED, CLOSED)


def digest_of(secret: str) -> str:
    """What is kept of a secret. It has 256 bits of chance, so that one round of SHA-256 cannot be guessed back."""
    return hashlib.sha256(secret.encode()).hexdigest()


def is_secret_of(secret: str, digest: str) -> bool:
    """Whether the digest is that secret's; takes as long either way."""
    return hmac.compare_digest(digest_of(secret), digest)


def state_of(*, revoked: bool, open_account: bool, expires_at: datetime, now: datetime) -> str:
    """active, or why it works no more. open_account: its person is active, or it has none."""
    if revoked:
        return REVOKED
    if now >= expires_at:
        return EXPIRED
    return ACTIVE if open_account else CLOSED


def is_use_due(used_at: datetime | None, now: datetime) -> bool:
    """Whether a use is to be written down: once a minute is enough."""
    return used_at is None or now - used_at >= NOTED_EVERY


def truncated(address: str) -> str:
    """The network that an address lies in (IPv4: /24, IPv6: /48), which tells an office from a stranger without
    telling people apart; empty for what is no address."""
    try:
        plain = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return ""
    if isinstance(plain, ipaddress.IPv6Address) and plain.ipv4_mapped:
        plain = plain.ipv4_mapped
    return str(ipaddress.ip_network(f"{plain}/{24 if plain.version == 4 else 48}", strict=False))
