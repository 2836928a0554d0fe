"""What registers say of gates. Each looks at everything, internal or not, so none of it is for the client."""

from typing import Any

from django.urls import reverse

from . import checks
from .checks import Finding, Found
from .models import EntryKind, Gate, Item, LogEntry
from .rules import waiting
from .selectors.registers.raid import unanswered_risks
from .selectors.registers.requests import outstanding_for


def register() -> None:
    """Offer them to all gates."""
    checks.register(
        waiting.CHECK,
        "Everything asked of the client for this gate is granted",
        access_granted,
        stages=("connect", "pilot", "deploy"),
        order=20,
        client_visible=False,
    )
    checks.register(
        "engagements.risks-mitigated",
        "No high risk is open without mitigation",
        risks_mitigated,
        stages=("pilot", "deploy"),
        order=60,
        client_visible=False,
    )
    checks.register(
        "engagements.blockers-resolved",
        "No blocker is open",
        blockers_resolved,
        stages=("deploy",),
        order=61,
        client_visible=False,
    )


def access_granted(gate: Gate) -> Finding:
    """No access request that holds up this gate is still waiting or refused."""
    found = outstanding_for(gate)
    text = "Nothing that was asked for this gate is waiting or refused."
    if found:
        text = f"Waiting or refused: {_listed(found)}."
    return _finding(gate, "access requests outstanding", found, text, route="requests", states=True)


def risks_mitigated(gate: Gate) -> Finding:
    """No high risk is open about which nothing is done."""
    found: list[Item] = list(unanswered_risks(gate.engagement))
    text = (
        f"High and open without mitigation: {_listed(found)}."
        if found
        else "Every open high risk has a mitigation."
    )
    return _finding(gate, "high risks without mitigation", found, text, route="raid")


def blockers_resolved(gate: Gate) -> Finding:
    """No blocker of the log is open."""
    blockers = LogEntry.objects.filter(
        engagement=gate.engagement_id, entry_kind=EntryKind.BLOCKER, state="open", removed_at=None
    )
    found: list[Item] = list(blockers.order_by("number"))
    text = f"Still open: {_listed(found)}." if found else "No blocker is open."
    return _finding(gate, "open blockers", found, text)


def _finding(
    gate: Gate, what: str, found: list[Any], text: str, *, route: str = "", states: bool = False
) -> Finding:
    """Its evidence names what stands in the way and nothing else, so that it changes when that does: not when
    something is written down that stands in nobody's way, and not from day to day."""
    return Finding(
        Found.FAILED if found else Found.PASSED,
        text,
        reverse(f"registers:{route}", args=[gate.engagement_id]) if route else "",
        evidence=(
            {
                "what": what,
                "items": [{"id": str(one.pk), **({"state": one.state} if states else {})} for one in found],
                "says": f"{what}: {_listed(found) if found else 'none'}",
            },
        ),
    )


def _listed(found: list[Any]) -> str:
    """The first few by their references."""
    names = [one.reference for one in found[:5]]
    return ", ".join(names) + (f" and {len(found) - 5} more" if len(found) > 5 else "")
