"""When a job counts as lost, and how much may be in flight. Pure decisions; durations in seconds."""

from datetime import datetime, timedelta

IN_FLIGHT = 4  # chunks of one run and target at the site, so that its pipe never drains
ACKNOWLEDGE = timedelta(seconds=20)  # a sent job must be reported in hand, or answered, within this time
HOLD = timedelta(seconds=30)  # a job reported in hand may go on this long without another word
SILENT = timedelta(seconds=90)  # after this long without a heartbeat a site is away: nothing more is sent
LOSSES = 25  # a job lost this often takes the site down with it, so it is given up


def is_away(heard_at: datetime | None, now: datetime) -> bool:
    """Whether nothing has been heard of a site for so long that sending to it would only fill its queue."""
    return heard_at is None or now - heard_at > SILENT


def is_lost(*, sent_at: datetime, sent_to: str, boot: str, now: datetime) -> bool:
    """Whether a running job that a heartbeat of boot `boot` does not list has to be asked for again.

    A job that went to an earlier boot is lost at once, one that this boot should know by now, too.
    """
    return sent_to != boot or now - sent_at > ACKNOWLEDGE
