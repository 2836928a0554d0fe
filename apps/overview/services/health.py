"""A manager's word on health, instead of what the evidence says."""

from datetime import date, timedelta

from django.db import transaction
from django.utils import timezone

from apps.accounts.models import User
from apps.audit.services import record
from apps.core.errors import Refused
from apps.core.locks import hold
from apps.core.text import several_lines
from apps.engagements.models import Engagement

from ..models import HealthOverride
from ..rules.health import Colour
from ..selectors.standings import overrides_now

LONGEST = 28  # days
REASON = 1_000


@transaction.atomic
def override_health(
    *, by: User, engagement: Engagement, colour: str, reason: str, until: date
) -> HealthOverride:
    """Say how an engagement is doing until a day, whatever its evidence says; an earlier word ends with it. Who may
    is asked in `access`. Raises Refused without a reason, for a colour that is none, and for a day that is past
    or too far off."""
    today = timezone.localdate()
    reason = several_lines(reason, limit=REASON, field="reason")
    if not reason:
        raise Refused("reason", "Say why; it stays beside the colour.", field="reason")
    if colour not in list(Colour)[:3]:
        raise Refused("colour", "Choose red, amber or green.", field="colour")
    if until < today:
        raise Refused("past", f"{until} is past; it would never count.", field="until")
    if until > today + timedelta(days=LONGEST):
        latest = today + timedelta(days=LONGEST)
        raise Refused(
            "far", f"At most until {latest}, {LONGEST} days from now; then look again.", field="until"
        )
    hold("overview.health", str(engagement.pk))
    overrides_now().filter(engagement=engagement).update(ended_at=timezone.now())
    made = HealthOverride.objects.create(
        engagement=engagement, colour=colour, reason=reason, until=until, by=by
    )
    record(by=by, verb="overrode health of", subject=engagement, engagement=engagement, colour=colour,
           until=until, why=reason)  # fmt: skip
    return made


@transaction.atomic
def end_override(*, by: User, engagement: Engagement) -> None:
    """Let the evidence speak again. Without an override nothing happens."""
    hold("overview.health", str(engagement.pk))
    if overrides_now().filter(engagement=engagement).update(ended_at=timezone.now()):
        record(by=by, verb="ended the health override of", subject=engagement, engagement=engagement)
