"""Picking use cases and rejecting others: the decision, with what was rejected and why, goes into the log."""

from collections.abc import Mapping, Sequence

from django.db import transaction

from apps.accounts.models import User
from apps.core.errors import Refused
from apps.core.text import several_lines
from apps.engagements.models import TITLE, Engagement, LogEntry
from apps.engagements.rules.grammar_decisions import decision_text
from apps.engagements.services import items
from apps.engagements.services.gates import recheck

from ..models import UseCase

WHY = 2000  # characters


@transaction.atomic
def settle(
    *,
    by: User | None,
    engagement: Engagement,
    picked: Sequence[UseCase],
    rejected: Mapping[UseCase, str],
    reason: str,
) -> LogEntry | None:
    """Pick use cases and reject others, and write that down as one decision. Whatever stands so already is left
    out; with nothing left, nothing is written.

    Raises Refused for one that is both, a rejection without why, and a pick without a reason.
    """
    if set(picked) & rejected.keys():
        raise Refused("both", "A use case cannot be picked and rejected at once.")
    if any(one.engagement_id != engagement.pk for one in [*picked, *rejected]):
        raise Refused("foreign", "Choose use cases of this engagement.")
    whys = {one: several_lines(why, limit=WHY, field=f"why_{one.pk}") for one, why in rejected.items()}
    for one, why in whys.items():
        if not why:
            raise Refused("why", f"Say why {one.reference} is rejected.", field=f"why_{one.pk}")
    chosen = [one for one in picked if one.state != "picked"]
    whys = {one: why for one, why in whys.items() if one.state != "rejected"}
    reason = several_lines(reason, limit=WHY, field="reason")
    if chosen and not reason:
        raise Refused("reason", "Say why this is picked.", field="reason")
    if not chosen and not whys:
        return None
    for one in chosen:
        _take(by, one, "picked", reason)
    for one, why in whys.items():
        _take(by, one, "rejected", why)
    entry = _write_down(by, engagement, chosen, whys, reason)
    recheck(engagement)
    return entry


@transaction.atomic
def reconsider(*, by: User | None, use_case: UseCase) -> UseCase:
    """Make a picked or rejected use case a candidate again."""
    again = items.move(by=by, item=use_case, state="candidate", settled_why="")
    recheck(use_case.engagement)
    return again


def _take(by: User | None, use_case: UseCase, state: str, why: str) -> None:
    """Through `candidate` where no single step leads there: rejected ones are picked after a second look."""
    if use_case.state == "rejected":
        items.move(by=by, item=use_case, state="candidate")
    items.move(by=by, item=use_case, state=state, settled_why=why)


def _write_down(
    by: User | None,
    engagement: Engagement,
    picked: Sequence[UseCase],
    rejected: Mapping[UseCase, str],
    reason: str,
) -> LogEntry:
    said = [f"picked {', '.join(str(one) for one in picked)}"] if picked else []
    said += [f"rejected {', '.join(str(one) for one in rejected)}"] if rejected else []
    words = "; ".join(said)
    title, options = f"Use case {words}", [{"option": str(one), "why": why} for one, why in rejected.items()]
    return items.write(
        by=by,
        model=LogEntry,
        engagement=engagement,
        kind="entry",
        entry_kind="decision",
        title=title if len(title) <= TITLE else f"{title[: TITLE - 1]}…",
        text=decision_text(title, reason, options),
        reason=reason,
        rejected=options,
        client_visible=all(one.client_visible for one in [*picked, *rejected]),
    )
