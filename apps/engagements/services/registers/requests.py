"""Access requests: what was asked of the client, and ages."""

from datetime import date
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from apps.accounts.models import User
from apps.core.errors import Refused
from apps.core.locks import hold

from ...models import TITLE, AccessRequest, Engagement, EntryKind, Kind, LogEntry, Relation
from ...notices import About, Notice, one_event, tell
from ...rules import waiting as rules
from ...selectors.registers.requests import last_chased
from .. import items
from ..comments import add_comment
from ..links import add_link
from .checks import check_beside, check_not_ahead, checked, write_once

CHASED = "chased"  # the tag of the log entry that a chase leaves
ANSWERS = ("granted", "refused")


@transaction.atomic
def add_request(
    *,
    by: User | None,
    engagement: Engagement,
    title: str,
    asked_on: date | None = None,
    once: UUID | None = None,
    **wanted: Any,
) -> AccessRequest:
    """Write down what was asked of the client, today unless said otherwise. They see it unless told otherwise.
    Raises Refused."""
    wanted = {"client_visible": True, **wanted, "title": title, "asked_on": asked_on or timezone.localdate()}
    wanted = _checked(None, engagement, wanted)
    return write_once(
        by=by, model=AccessRequest, engagement=engagement, kind=Kind.ACCESS_REQUEST, once=once, **wanted
    )


@transaction.atomic
def change_request(
    *, by: User | None, item: AccessRequest, version: int | None, **wanted: Any
) -> AccessRequest:
    """Change what was asked, not its answer. Raises Refused."""
    return items.change(by=by, item=item, version=version, **_checked(item, item.engagement, wanted))


@transaction.atomic
@one_event()
def answer_request(
    *,
    by: User,
    item: AccessRequest,
    state: str,
    words: str = "",
    answered_on: date | None = None,
    version: int | None = None,
) -> AccessRequest:
    """Answer under one's own name; the words stay as a comment, and whoever asked is told. Raises Refused when
    it was answered already, and for a refusal without words. Whether that person may is asked in `access`."""
    words = words.strip()
    if state not in ANSWERS:
        raise Refused("answer", "The answer is either granted or refused.", field="state")
    if state == "refused" and not words:
        raise Refused(
            "words", "Say what stands in the way, so that something else can be tried.", field="words"
        )
    day = answered_on or timezone.localdate()
    check_not_ahead(day, field="answered_on")
    hold("engagements.request", str(item.pk))
    item = AccessRequest.objects.select_related("engagement", "by").get(pk=item.pk)
    if item.state != rules.WAITING:
        raise Refused("answered", f"{item.reference} is no longer waiting: it is {item.state}.")
    if day < item.asked_on:
        message = f"It was asked on {item.asked_on}; the answer cannot have come before."
        raise Refused("before_asking", message, field="answered_on")
    moved = items.move(by=by, item=item, state=state, version=version, answered_on=day)
    if words:
        add_comment(by=by, item=item, text=words)
    for person in {asker for asker in (item.by, item.owner) if asker}:
        text = f"{by.name} answered {item}: {state}"
        tell(Notice(About.APPROVAL, person, by, item.engagement, item, text))
    return moved


@transaction.atomic
def chase(*, by: User, item: AccessRequest) -> LogEntry:
    """Write down that the client was reminded. Raises Refused when it is no longer waiting, and for a second
    time on one day."""
    hold("engagements.request", str(item.pk))
    item.refresh_from_db(fields=["state"])
    if item.state != rules.WAITING:
        raise Refused("answered", f"{item.reference} is no longer waiting: it is {item.state}.")
    last = last_chased(item)
    if last and timezone.localdate(last) == timezone.localdate():
        raise Refused("chased", f"{item.reference} was chased today already.")
    entry = items.write(
        by=by,
        model=LogEntry,
        engagement=item.engagement,
        kind=Kind.ENTRY,
        state="noted",
        entry_kind=EntryKind.NOTE,
        title=f"Chased {item}"[:TITLE],
        tags=[CHASED],
    )
    add_link(by=by, item=entry, other=item, said=Relation.CONCERNS)
    return entry


def answered_or_not(item: AccessRequest, state: str) -> dict[str, Any]:
    """A request that leaves "asked" without a day was answered today; one that is asked again has no answer."""
    if state == rules.WAITING:
        return {"answered_on": None}
    return {"answered_on": max(timezone.localdate(), item.asked_on)}


def _checked(item: AccessRequest | None, engagement: Engagement, wanted: dict[str, Any]) -> dict[str, Any]:
    wanted = checked(item, engagement, wanted)
    asked_on = wanted.get("asked_on") or (item.asked_on if item else None)
    if asked_on:
        check_not_ahead(asked_on, field="asked_on")
    if asked_on and item and item.answered_on and asked_on > item.answered_on:
        message = f"It was answered on {item.answered_on}; it cannot have been asked later."
        raise Refused("after_answer", message, field="asked_on")
    for field in ("asked_of", "holds_up"):
        kept = getattr(item, f"{field}_id") if item else None
        other = wanted.get(field)
        if other and other.pk != kept:
            check_beside(other, engagement, field=field)
    return wanted
