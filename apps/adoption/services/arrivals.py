"""What has come in, by way and day, for whoever has to find out why something did not."""

import math
from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from apps.core.locks import hold
from apps.engagements.models import Engagement

from ..models import Arrival
from ..rules.sent import FIELDS, showable

if TYPE_CHECKING:
    from .intake import Taken

HIDDEN = ("user", "session")  # said in hashes only
LONGEST = 80  # of a value that is shown as an example
MOST_FIELDS = 30  # names of fields that are not kept; further ones are counted together
OTHERS = "…"


def note(*, engagement: Engagement, way: str, now: datetime, rows: Sequence[object], done: "Taken") -> None:
    """Add a batch to its day's account; at the end of its transaction, since the next batch waits for that."""
    hold("adoption.arrivals", str(engagement.pk), way)
    kept, _ = Arrival.objects.get_or_create(
        engagement=engagement, way=way, day=now.date(), defaults={"last_at": now}
    )
    kept.batches += 1
    kept.taken += done.taken
    kept.repeated += done.repeated
    kept.refused += len(done.refused)
    kept.passed += done.passed
    kept.reasons = _added(kept.reasons, Counter(refusal.fault.code for refusal in done.refused))
    kept.dropped = _added(kept.dropped, done.dropped)
    kept.last_at = now
    bad = {refusal.n for refusal in done.refused}
    if good := next((raw for n, raw in enumerate(rows) if n not in bad), None):
        kept.good = {"event": _shown(good), "at": now.isoformat()}
    if done.refused:
        last = done.refused[-1]
        fault = {"code": last.fault.code, "field": last.fault.field, "detail": last.fault.detail}
        kept.bad = {"event": _shown(rows[last.n]), "at": now.isoformat(), **fault}
    kept.save()


def _added(before: dict[str, int], more: Counter[str]) -> dict[str, int]:
    found = Counter(before)
    for name, times in more.items():
        found[name if name in found or len(found) < MOST_FIELDS else OTHERS] += times
    return dict(found)


def _shown(raw: object) -> dict[str, Any]:
    """An example, as much of it as may be shown: fields that are kept, and nobody's name."""
    if not isinstance(raw, dict):
        return {"": f"no object but {type(raw).__name__}"}
    return {
        name: OTHERS if name in HIDDEN else _short(value)
        for name, value in raw.items()
        if name in FIELDS and value is not None
    }


def _short(value: object) -> Any:
    if isinstance(value, bool | int) or (isinstance(value, float) and math.isfinite(value)):
        return value
    text = showable(value, LONGEST + 1)
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}…"
