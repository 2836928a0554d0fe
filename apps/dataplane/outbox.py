"""What leaves, in one thread: one message after the other, each kept until the broker has it."""

import queue
import threading
from collections.abc import Callable
from typing import Protocol

from .journal import LOG

_WAITING = 32  # reports; who has more to say waits
_LONGEST_PAUSE = 5.0  # seconds between tries


class Channel(Protocol):
    """A way to the control plane's queue; any exception means "not delivered, connect again"."""

    def publish(self, envelope: str) -> None: ...
    def close(self) -> None: ...


class Outbox:
    """Nothing is lost unless the process dies, and then the control plane orders it again."""

    def __init__(self, connect: Callable[[], Channel]) -> None:
        self._connect = connect
        self._waiting: queue.Queue[Callable[[], str] | None] = queue.Queue(_WAITING)
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="fieldwork-outbox", daemon=True)
        self._thread.start()

    def send(self, envelope: Callable[[], str]) -> None:
        """Queue a message; it is signed when its turn comes, so that waiting does not let it expire."""
        while not self._stop.is_set():
            try:
                self._waiting.put(envelope, timeout=1)
                return
            except queue.Full:
                continue

    def send_if_idle(self, envelope: Callable[[], str]) -> None:
        """Queue a message that is worth nothing later, unless others are waiting."""
        if self._waiting.empty():
            self._waiting.put_nowait(envelope)

    def close(self, seconds: float = 2.0) -> None:
        """Send what is waiting, as far as that takes no longer than `seconds`."""
        try:
            self._waiting.put(None, timeout=seconds)
        except queue.Full:
            LOG.warning("stopping with reports unsent; they will be ordered again")
        self._thread.join(seconds)
        self._stop.set()
        self._thread.join(seconds)

    def _run(self) -> None:
        channel: Channel | None = None
        while not self._stop.is_set():
            envelope = self._waiting.get()
            if envelope is None:
                break
            channel = self._deliver(envelope, channel)
        if channel is not None:
            _close(channel)

    def _deliver(self, envelope: Callable[[], str], channel: Channel | None) -> Channel | None:
        pause = 0.1
        while not self._stop.is_set():
            try:
                channel = channel or self._connect()
                channel.publish(envelope())
                return channel
            except Exception as error:  # whatever the transport raises
                LOG.warning("report not delivered: %s; trying again", type(error).__name__)
                if channel is not None:
                    _close(channel)
                channel = None
                self._stop.wait(pause)
                pause = min(2 * pause, _LONGEST_PAUSE)
        return channel


def _close(channel: Channel) -> None:
    try:
        channel.close()
    except Exception as error:
        LOG.info("closing a broken channel: %s", type(error).__name__)
