"""Requests and tokens a minute, spread evenly: a burst is never longer than one second's worth."""

import asyncio
from collections.abc import Callable
from time import monotonic


class Bucket:
    """A token bucket: `per_minute` / 60 units flow in each second, up to one second's worth (at least one).

    It begins with one unit, so that the first minute holds no more than any other. An amount beyond the capacity
    waits for a full bucket and leaves a debt.
    """

    def __init__(self, per_minute: float, now: float) -> None:
        self.rate = per_minute / 60
        self.capacity = max(1.0, self.rate)
        self._level, self._at = 1.0, now

    def _fill(self, now: float) -> None:
        self._level = min(self.capacity, self._level + (now - self._at) * self.rate)
        self._at = now

    def delay(self, amount: float, now: float) -> float:
        """Seconds until `amount` may be taken."""
        self._fill(now)
        return max(0.0, (min(amount, self.capacity) - self._level) / self.rate)

    def take(self, amount: float, now: float) -> None:
        self._fill(now)
        self._level -= amount

    def refund(self, amount: float, now: float) -> None:
        """Give back what turned out not to be used; a negative amount takes more."""
        self._fill(now)
        self._level = min(self.capacity, self._level + amount)


class Gate:
    """What every call to one endpoint passes, in the order of arrival."""

    def __init__(self, clock: Callable[[], float] = monotonic) -> None:
        self._clock = clock
        self._limits: tuple[int | None, int | None] = (None, None)
        self._requests: Bucket | None = None
        self._tokens: Bucket | None = None
        self._turn = asyncio.Lock()
        self._changed = asyncio.Event()

    def limit(self, rpm: int | None, tpm: int | None) -> None:
        """Set the limits; None for none. A bucket whose limit stays keeps its level."""
        now = self._clock()
        if rpm != self._limits[0]:
            self._requests = Bucket(rpm, now) if rpm else None
        if tpm != self._limits[1]:
            self._tokens = Bucket(tpm, now) if tpm else None
        self._limits = (rpm, tpm)
        self._changed.set()

    @property
    def open(self) -> bool:
        """Whether nothing is limited."""
        return self._requests is None and self._tokens is None

    async def enter(self, tokens: int) -> None:
        """Wait until one request of at most `tokens` may be made, and take it."""
        async with self._turn:
            while (wait := self._wait(tokens)) > 0:
                self._changed.clear()
                timer = asyncio.get_running_loop().call_later(wait, self._changed.set)
                try:
                    await self._changed.wait()
                finally:
                    timer.cancel()
            now = self._clock()
            if self._requests:
                self._requests.take(1, now)
            if self._tokens:
                self._tokens.take(tokens, now)

    def refund(self, tokens: int) -> None:
        """Give back tokens that were taken and not used."""
        if self._tokens:
            self._tokens.refund(tokens, self._clock())
            self._changed.set()

    def _wait(self, tokens: int) -> float:
        now = self._clock()
        return max(
            self._requests.delay(1, now) if self._requests else 0.0,
            self._tokens.delay(tokens, now) if self._tokens else 0.0,
        )
