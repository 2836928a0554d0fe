"""Asking the server. The token goes to the one server it is for, over TLS or within this machine, and nowhere else."""

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit

from apps.tokens.rules import text as tokens

from .memory import Memory, is_loopback
from .stop import ADDRESS, LATER, REFUSED, TOKEN, Stop

PATIENCE = 20  # seconds
LARGEST = 8 * 2**20  # bytes of an answer
_CODES = {401: TOKEN, 403: TOKEN}
Answer = tuple[int, bytes, str]  # status, body, the header Retry-After
UNLIKE = "What answers there is no Fieldwork, or a much newer one:"


class Said(dict[str, Any]):
    """What a server has said. Raises Stop for what a Fieldwork would have said and this one has not."""

    def __missing__(self, name: str) -> Any:
        raise Stop(ADDRESS, f"{UNLIKE} it says nothing of “{name}”. Is the address right?")


def ask(
    memory: Memory,
    method: str,
    path: str,
    *,
    query: dict[str, str] | None = None,
    body: dict[str, Any] | None = None,
) -> Any:
    """The server's answer as data. A request that writes is sent under a key, so that it can be sent again when the
    answer is lost, and is done once. Raises Stop with what is wrong."""
    headers, data = _headers(memory), None
    if body is not None:
        data = json.dumps(body).encode()
        headers |= {"Content-Type": "application/json", "Idempotency-Key": os.urandom(16).hex()}
    address = f"{memory.url}/api/v1/{path}" + (f"?{urlencode(query)}" if query else "")
    return _data(memory.url, *_twice(memory.url, address, method, headers, data))


def fetch(memory: Memory, path: str, file: Path) -> None:
    """The file that the server answers with, written to `file` piece by piece. Raises Stop as `ask` does."""
    import http.client
    import shutil
    import urllib.error

    headers = {**_headers(memory), "Accept": "application/zip, application/json"}
    try:
        response = _opened(memory.url, f"{memory.url}/api/v1/{path}", "GET", headers, None)
        with response, file.open("wb") as kept:
            shutil.copyfileobj(response, kept)
    except urllib.error.HTTPError as error:
        _data(memory.url, error.code, error.read(LARGEST), error.headers.get("Retry-After", ""))
    except urllib.error.URLError as error:
        raise Stop(LATER, f"{memory.url} cannot be reached: {_why(error.reason)}.") from None
    except (http.client.HTTPException, OSError) as error:
        raise Stop(LATER, f"{memory.url} broke off: {_why(error)}.") from None


def _headers(memory: Memory) -> dict[str, str]:
    if not memory.url or not memory.token:
        words = "You are not signed in. Make a token on your profile, then: fieldwork login --url https://…"
        raise Stop(TOKEN, words)
    require_token(memory.token)
    return {
        "Authorization": f"Bearer {memory.token}",
        "Accept": "application/json",
        "User-Agent": "fieldwork",
    }


def require_token(written: str) -> None:
    """Whatever else somebody has typed is sent to nobody. Raises Stop for what is no token."""
    if tokens.parse(written) is None:
        raise Stop(TOKEN, "This is no token, or a mistyped one: it begins with fw_ and has 65 characters.")


def every(memory: Memory, path: str, query: dict[str, str], most: int) -> Iterator[dict[str, Any]]:
    """The rows of a list, page by page, at most so many."""
    left = most
    while left > 0:
        page = ask(memory, "GET", path, query={**query, "limit": str(min(left, 100))})
        rows = page["results"]
        if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
            raise Stop(ADDRESS, f"{UNLIKE} its list is none. Is the address right?")
        yield from rows
        left -= len(rows)
        if not page["next_cursor"] or not rows:
            return
        query = {**query, "cursor": page["next_cursor"]}


def _twice(server: str, address: str, method: str, headers: dict[str, str], data: bytes | None) -> Answer:
    """Tried once more when the connection breaks."""
    import http.client
    import ssl
    import urllib.error

    for last in (False, True):
        try:
            return _send(server, address, method, headers, data)
        except urllib.error.URLError as error:
            if isinstance(error.reason, ssl.SSLError):
                raise Stop(
                    ADDRESS, f"{server} cannot prove who it is: {error.reason.reason or error.reason}"
                ) from None
            if last or isinstance(error.reason, ConnectionRefusedError):
                raise Stop(LATER, f"{server} cannot be reached: {_why(error.reason)}.") from None
        except (http.client.HTTPException, OSError) as error:
            if last:
                raise Stop(LATER, f"{server} broke off: {_why(error)}.") from None
    raise AssertionError("the second try ends it")


def _send(server: str, address: str, method: str, headers: dict[str, str], data: bytes | None) -> Answer:
    import urllib.error

    try:
        with _opened(server, address, method, headers, data) as response:
            return response.status, response.read(LARGEST), ""
    except urllib.error.HTTPError as error:
        return error.code, error.read(LARGEST), error.headers.get("Retry-After", "")


def _opened(server: str, address: str, method: str, headers: dict[str, str], data: bytes | None) -> Any:
    """The server's response, to be read."""
    import urllib.request

    class Stays(urllib.request.HTTPRedirectHandler):
        """Follows no redirect: the token is for the server that was named."""

        def redirect_request(self, req: Any, fp: Any, code: Any, msg: Any, hdrs: Any, newurl: str) -> None:
            to = urlsplit(newurl)
            raise Stop(
                ADDRESS,
                f"{server} leads on to {to.scheme}://{to.hostname}, which is not followed with a token.",
            )

    # a proxy would get what is meant for this machine alone, in the clear
    near = is_loopback(urlsplit(server).hostname or "")
    proxies = urllib.request.ProxyHandler({} if near else None)
    request = urllib.request.Request(address, data, headers, method=method)  # noqa: S310 - checked before
    try:
        return urllib.request.build_opener(proxies, Stays()).open(request, timeout=PATIENCE)
    except UnicodeError:  # of a host that no name can be
        raise Stop(ADDRESS, f"{server} is no address that can be called.") from None


def _data(server: str, status: int, text: bytes, wait: str) -> Any:
    try:
        data = json.loads(text, object_hook=Said)
    except (ValueError, RecursionError):
        data = None
    if status < 300 and isinstance(data, dict):
        return data
    ours = isinstance(data, dict) and "code" in data
    if status == 429 or status >= 500:
        said = str(data.get("detail", "")) if ours else f"{server} fails (status {status})."
        raise Stop(LATER, f"{said} Try again {_in(wait)}.", data if ours else None)
    if status == 414:
        raise Stop(REFUSED, "This is more than an address can hold; ask with fewer words.")
    if not ours:
        message = f"{server} does not answer as a Fieldwork does (status {status}). Is the address right?"
        raise Stop(ADDRESS, message)
    message = str(data.get("detail", ""))
    if status == 401:
        message = f"{message} Make one at {server}/tokens/new/, then: fieldwork login --url {server}"
    raise Stop(_CODES.get(status, REFUSED), message, data)


def _in(wait: str) -> str:
    """When to try again, by what Retry-After says: seconds, or nothing that is understood."""
    seconds = int(wait) if wait.isascii() and wait.isdigit() and len(wait) < 8 else 0
    if not seconds:
        return "later"
    return f"in {seconds} seconds" if seconds <= 120 else f"in {-(-seconds // 60)} minutes"


def _why(error: object) -> str:
    """What the system says of a failure, without its number."""
    words = getattr(error, "strerror", None) or str(error) or type(error).__name__
    return str(words).rstrip(".")
