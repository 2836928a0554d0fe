"""When a job counts as lost, how much may be in flight, what a site's key looks like. Pure decisions."""

import json
from datetime import datetime, timedelta

from apps.core.errors import Refused
from apps.dataplane.contract import envelope

IN_FLIGHT = 4  # chunks of one run and target at the site, so that its pipe never drains
ACKNOWLEDGE = timedelta(seconds=20)  # a sent job must be reported in hand, or answered, within this time
HOLD = timedelta(seconds=30)  # a job reported in hand may go on this long without another word
SILENT = timedelta(seconds=90)  # after this long without a heartbeat a site is away: nothing more is sent
LIMITS = ("rows", "bytes", "columns", "seconds")  # of reading a source, as a heartbeat tells them
LOSSES = 25  # a job lost this often takes the site down with it, so it is given up


def is_away(heard_at: datetime | None, now: datetime) -> bool:
    """Whether nothing has been heard of a site for so long that sending to it would only fill its queue."""
    return heard_at is None or now - heard_at > SILENT


def is_lost(*, sent_at: datetime, sent_to: str, boot: str, now: datetime) -> bool:
    """Whether a running job that a heartbeat of boot `boot` does not list has to be asked for again.

    A job that went to an earlier boot is lost at once, one that this boot should know by now, too.
    """
    return sent_to != boot or now - sent_at > ACKNOWLEDGE


def public_key(text: str) -> str:
    """A site's public key (JWK) as it is kept. Raises Refused, at field `public_key`, without repeating the text: it
    may be the private half, pasted by mistake."""
    try:
        document = json.loads(text)
        private = isinstance(document, dict) and "d" in document
        key = envelope.load_key(text)
    except (ValueError, RecursionError):
        raise Refused(
            "not_a_key",
            'This is not a public key. Paste the line that fieldwork-site init prints last: it starts with {"crv".',
            field="public_key",
        ) from None
    if private:
        raise Refused(
            "private_key",
            "This is the private half of a key, which must never leave the site; it was not kept. Paste the line "
            "that fieldwork-site init prints, and let the site's owner make new keys.",
            field="public_key",
        )
    if document.get("crv") != "Ed25519":
        raise Refused(
            "not_a_key", "This key is of another kind; a site signs with Ed25519.", field="public_key"
        )
    return envelope.public_text(key)
