"""How a site ends when it is told to: at once, and leaving nothing behind."""

import os
import signal
from types import FrameType
from typing import NoReturn

_SIGNALS = (signal.SIGTERM, signal.SIGINT)


def stop_on_signals() -> None:
    """From now on SIGTERM and Ctrl-C end the main thread by SystemExit(0); a second one leaves without goodbye."""
    for number in _SIGNALS:
        signal.signal(number, _stop)


def _stop(number: int, frame: FrameType | None) -> NoReturn:
    for each in _SIGNALS:
        signal.signal(each, lambda *_: os._exit(1))
    raise SystemExit(0)
