"""What the timeline tells of items: when they were written down, and when they came to another state."""

from django.db.models import F, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import JSONObject
from django.urls import reverse

from apps.accounts.models import Role, User
from apps.audit.selectors import events_of_engagement
from apps.core.keyset import Cursor, before

from ..models import Engagement, EntryKind, Item, Kind, Stage
from ..rules.excerpts import plain_title
from ..rules.items import STATES, reference_of
from ..timeline import Moment
from .hours import hours_of
from .items import items_of
from .writers import NOBODY, with_writer, writer_of

_MOVES = sorted({state for states in STATES.values() for state in states} - {"noted"})
_ENTRIES = dict(EntryKind.choices)
STAGE = "stage"
_SHOWN = ("kind", "number", "title", "client_visible", "by__name", "at", "tags")


def written(user: User, engagement: Engagement, cursor: Cursor | None, limit: int, kind: str) -> list[Moment]:
    """Items by when they happened; gates, which are there from the beginning, nobody has written. kind: an
    item's kind, or empty for all."""
    found = items_of(user, engagement, Item).exclude(kind=Kind.GATE)
    found = found.filter(kind=kind) if kind else found
    rows = (
        before(found, cursor)
        .select_related("by")
        .annotate(entry_kind=F("logentry__entry_kind"), minutes=F("logentry__minutes"))
    )
    return [_written(user, item) for item in with_writer(rows, user).only(*_SHOWN)[:limit]]


def moved(user: User, engagement: Engagement, cursor: Cursor | None, limit: int, kind: str) -> list[Moment]:
    """When an item came to another state, and the engagement to another stage. Only of items of which the
    person may know, by the names these have now."""
    seen = items_of(user, engagement, Item).filter(**({"kind": kind} if kind else {}))
    of_items = Q(verb__in=_MOVES, subject_id__in=seen.order_by().values("pk"))
    of_stages = Q(subject_id=engagement.pk, verb="stage set")
    wanted = of_items if kind and kind != STAGE else of_stages if kind == STAGE else of_items | of_stages
    facts = JSONObject(kind="kind", number="number", title="title", visible="client_visible")
    item = Subquery(seen.filter(pk=OuterRef("subject_id")).order_by().values(facts=facts))
    events: QuerySet = events_of_engagement(engagement.pk).filter(wanted)  # type: ignore[type-arg]
    return [_moved(event, engagement, user) for event in before(events, cursor).annotate(item=item)[:limit]]


def _written(user: User, item: Item) -> Moment:
    entry_kind: str = getattr(item, "entry_kind", None) or ""
    return Moment(
        at=item.at,
        id=item.pk,
        kind=item.kind,
        what=plain_title(item.title),
        who=writer_of(item),
        href=item.get_absolute_url(),
        client_visible=item.client_visible,
        reference=item.reference,
        label=_ENTRIES.get(entry_kind, "") or Kind(item.kind).label,
        tags=tuple(item.tags),
        hours=hours_of(user, getattr(item, "minutes", None)),
    )


def _moved(event, engagement: Engagement, user: User) -> Moment:  # type: ignore[no-untyped-def]  # an Event with `item`
    via = event.data.get("via", "") if user.role != Role.CLIENT else ""
    who = event.actor.name if event.actor else via or NOBODY
    if event.item is None:
        after = str(event.data.get("after", ""))
        stage = Stage(after).label if after in Stage.values else after
        return Moment(
            event.at, event.pk, STAGE, stage, who, engagement.get_absolute_url(), True, label="Stage"
        )
    kind = event.item["kind"]
    return Moment(
        at=event.at,
        id=event.pk,
        kind=kind,
        what=plain_title(event.item["title"]),
        who=who,
        href=reverse("items:detail", args=[event.subject_id]),
        client_visible=event.item["visible"],
        reference=reference_of(kind, event.item["number"]),
        label=Kind(kind).label,
        state=_state(kind, event.verb),
    )


def _state(kind: str, verb: str) -> str:
    """The state as a word; what is open again was not before."""
    return "open again" if verb == next(iter(STATES[kind])) or verb == "open" else verb
