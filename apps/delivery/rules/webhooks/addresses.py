"""Where a webhook may lead. Pure decisions about addresses; `posting.resolving` finds out what a name stands for."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from urllib.parse import urlsplit

from yarl import URL

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network
LIMIT = 500  # characters
# Everything that is not one machine in the public network (IANA's special-purpose registries), and the two public
# addresses at which clouds answer questions about their own machines.
_REFUSED_4: tuple[IPv4Network, ...] = tuple(
    IPv4Network(text)
    for text in (
        "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12",
        "192.0.0.0/24", "192.0.2.0/24", "192.31.196.0/24", "192.52.193.0/24", "192.88.99.0/24", "192.168.0.0/16",
        "192.175.48.0/24", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4",
        "168.63.129.16/32",
    )
)  # fmt: skip
_PUBLIC_6 = IPv6Network("2000::/3")
_REFUSED_6: tuple[IPv6Network, ...] = tuple(
    IPv6Network(text) for text in ("2001::/23", "2001:db8::/32", "2620:4f:8000::/48", "3fff::/20")
)
_MAPPED, _COMPATIBLE = IPv6Network("::ffff:0:0/96"), IPv6Network("::/96")
_TRANSLATED, _SIX_TO_FOUR = IPv6Network("64:ff9b::/96"), IPv6Network("2002::/16")


class Unfit(ValueError):
    """An address that no webhook may have. code: for programs, see `presenters.webhooks`; message: a sentence."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code, self.message = code, message


@dataclass(frozen=True)
class Place:
    """An address taken apart, as the client that calls it takes it apart. host: a name, or the text of an address
    without brackets."""

    url: URL
    host: str
    port: int

    @property
    def is_secure(self) -> bool:
        """Whether it is called over TLS."""
        return self.url.scheme == "https"


def parse(text: str) -> Place:
    """The address, taken apart. Raises Unfit for what is none, for anything but http and https, and for one that
    holds a credential or a fragment."""
    try:
        url = URL(text)
        host, port = url.raw_host, url.port
        urlsplit(text)  # refuses what URL lets pass, such as a bracket that is never closed
    except (ValueError, TypeError):
        raise Unfit("no_address", "This is not an address; write one such as https://host/path.") from None
    if url.scheme not in {"http", "https"} or not host:
        raise Unfit("no_address", "Write an https address with a host, such as https://host/path.")
    if not text.isprintable() or any(each.isspace() for each in text) or "\\" in text:
        raise Unfit("no_address", "An address holds no blanks, backslashes or control characters.")
    if url.raw_user is not None or url.raw_password is not None:
        raise Unfit("credentials", "The address must not hold a user name or a password.")
    if not port or len(text) > LIMIT:
        raise Unfit("no_address", f"Write an address with a valid port and at most {LIMIT} characters.")
    if url.raw_fragment:
        raise Unfit("no_address", "The address must end before “#”.")
    return Place(url, host, port)


def check(place: Place, found: Sequence[str], allowed: Iterable[Network]) -> None:
    """Whether a place may be called, given all the addresses that its host stands for. Raises Unfit when there is
    none, when one of them is refused, and for http to anything but ranges that the operator has allowed."""
    ranges = list(allowed)
    if not found:
        raise Unfit("unknown_host", f"Nobody knows a host named {place.host}.")
    for text in found:
        if is_refused(ip_address(text), ranges):
            known = place.host if text == place.host else f"{place.host} ({text})"
            message = f"{known} is not in the public network. Whoever runs Fieldwork can allow its range with"
            raise Unfit("refused_address", f"{message} FIELDWORK_WEBHOOK_ALLOW.")
    if not place.is_secure and not all(is_allowed(ip_address(text), ranges) for text in found):
        raise Unfit("not_secure", "Only https is called outside of the ranges that the operator has allowed.")


def is_refused(address: Address, allowed: Iterable[Network] = ()) -> bool:
    """Whether an address is private, of this machine, or otherwise not one machine in the public network, and no range
    of `allowed` holds it. Of an address that holds another one within, that one decides."""
    inner = inner_of(address)
    if inner is not None:
        return is_refused(inner, allowed)
    return not is_allowed(address, allowed) and not _is_public(address)


def is_allowed(address: Address, allowed: Iterable[Network]) -> bool:
    """Whether one of the operator's ranges holds an address, or the one within it."""
    plain = inner_of(address) or address
    return any(plain.version == one.version and plain in one for one in allowed)


def inner_of(address: Address) -> IPv4Address | None:
    """The IPv4 address that an IPv6 one stands for: mapped, compatible, 6to4, or translated (NAT64)."""
    if isinstance(address, IPv4Address):
        return None
    number = int(address)
    if any(address in network for network in (_MAPPED, _COMPATIBLE, _TRANSLATED)):
        # ::1 and :: are this machine, and not 0.0.0.1 and 0.0.0.0, so that an operator can allow them as they are
        return IPv4Address(number & 0xFFFFFFFF) if number > 1 else None
    return IPv4Address((number >> 80) & 0xFFFFFFFF) if address in _SIX_TO_FOUR else None


def _is_public(address: Address) -> bool:
    if isinstance(address, IPv4Address):
        return not any(address in network for network in _REFUSED_4)
    return address in _PUBLIC_6 and not any(address in network for network in _REFUSED_6)
