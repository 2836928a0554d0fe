"""Usage events come in: each is checked, hashed and kept once, and what was wrong is told and counted.

Nothing here is an event of the audit trail: a batch leaves its trace in `Arrival`.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from django.db import transaction
from django.utils import timezone

from apps.core.locks import hold_together
from apps.engagements.models import Engagement

from ..models import Name, Usage
from ..rules import hashing
from ..rules.sent import Fault, Sent, read, showable, unknown
from . import arrivals, partitions, stage
from .names import numbers_of
from .usage import ZONE_LOCK, usage_of

CONFLICT = Fault("id_taken", "An event with this id has said something else before; that one is kept.", "id")


@dataclass(frozen=True, slots=True)
class Refusal:
    """One that was not taken in. n: its place in the batch, from 0; id: as it was sent, as far as it was text."""

    n: int
    id: str
    fault: Fault


@dataclass
class Taken:
    """What became of a batch. repeated: they had been taken in before; dropped: {field that is not kept: times};
    passed: what came with them and was no event."""

    taken: int = 0
    repeated: int = 0
    refused: list[Refusal] = field(default_factory=list)
    dropped: Counter[str] = field(default_factory=Counter)
    passed: int = 0


@dataclass(frozen=True, slots=True)
class Coming:
    """An event on its way in."""

    n: int
    sent: Sent
    row: stage.Row


def take_in(*, engagement: Engagement, way: str, rows: Sequence[object], passed: int = 0) -> Taken:
    """Keep what is new and fit; each event is kept once, however often and by how many at once it is sent. passed: how
    much came with it that was nothing of the kind."""
    now, done = timezone.now(), Taken(passed=passed)
    usage = usage_of(engagement)
    fit = list(_fit(rows, done, now))
    coming = _once_each(usage, fit, done)
    partitions.ensure({partitions.month_of(one.row.at) for one in coming})
    with transaction.atomic():
        if coming:
            _keep(usage, coming, done)
        arrivals.note(engagement=engagement, way=way, now=now, rows=rows, done=done)
    done.refused.sort(key=lambda refusal: refusal.n)
    return done


def _fit(rows: Sequence[object], done: Taken, now: datetime) -> Iterable[tuple[int, Sent]]:
    for n, raw in enumerate(rows):
        if more := unknown(raw):
            done.dropped.update(more)
        match read(raw, now=now):
            case Sent() as sent:
                yield n, sent
            case Fault() as fault:
                done.refused.append(Refusal(n, _id_of(raw), fault))


def _id_of(raw: object) -> str:
    said = raw.get("id") if isinstance(raw, dict) else None
    return showable(said, 200) if isinstance(said, str | int) else ""


def _once_each(usage: Usage, fit: Sequence[tuple[int, Sent]], done: Taken) -> list[Coming]:
    """As rows, each id once: of an event that is twice in a batch the first one counts."""
    numbers, found = _numbers(usage, [sent for _, sent in fit]), dict[str, Coming]()
    for n, sent in fit:
        row = _row(usage, sent, numbers)
        earlier = found.get(row.key)
        if earlier is None:
            found[row.key] = Coming(n, sent, row)
        elif earlier.row.content == row.content:
            done.repeated += 1
        else:
            done.refused.append(Refusal(n, sent.id, CONFLICT))
    return sorted(found.values(), key=lambda one: one.row.key)


def _numbers(usage: Usage, sent: Sequence[Sent]) -> dict[str, dict[str, int]]:
    said = {
        Name.Sort.TEAM: {one.team for one in sent},
        Name.Sort.WORKFLOW: {one.workflow for one in sent},
        Name.Sort.MODEL: {name for one in sent for name in (one.model_requested, one.model_served)},
    }
    return numbers_of(usage.engagement_id, {sort: set(filter(None, names)) for sort, names in said.items()})


def _row(usage: Usage, sent: Sent, numbers: dict[str, dict[str, int]]) -> stage.Row:
    key, at, models = bytes(usage.key), sent.time.astimezone(UTC), numbers[Name.Sort.MODEL]
    said = stage.written(
        (
            at,
            hashing.user_hash(key, sent.user) if sent.user and sent.user.strip() else None,
            hashing.session_hash(key, sent.session) if sent.session else None,
            numbers[Name.Sort.TEAM].get(sent.team or ""),
            numbers[Name.Sort.WORKFLOW].get(sent.workflow or ""),
            models.get(sent.model_requested or ""),
            models.get(sent.model_served or ""),
            sent.input_tokens,
            sent.output_tokens,
            sent.cached_tokens,
            sent.latency_ms,
            None if sent.cost is None else f"{sent.cost:.9f}",
            (sent.currency or usage.currency) if sent.cost is not None else "",
            sent.outcome,
            sent.feedback or "",
            sent.intentional,
            sent.error or "",
        )
    )
    return stage.Row(hashing.event_hash(key, sent.id), hashing.content_hash(said), at, said)


def _keep(usage: Usage, coming: list[Coming], done: Taken) -> None:
    """Write what is new; what is not is either there as it is, or refused."""
    stage.fill(usage.engagement_id, (one.row for one in coming))
    done.taken = stage.move()
    if done.taken < len(coming):
        other = stage.conflicts()
        done.repeated += len(coming) - done.taken - len(other)
        done.refused += [Refusal(one.n, one.sent.id, CONFLICT) for one in coming if one.row.key in other]
    if done.taken:
        stage.mark_days(usage.engagement_id, sorted(_days(usage, coming)))


def _days(usage: Usage, coming: Iterable[Coming]) -> set[date]:
    """Which is for the time zone to say; nobody changes it until these events are there to be counted in another."""
    hold_together(ZONE_LOCK, str(usage.engagement_id))
    zone = ZoneInfo(Usage.objects.values_list("timezone", flat=True).get(pk=usage.pk))
    return {one.row.at.astimezone(zone).date() for one in coming}
