"""What becomes of the names of users, sessions and events: keyed hashes, 32 hexadecimal digits. Pure."""

from hashlib import blake2b


def user_hash(key: bytes, user: str) -> str:
    """Of one user: the same for the same engagement's key, however the name's letters and outer blanks are written."""
    return _hash(key, b"user", user.strip().casefold())


def session_hash(key: bytes, session: str) -> str:
    """Of one session."""
    return _hash(key, b"session", session)


def event_hash(key: bytes, id: str) -> str:
    """Of one event's id, for which the sender answers."""
    return _hash(key, b"event", id)


def content_hash(said: str) -> int:
    """Of everything that an event says: 63 bits, to tell an event that is sent again from another one with its id."""
    return int.from_bytes(blake2b(said.encode(), digest_size=8).digest(), "big") >> 1


def _hash(key: bytes, sort: bytes, text: str) -> str:
    return blake2b(text.encode(), digest_size=16, key=key, person=sort).hexdigest()
