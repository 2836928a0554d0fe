"""Writing down what one line says: a log entry, or the risk, action, milestone or access request that it
describes. Each stands in the timeline as itself."""

import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID, uuid5
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from apps.accounts.models import Role, User
from apps.core.errors import Refused
from apps.core.locks import hold

from ..models import (
    AccessRequest,
    Action,
    Approver,
    Engagement,
    Gate,
    Item,
    Kind,
    LogEntry,
    Milestone,
    Raid,
    Stage,
    Stakeholder,
)
from ..rules import grammar, grammar_asked, mentions
from ..rules.grammar import Parsed, Problem
from ..rules.grammar_dates import in_words
from ..rules.grammar_decisions import decision_text
from ..rules.grammar_hours import written
from ..rules.mentions import owner_of_handle
from ..selectors.log_links import existing
from ..selectors.mentions import mentionable, reaches
from . import items
from .links import add_link

WRITTEN_HERE = frozenset(command.kind for command in grammar.COMMANDS.values())
UNCLEAR = "unclear"
_ONCE = UUID("0b0b54c7-5a0e-4b5a-9a41-7a9d1a1de7c4")
_RAID = {Kind.RISK, Kind.ASSUMPTION, Kind.ISSUE, Kind.DEPENDENCY}


class Unclear(Refused):
    """A line that cannot be understood as a whole; `draft.problems` says which parts."""

    def __init__(self, draft: "Draft") -> None:
        message = " ".join(str(problem) for problem in draft.problems)
        super().__init__(UNCLEAR, message, field="line")
        self.draft = draft


@dataclass(frozen=True)
class Draft:
    """What a line will become: as it was read, with the people and items that it speaks of. told: who gets a
    notice of it; untold: who is named and gets none, because they would not see it; asked_of: of an access request,
    the stakeholder."""

    parsed: Parsed
    today: date
    owner: User | None = None
    asked_of: Stakeholder | None = None
    told: Sequence[User] = ()
    untold: Sequence[User] = ()
    references: Sequence[Item] = ()
    problems: Sequence[Problem] = field(default_factory=tuple)

    @property
    def passable(self) -> bool:
        """Whether all that is wrong may be meant as mere text."""
        return bool(self.problems) and all(problem.passable for problem in self.problems)

    @property
    def untold_words(self) -> list[str]:
        """Why each of those gets no notice, and what would change that."""
        how = "without !internal they would see it" if self.asked_of_client else "!client makes it visible"
        return [f"{mentions.untold(person.name, 'entries')}; {how}" for person in self.untold]

    @property
    def asked_of_client(self) -> bool:
        """Whether the client sees it without being told to."""
        return grammar.for_client(self.parsed.kind)

    @property
    def due_words(self) -> str:
        """When it is due, as one says it."""
        return in_words(self.parsed.due, self.today) if self.parsed.due else ""

    @property
    def hours(self) -> str:
        """The work, as one writes it."""
        return written(self.parsed.minutes)

    @property
    def approver(self) -> str:
        """Who has to say yes, as a word on screens."""
        return Approver(self.parsed.approver).label if self.parsed.approver else ""

    @property
    def gate(self) -> str:
        """Which gate waits for it, as a word on screens."""
        return Stage(self.parsed.gate).label if self.parsed.gate else ""

    @property
    def segments(self) -> list[tuple[str, Problem | None]]:
        """The line in parts, those with a problem marked."""
        return list(grammar.segments(self.parsed))


@dataclass(frozen=True)
class Logged:
    """What was written down. new: false when the same form had written it before; untold: as of its draft."""

    item: Item
    new: bool
    untold: Sequence[User] = ()


def new_key() -> str:
    """For a form: what it writes, it writes once."""
    return secrets.token_urlsafe(12)


def today_of(person: User | None) -> date:
    """Which day it is where that person is."""
    try:
        zone = ZoneInfo(person.timezone) if person else None
    except (ZoneInfoNotFoundError, ValueError):
        zone = None
    return timezone.localdate(timezone=zone)


def preview(*, by: User | None, engagement: Engagement, line: str, anyway: bool = False) -> Draft:
    """What a line will become; nothing is written. anyway: an @ that stands for nobody is mere text."""
    today = today_of(by)
    parsed = grammar.parse(line, today=today)
    people = mentionable(by, engagement) if parsed.owner or parsed.mentions else []
    named = {(one.kind, one.number) for one in parsed.references}
    found = existing(by, engagement, named)
    known = {(item.kind, item.number) for item in found}
    wrong = grammar.judge(parsed, people=people, known=known, last=_last(engagement, named - known))
    wrong = [one for one in wrong if not (anyway and one.passable)]
    owner = owner_of_handle(parsed.owner.name, people) if parsed.owner else None
    if owner and owner.role == Role.CLIENT and not parsed.client_visible and parsed.owner:
        message = f"{owner.name} is at the client and would not see this."
        wrong.append(Problem(parsed.owner.start, parsed.owner.end, message, "Add !client."))
    asked_of, unknown = _asked_of(engagement, parsed)
    wrong += unknown
    parsed.problems = sorted([*parsed.problems, *wrong], key=lambda one: (one.start, one.end))
    mentioned = [one for handle in parsed.mentions if (one := owner_of_handle(handle.name, people))]
    told, untold = _told(by, [*([owner] if owner else []), *mentioned], parsed)
    if parsed.kind == Kind.ACTION and (parsed.owner is None or anyway):
        owner = owner or by
    return Draft(parsed, today, owner, asked_of, told, untold, found, tuple(parsed.problems))


