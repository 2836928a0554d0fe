"""The site's own log file: the only place where the text of an error goes."""

import logging
import os
from logging.handlers import RotatingFileHandler
from pathlib import Path

LOG = logging.getLogger("fieldwork.site")
_BYTES, _FILES = 5_000_000, 4


def open_journal(state: Path) -> None:
    """Send this process's log to `log/site.log` (0600, rotated), and warnings of libraries with it."""
    handler = _Private(state / "log" / "site.log", maxBytes=_BYTES, backupCount=_FILES, encoding="utf-8")
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s %(message)s"))
    root = logging.getLogger()
    root.addHandler(handler)
    root.setLevel(logging.WARNING)
    LOG.setLevel(logging.INFO)


class _Private(RotatingFileHandler):
    def _open(self):  # type: ignore[no-untyped-def]
        return open(
            self.baseFilename,
            self.mode,
            encoding=self.encoding,
            opener=lambda name, flags: os.open(name, flags, 0o600),
        )
