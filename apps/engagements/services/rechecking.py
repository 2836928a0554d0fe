"""Looking again at gates: how much of what they require holds, and what has changed since they were passed."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from apps.audit.services import record

from ..models import Engagement, Gate
from ..rules import gates as rules
from ..selectors.gate_evidence import changes, changes_for_clients
from ..selectors.gates import Line, look_at
from .following import tell_stale

SENTENCE = 300  # characters of a sentence that says what has changed
_put_off: ContextVar[UUID | None] = ContextVar(
    "put_off", default=None
)  # the engagement that is counted at the end


@contextmanager
def counted_once(engagement: Engagement) -> Iterator[None]:
    """Count an engagement's gates once, at the end, instead of after each of many things that are written down there.
    Stands inside of the transaction."""
    token = _put_off.set(engagement.pk)
    try:
        yield
    finally:
        _put_off.reset(token)
    for gate in Gate.objects.filter(engagement=engagement).order_by("number"):
        recount(gate)


@transaction.atomic
def recheck(engagement: Engagement) -> None:
    """Look again at the gates that lie behind, and at the present one: which evidence has changed, and how much
    holds. Whoever changes what a check looks at calls this."""
    if _put_off.get() == engagement.pk:
        return
    for gate in _held(Gate.objects.filter(engagement=engagement)):
        if gate.state in rules.BEHIND or gate.stage == gate.engagement.stage:
            _count(gate, look_at(gate))


@transaction.atomic
def recount(gate: Gate, lines: Sequence[Line] | None = None) -> None:
    """Keep how many of the gate's exit criteria hold, and what has changed since it was passed. lines: what is found,
    from whoever has held the gate's row since before they looked."""
    if lines is None and _put_off.get() == gate.engagement_id:
        return
    for held in _held(Gate.objects.filter(pk=gate.pk)):
        _count(held, look_at(held) if lines is None else lines)


def _held(gates: QuerySet[Gate]) -> list[Gate]:
    """The gates in order, as they are once everybody else who counts or decides them is done; whoever comes later
    waits, and then sees what is changed here. Of several gates the earlier ones are held first, and whoever decides
    holds the engagement and the numbers of its items before any of them."""
    rows = gates.order_by("number")
    list(rows.select_for_update(no_key=True, of=("self",)))
    # read only now: what was joined above is from before others were done
    return list(rows.select_related("engagement__client"))


def _count(gate: Gate, lines: Sequence[Line]) -> None:
    decision = gate.decisions.order_by("-number").first()
    stale = [_cut(text) for text in changes(gate, decision, lines)]
    counted = {
        "held": sum(line.holds for line in lines),
        "required": len(lines),
        "stale": stale,
        "stale_for_clients": bool(changes_for_clients(gate, decision, lines)),
    }
    if all(getattr(gate, name) == value for name, value in counted.items()):
        return
    since = (gate.stale_since or timezone.now()) if stale else None
    # counted, not written down by anybody: neither a new version nor the item's own business
    Gate.objects.filter(pk=gate.pk).update(**counted, stale_since=since)
    if stale and gate.stale != stale:
        record(by=None, verb="stale", subject=gate, engagement=gate.engagement, changed=stale)
        if not gate.stale:
            tell_stale(gate=gate)


def _cut(text: str) -> str:
    return text if len(text) <= SENTENCE else f"{text[: SENTENCE - 1]}…"
