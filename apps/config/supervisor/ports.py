"""Free ports, taken without a gap between looking and listening."""

import errno
import socket

from .errors import StartError

TRIES = 100


def listen(bind: str, port: int) -> socket.socket:
    """A listening socket on `port` or the next free one. Raises StartError when there is none."""
    for number in range(port, min(port + TRIES, 65536)):
        try:
            family, kind, _, _, address = socket.getaddrinfo(
                bind, number, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
            )[0]
        except socket.gaierror as error:
            raise StartError(f"FIELDWORK_BIND={bind} is not an address: {error.strerror}.") from error
        listener = socket.socket(family, kind)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind(address)
            listener.listen(512)
        except OSError as error:
            listener.close()
            if error.errno == errno.EADDRINUSE:
                continue
            raise StartError(f"Cannot listen on {bind}:{number}: {error.strerror}.") from error
        return listener
    raise StartError(f"No free port between {port} and {port + TRIES}: set FIELDWORK_PORT.")


def free(preferred: int | None) -> int:
    """A free loopback port; `preferred` when it still is, so that an address survives the next start."""
    for number in (preferred or 0, 0):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", number))
            except OSError:
                continue
            port: int = probe.getsockname()[1]
            return port
    raise StartError("No free loopback port.")


def url(listener: socket.socket, bind: str) -> str:
    """The address to open in a browser on this machine."""
    shown = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(bind, f"[{bind}]" if ":" in bind else bind)  # noqa: S104
    return f"http://{shown}:{listener.getsockname()[1]}"