def _asked_of(engagement: Engagement, parsed: Parsed) -> tuple[Stakeholder | None, list[Problem]]:
    """The stakeholder whom an access request names, or what is wrong with the name."""
    if parsed.asked_of is None:
        return None, []
    people = Stakeholder.objects.filter(engagement=engagement, removed_at=None, closed_at=None)
    found = grammar_asked.asked_of(parsed.asked_of, list(people.order_by("number")))
    return (None, [found]) if isinstance(found, Problem) else (found, [])


def _told(by: User | None, named: Iterable[User], parsed: Parsed) -> tuple[list[User], list[User]]:
    """Of those whom a line names, apart from its writer: who gets a notice, and who gets none."""
    others = [person for person in dict.fromkeys(named) if person != by]
    told = [person for person in others if reaches(person, client_visible=parsed.client_visible)]
    return told, [person for person in others if person not in told]


@transaction.atomic
def log(*, by: User | None, engagement: Engagement, line: str, key: str = "", anyway: bool = False) -> Logged:
    """Write down what a line says. key: of the form; the same line under the same key is written once, and
    then given back; anyway: see `preview`. Raises Unclear, with every part that cannot be understood."""
    pk = None
    if key:
        pk = uuid5(_ONCE, "\0".join((str(by.pk if by else ""), str(engagement.pk), key, line)))
        hold("engagements.log", str(pk))
        if known := Item.objects.filter(pk=pk).first():
            return Logged(known, new=False)
    draft = preview(by=by, engagement=engagement, line=line, anyway=anyway)
    if draft.problems:
        raise Unclear(draft)
    model, fields = _fields(draft, engagement)
    if pk:
        fields["id"] = pk
    item = items.write(by=by, model=model, engagement=engagement, kind=draft.parsed.kind, **fields)
    link_references(by=by, item=item, references=draft.references)
    return Logged(item, new=True, untold=draft.untold)


def link_references(*, by: User | None, item: Item, references: Sequence[Item]) -> None:
    """Note that an item concerns those that its text speaks of; what is linked already stays as it is."""
    linked = set(item.links_out.filter(relation="concerns").values_list("target_id", flat=True))
    for other in references:
        if other.pk not in linked and other.pk != item.pk:
            add_link(by=by, item=item, other=other, said="concerns")


@transaction.atomic
def take_back(*, by: User, item: Item) -> None:
    """Undo what this person has just written in one line. Raises Refused for anybody else's."""
    if item.by_id != by.pk or item.kind not in WRITTEN_HERE:
        raise Refused("not_yours", "Only what you have written yourself can be undone here.")
    items.remove(by=by, item=item)


@transaction.atomic
def bring_back(*, by: User, item: Item) -> None:
    """Restore what this person has undone. Raises Refused for what somebody else has removed."""
    if item.removed_at and item.removed_by_id != by.pk:
        raise Refused("not_yours", "Somebody else has removed this; restore it on its own page.")
    if item.removed_at:
        items.restore(by=by, item=item)


def _fields(draft: Draft, engagement: Engagement) -> tuple[type[Item], dict[str, Any]]:
    """The model that keeps what the line describes, and its fields."""
    parsed = draft.parsed
    fields: dict[str, Any] = {
        "title": parsed.title,
        "text": parsed.text,
        "tags": parsed.tags,
        "client_visible": parsed.client_visible,
    }
    if parsed.kind in _RAID:
        return Raid, {**fields, **({"severity": parsed.level} if parsed.level else {})}
    if parsed.kind == Kind.ACTION:
        return Action, {**fields, "owner": draft.owner, "due": parsed.due}
    if parsed.kind == Kind.MILESTONE:
        return Milestone, {**fields, "due": parsed.due, "promised": parsed.due}
    if parsed.kind == Kind.ACCESS_REQUEST:
        asked = {"asked_on": draft.today, "asked_for": parsed.asked, "approver": parsed.approver or "other"}
        gate = Gate.objects.get(engagement=engagement, stage=parsed.gate) if parsed.gate else None
        whom = {"asked_of": draft.asked_of, "holds_up": gate}
        return AccessRequest, {**fields, **asked, **whom, "due": parsed.due}
    return LogEntry, {**fields, **_entry(parsed)}


def _entry(parsed: Parsed) -> dict[str, Any]:
    rejected = [{"option": one.option, "why": one.why} for one in parsed.rejected]
    own: dict[str, Any] = {"entry_kind": parsed.entry_kind, "minutes": parsed.minutes}
    if parsed.entry_kind == "blocker":
        own["state"] = "open"
    if parsed.entry_kind == "decision":
        text = decision_text(parsed.text, parsed.reason, rejected)
        own |= {"reason": parsed.reason, "rejected": rejected, "text": text}
    return own


def _last(engagement: Engagement, missing: set[tuple[str, int]]) -> dict[str, int]:
    """The highest number of each kind of which something is missing."""
    if not missing:
        return {}
    there = Item.objects.filter(
        engagement=engagement, kind__in={kind for kind, _ in missing}, removed_at=None
    )
    return dict(there.order_by().values_list("kind").annotate(last=Max("number")))
