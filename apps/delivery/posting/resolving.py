"""What a host's name stands for, and whether a webhook may lead there."""

import asyncio
import socket
from concurrent.futures import ThreadPoolExecutor
from concurrent.futures import TimeoutError as TookTooLong
from ipaddress import ip_address

from aiohttp.abc import AbstractResolver, ResolveResult
from django.conf import settings

from apps.core.errors import Refused

from ..rules.webhooks import addresses

PATIENCE = 3.0  # seconds that a name server may take
# Of its own, so that name servers that are silent hold up nothing else; asking them cannot be interrupted.
_pool = ThreadPoolExecutor(16, thread_name_prefix="names")


def look_up(host: str, port: int) -> list[str]:
    """All the addresses that a host stands for; none for an unknown one."""
    try:
        return [str(ip_address(host))]  # asks nobody
    except ValueError:
        pass
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        return []
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


def check_address(text: str) -> None:
    """Whether a webhook may have this address, as things stand now. Raises Refused at the field `address`."""
    try:
        place = addresses.parse(text)
        found = _pool.submit(look_up, place.host, place.port).result(timeout=PATIENCE)
        addresses.check(place, found, settings.WEBHOOK_ALLOW)
    except addresses.Unfit as error:
        raise Refused(error.code, error.message, field="address") from None
    except TookTooLong:
        message = f"Nobody has said within {PATIENCE:.0f} seconds where {place.host} is; try again."
        raise Refused("unknown_host", message, field="address") from None


async def checked(text: str) -> tuple[addresses.Place, list[str]]:
    """The address, taken apart, and all that its host stands for; that is what may be called, and nothing that is
    looked up afterwards. Raises Unfit for one that may not be called, TimeoutError when name servers are silent."""
    place = addresses.parse(text)
    loop = asyncio.get_running_loop()
    found = await asyncio.wait_for(loop.run_in_executor(_pool, look_up, place.host, place.port), PATIENCE)
    addresses.check(place, found, settings.WEBHOOK_ALLOW)
    return place, found


class Pinned(AbstractResolver):
    """Stands for one host whose addresses have been checked: the name is not asked for again, so that it cannot mean
    something else by then."""

    def __init__(self, host: str, found: list[str]) -> None:
        self._host, self._found = host, found

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        """The checked addresses. Raises OSError for any other host."""
        if host != self._host:
            raise OSError(f"{host} has not been checked")
        return [
            ResolveResult(
                hostname=host,
                host=text,
                port=port,
                family=socket.AF_INET6 if ":" in text else socket.AF_INET,
                proto=socket.IPPROTO_TCP,
                flags=socket.AI_NUMERICHOST,
            )
            for text in self._found
        ]

    async def close(self) -> None:
        """Nothing is held."""
