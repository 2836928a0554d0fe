"""Where a request comes from, also through proxies that one runs oneself."""

import ipaddress

from django.conf import settings
from django.http import HttpRequest


def address_of(request: HttpRequest) -> str:
    """The network address of whoever asks; with FIELDWORK_TRUSTED_PROXIES, the one that the outermost of them saw."""
    meta = request.META
    remote, forwarded = str(meta.get("REMOTE_ADDR", "")), str(meta.get("HTTP_X_FORWARDED_FOR", ""))
    return client_address(remote, forwarded, settings.TRUSTED_PROXIES)


def client_address(remote: str, forwarded: str, proxies: int) -> str:
    """The client's address. remote: who opened the connection; forwarded: X-Forwarded-For, to which each proxy adds at
    its end whom it saw; proxies: how many of them are trusted.

    What stands further left than they have written may be anybody's invention and is never believed. What is no
    address counts as not said: then `remote` it is.
    """
    hops = [hop.strip() for hop in forwarded.split(",")] if forwarded.strip() else []
    if proxies < 1 or not hops:
        return remote
    return _plain(hops[-min(proxies, len(hops))]) or remote


def _plain(hop: str) -> str:
    """An address without its port, such as 192.0.2.1:4711 and [2001:db8::1]:4711 have; empty for what is none."""
    bare = hop.removeprefix("[").partition("]")[0] if hop.startswith("[") else hop
    if bare.count(":") == 1:
        bare = bare.partition(":")[0]
    try:
        return str(ipaddress.ip_address(bare))
    except ValueError:
        return ""
