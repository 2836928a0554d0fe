"""What follows a gate's decision: actions for its conditions, a line in the log, and notices."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from apps.accounts.models import User
from apps.core.errors import Refused
from apps.core.text import one_line

from ..models import TITLE, Action, EntryKind, Gate, Item, LogEntry, Member, Relation
from ..notices import About, Notice, tell
from ..rules.grammar_decisions import decision_text
from . import items
from .links import add_link

if TYPE_CHECKING:
    from .gates import Condition


def write_actions(*, by: User, gate: Gate, conditions: Iterable["Condition"]) -> list[dict[str, Any]]:
    """An action for each condition, linked to the gate. Returns them as the decision keeps them."""
    kept = []
    for one in conditions:
        title = one_line(one.text, limit=TITLE, field="conditions")
        if (
            one.owner is not None
            and not Member.objects.filter(engagement=gate.engagement, user=one.owner).exists()
        ):
            raise Refused("owner", f"{one.owner.name} is not on this engagement.", field="conditions")
        action = items.write(
            by=by,
            model=Action,
            engagement=gate.engagement,
            kind="action",
            title=title,
            owner=one.owner,
            due=one.due,
            client_visible=True,
        )
        _link(by, action, gate)
        covers = str(one.covers) if one.covers else ""
        kept.append({"text": title, "due": one.due.isoformat(), "action": str(action.pk), "covers": covers})
    return kept


def title_of_decision(gate: Gate, outcome: str) -> str:
    """What was decided and of which gate, such as "Go: pilot gate (G-3)"."""
    return f"{outcome}: {gate.get_stage_display().lower()} gate ({gate.reference})"


def write_entry(
    *, by: User | None, gate: Gate, title: str, reason: str, text: str = "", decided: bool = True
) -> None:
    """A decision in the log, for the client too; where nobody decided, a change with what there is to say."""
    said = text if decided else reason
    whole, reason = f"{title}\n\n{said}" if said else title, reason if decided else ""
    entry = items.write(
        by=by,
        model=LogEntry,
        engagement=gate.engagement,
        kind="entry",
        title=title[:TITLE],
        text=decision_text(whole, reason, []),
        entry_kind=EntryKind.DECISION if decided else EntryKind.CHANGE,
        reason=reason,
        kept=True,
        client_visible=True,
    )
    _link(by, entry, gate)


def tell_decided(*, by: User | None, gate: Gate, outcome: str) -> None:
    """Everybody on the engagement learns of a decision, or that there was none."""
    text = f"{by.name} decided {gate}: {outcome}" if by else f"{gate}: {outcome.lower()}"
    _tell(by, gate, text, clients=True)


def tell_reopened(*, by: User | None, gate: Gate) -> None:
    """Everybody on the engagement learns that a gate is open again."""
    _tell(by, gate, f"{by.name if by else 'Fieldwork'} reopened {gate}", clients=True)


def tell_stale(*, gate: Gate) -> None:
    """The team learns that what a passed gate rests on has changed."""
    _tell(None, gate, f"The evidence of {gate} has changed since it was passed", clients=False)


def _tell(by: User | None, gate: Gate, text: str, *, clients: bool) -> None:
    for place in Member.objects.filter(engagement=gate.engagement).select_related("user"):
        if clients or place.user.is_staff_member:
            tell(Notice(About.GATE, place.user, by, gate.engagement, gate, text))


def _link(by: User | None, source: Item, gate: Gate) -> None:
    add_link(by=by, item=source, other=gate, said=Relation.CONCERNS)
