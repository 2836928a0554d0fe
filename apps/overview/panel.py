"""How an engagement stands, on its own page."""

from typing import Any

from django.http import HttpRequest

from apps.engagements.models import Engagement

from .presenters.today import COLOURS, deciding_of, reasons_of
from .selectors.standings import standing_of
from .services.standing import catch_up_with

FEW = 3  # of reasons and of blockers; the pages that they lead to have all


def of_engagement(request: HttpRequest, engagement: Engagement) -> dict[str, Any]:
    """Its health with what decides about it, and the open blockers. One query, unless something has changed since the
    standing was worked out. Nothing of an engagement that is closed: it needs nobody any more."""
    if not engagement.is_open:
        return {}
    standing = standing_of(engagement)
    if standing is None or standing.behind:
        catch_up_with(engagement)
        standing = standing_of(engagement)
    if standing is None:
        return {}
    blockers = [one for one in reasons_of(standing) if one.kind == "blocker"]
    deciding = [one for one in deciding_of(standing)[0] if one.kind != "blocker"]
    return {
        "standing": standing,
        "tone": COLOURS[standing.shown],
        "deciding": deciding[:FEW],
        "more": max(len(deciding) - FEW, 0),
        "blockers": blockers[:FEW],
        "more_blockers": max(len(blockers) - FEW, 0),
    }
