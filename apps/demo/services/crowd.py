"""Writing a crowd: engagements through the services, what is written down on them by COPY, as a restored
backup would be. For measuring; nobody's storyline."""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from django.db import connection, models, transaction
from django.utils import timezone

from apps.accounts.models import Role, User
from apps.accounts.services import create_user
from apps.audit.models import Event
from apps.core.copying import copy_rows
from apps.core.errors import Refused
from apps.engagements.models import (
    AccessRequest,
    Action,
    Client,
    Engagement,
    Item,
    LogEntry,
    MemberRole,
    Milestone,
    Raid,
    Stakeholder,
)
from apps.engagements.rules import items as rules
from apps.engagements.services import add_member, ensure_client, ensure_engagement

from .. import crowd

SEED = 20
PER_CLIENT = 10  # engagements
PER_ENGAGEMENT = 3  # people
BATCH = 100  # engagements whose lines are held in memory
NAME = "Crowd"
_MODELS: dict[str, type[Item]] = {
    "entry": LogEntry,
    "risk": Raid,
    "assumption": Raid,
    "issue": Raid,
    "action": Action,
    "milestone": Milestone,
    "access_request": AccessRequest,
    "stakeholder": Stakeholder,
}
Told = Callable[[str, int, int], None]  # what, how many are done, of how many


@dataclass
class _Batch:
    """Rows by the model whose table they go to."""

    rows: dict[type[models.Model], list[dict[str, Any]]] = field(default_factory=dict)

    def add(self, model: type[models.Model], row: dict[str, Any]) -> None:
        self.rows.setdefault(model, []).append(row)


def gather(*, by: User | None, people: int, engagements: int, entries: int, told: Told) -> None:
    """Write down a crowd of people (the first of them a manager), their engagements, and that many log entries
    in all, with what registers hold besides. Raises Refused when there is one already."""
    if Client.objects.filter(name__startswith=f"{NAME} ").exists():
        raise Refused("crowd", "There is a crowd already; it is meant for an empty database.")
    known = [_person(by, n) for n in range(people)]
    now, made = timezone.now(), []
    for n in range(engagements):
        made.append(_engagement(by, n, known))
        told("engagements", n + 1, engagements)
    share, rest = divmod(entries, engagements)
    for first in range(0, engagements, BATCH):
        batch = _Batch()
        for n, (engagement, team) in enumerate(made[first : first + BATCH], first):
            _lines(batch, engagement, team, crowd.lines(
                seed=SEED + n, entries=share + (n < rest), people=len(team), now=now
            ))  # fmt: skip
        _write(batch)
        told("engagements' lines", min(first + BATCH, engagements), engagements)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def _person(by: User | None, n: int) -> User:
    role = Role.FDE if n else Role.MANAGER
    name = f"{NAME} {role.label} {n + 1}"
    return create_user(by=by, email=f"crowd{n + 1}@demo.invalid", name=name, role=role)


@transaction.atomic
def _engagement(by: User | None, n: int, known: Sequence[User]) -> tuple[Engagement, list[User]]:
    client = ensure_client(by=by, name=f"{NAME} client {n // PER_CLIENT + 1}")
    engagement = ensure_engagement(by=by, client=client, name=f"work {n + 1}")
    team = [
        known[(n * PER_ENGAGEMENT + place) % len(known)] for place in range(min(PER_ENGAGEMENT, len(known)))
    ]
    for place, person in enumerate(team):
        role = MemberRole.ENGINEER if place else MemberRole.LEAD
        add_member(by=by, engagement=engagement, user=person, role=role)
    return engagement, team


def _lines(batch: _Batch, engagement: Engagement, team: Sequence[User], lines: Iterable[crowd.Line]) -> None:
    numbers: Counter[str] = Counter()
    for line in lines:
        numbers[line.kind] += 1
        _line(batch, engagement, team, line, numbers[line.kind])


def _line(batch: _Batch, engagement: Engagement, team: Sequence[User], line: crowd.Line, number: int) -> None:
    pk, model = uuid4(), _MODELS[line.kind]
    shared = {
        "id": pk,
        "created_at": line.at,
        "engagement_id": engagement.pk,
        "kind": line.kind,
        "number": number,
        "title": line.title,
        "text": line.text,
        "state": line.state,
        "client_visible": line.client_visible,
        "by_id": team[line.by].pk,
        "at": line.at,
        "owner_id": team[line.owner].pk if line.owner is not None else None,
        "due": line.due,
        "closed_at": None if rules.is_open(line.kind, line.state) else line.at,
        "tags": line.tags,
    }
    batch.add(Item, shared)
    batch.add(model, {"item_ptr_id": pk, **line.more})
    batch.add(Event, _event(model, pk, engagement.pk, team[line.by].pk, line.at, line.title))


def _event(
    model: type[Item], pk: UUID, engagement: UUID, actor: UUID, at: datetime, title: str
) -> dict[str, Any]:
    return {
        "at": at,
        "actor_id": actor,
        "verb": "written",
        "app": model._meta.app_label,
        "subject_type": model._meta.model_name,
        "subject_id": pk,
        "engagement_id": engagement,
        "data": {"after": {"title": title}},
    }


@transaction.atomic
def _write(batch: _Batch) -> None:
    for model in sorted(batch.rows, key=lambda model: model is not Item):  # what others point at comes first
        copy_rows(model, batch.rows[model])
