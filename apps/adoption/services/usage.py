"""The only writer of how an engagement's use is counted."""

from typing import TypedDict, Unpack
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.db import IntegrityError, transaction

from apps.accounts.models import User
from apps.audit.services import record
from apps.core.errors import Refused
from apps.core.locks import hold
from apps.core.versions import keep, lock_at
from apps.engagements.models import Engagement

from ..models import Usage
from ..rules.currencies import CURRENCIES
from ..rules.days import WEEK_STARTS
from . import rollup

ZONE_LOCK = (
    "adoption.zone"  # whoever marks days holds it together with others, whoever changes their zone alone
)
MOST_SEATS = 10_000_000
LEAST, MOST = 1, 100  # of the smallest group that is shown


class Counting(TypedDict, total=False):
    """What may be changed, as `Usage` has it."""

    timezone: str
    week_start: int
    smallest: int
    purchased: int | None
    currency: str


def usage_of(engagement: Engagement) -> Usage:
    """The engagement's, made with its usual values when the first event or the first person asks for it."""
    found = Usage.objects.filter(engagement=engagement).first()
    if found is None:
        try:
            with transaction.atomic():
                found = Usage.objects.create(engagement=engagement)
        except IntegrityError:  # somebody else's first event, at the same moment
            found = Usage.objects.get(engagement=engagement)
    return found


@transaction.atomic
def change(*, by: User | None, usage: Usage, version: int | None = None, **wanted: Unpack[Counting]) -> None:
    """Count in another way from now on, and everything that was counted before as well: another time zone has other
    days, another beginning of the week other weeks, and both are made anew by the worker.

    Raises Refused for the first value that cannot be, and for a `version` that is no longer the row's.
    """
    hold(ZONE_LOCK, str(usage.engagement_id))
    hold(rollup.LOCK, str(usage.engagement_id))
    locked, changed = lock_at(usage, version, **_fit(wanted))
    if not changed:
        return
    keep(locked, changed)
    usage.version = locked.version
    if {"timezone", "week_start"} & changed.keys():
        rollup.begin_anew(locked)
    data = {name: {"before": before, "after": getattr(locked, name)} for name, before in changed.items()}
    record(by=by, verb="changed", subject=locked, engagement=locked.engagement, **data)


def _fit(wanted: Counting) -> Counting:
    fit = wanted.copy()
    if "timezone" in fit:
        fit["timezone"] = _zone(fit["timezone"])
    if "currency" in fit:
        fit["currency"] = _currency(fit["currency"])
    if fit.get("week_start", 0) not in WEEK_STARTS:
        raise Refused("week_start", "A week begins on Monday, Saturday or Sunday.", field="week_start")
    if not LEAST <= fit.get("smallest", LEAST) <= MOST:
        raise Refused("smallest", f"The smallest group has {LEAST} to {MOST} users.", field="smallest")
    if not 0 <= (fit.get("purchased") or 0) <= MOST_SEATS:
        raise Refused("purchased", f"Give 0 to {MOST_SEATS:,} seats.", field="purchased")
    return fit


def _zone(name: str) -> str:
    try:
        return ZoneInfo(name).key
    except (ZoneInfoNotFoundError, ValueError, OSError):
        words = "There is no such time zone; write it such as Europe/Berlin."
        raise Refused("timezone", words, field="timezone") from None


def _currency(code: str) -> str:
    if code.strip().upper() not in CURRENCIES:
        raise Refused("currency", "Give an ISO 4217 code, such as EUR.", field="currency")
    return code.strip().upper()
