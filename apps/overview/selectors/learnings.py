"""What the engagements that a person sees have in common: where access takes longest, which criteria are missed, what
blocked the work. Each figure is made of cases, and `cases` gives exactly those."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from django.db.models import QuerySet
from django.utils import timezone

from apps.accounts.models import User
from apps.engagements.models import AccessRequest, Approver, EntryKind, Item, LogEntry
from apps.engagements.selectors import items_visible_to
from apps.scoping.models import SuccessCriterion
from apps.scoping.selectors.criteria import decisive

from ..rules.learning import Durations, Share, durations, share

NO_TAG = "–"


@dataclass(frozen=True)
class Took:
    """Cases of one sort: how many, and how long they took. key: what `cases` wants."""

    key: str
    name: str
    figures: Durations


@dataclass(frozen=True)
class Missed:
    """Criteria on one metric: how many of those that were measured are missed."""

    key: str
    name: str
    figures: Share


@dataclass(frozen=True)
class Learnings:
    """access: by the kind of approver, what takes longest first; missed: by metric, the most first; blocked: by tag,
    the most first; said: the latest learnings of the log."""

    access: list[Took]
    missed: list[Missed]
    blocked: list[Took]
    said: list[LogEntry]


def learnings(user: User, *, said: int = 10) -> Learnings:
    """All of it, in a constant number of queries."""
    entries = _entries(user).filter(entry_kind=EntryKind.LEARNING).order_by("-at", "-pk")
    return Learnings(
        access=_by_approver(_requests(user)),
        missed=_by_metric(_measured(_criteria(user))),
        blocked=_by_tag(_blockers(user)),
        said=list(entries[:said]),
    )


def cases(user: User, of: str, key: str) -> Sequence[Item] | None:
    """The items behind one figure, the latest first; None for a figure that there is none of."""
    found = _CASES[of](user, key) if of in _CASES else []
    return found or None


def name_of(of: str, key: str) -> str:
    """How people call one line of a list."""
    return str(Approver(key).label) if of == "access" else key


def _requests(user: User) -> QuerySet[AccessRequest]:
    known = items_visible_to(user, AccessRequest).exclude(state="withdrawn")
    return known.select_related("engagement__client").order_by("-asked_on", "-pk")


def _entries(user: User) -> QuerySet[LogEntry]:
    return items_visible_to(user, LogEntry).select_related("engagement__client", "by")


def _blockers(user: User) -> QuerySet[LogEntry]:
    return _entries(user).filter(entry_kind=EntryKind.BLOCKER).order_by("-at", "-pk")


def _criteria(user: User) -> list[SuccessCriterion]:
    known = items_visible_to(user, SuccessCriterion).filter(state="stated")
    return list(known.select_related("engagement__client").order_by("-at", "-pk"))


def _measured(criteria: Sequence[SuccessCriterion]) -> list[tuple[SuccessCriterion, str]]:
    """Those that were measured, with the verdict."""
    deciding = decisive(criteria)
    return [(one, deciding[one.pk][0].verdict) for one in criteria if one.pk in deciding]


def _by_approver(requests: Iterable[AccessRequest]) -> list[Took]:
    today = timezone.localdate()
    found: dict[str, tuple[list[int], list[int]]] = defaultdict(lambda: ([], []))
    for one in requests:
        ended, open_ones = found[one.approver]
        days = max(((one.answered_on or today) - one.asked_on).days, 0)
        (ended if one.answered_on else open_ones).append(days)
    rows = [Took(key, str(Approver(key).label), durations(*days)) for key, days in found.items()]
    return sorted(rows, key=lambda row: (-(row.figures.middle or row.figures.longest), row.name))


def _by_metric(measured: Iterable[tuple[SuccessCriterion, str]]) -> list[Missed]:
    found: dict[str, list[bool]] = defaultdict(list)
    for criterion, verdict in measured:
        found[criterion.metric].append(verdict == "missed")
    rows = [Missed(metric, metric, share(sum(missed), len(missed))) for metric, missed in found.items()]
    return sorted(rows, key=lambda row: (-row.figures.count, -row.figures.value, row.name))


def _by_tag(blockers: Iterable[LogEntry]) -> list[Took]:
    now = timezone.now()
    found: dict[str, tuple[list[int], list[int]]] = defaultdict(lambda: ([], []))
    for one in blockers:
        days = max(((one.closed_at or now) - one.at).days, 0)
        for tag in one.tags or [NO_TAG]:
            ended, open_ones = found[tag]
            (ended if one.closed_at else open_ones).append(days)
    rows = [
        Took(tag, f"#{tag}" if tag != NO_TAG else "Without a tag", durations(*days))
        for tag, days in found.items()
    ]
    return sorted(rows, key=lambda row: (-(row.figures.n + row.figures.open), row.name))


def _cases_of_access(user: User, key: str) -> list[Item]:
    return list(_requests(user).filter(approver=key)[:500]) if key in Approver.values else []


def _cases_of_missed(user: User, key: str) -> list[Item]:
    same = [one for one in _criteria(user) if one.metric == key]
    return [criterion for criterion, verdict in _measured(same) if verdict == "missed"]


def _cases_of_blocked(user: User, key: str) -> list[Item]:
    found = _blockers(user).filter(tags=[]) if key == NO_TAG else _blockers(user).filter(tags__contains=[key])
    return list(found[:500])


_CASES: dict[str, Callable[[User, str], Sequence[Item]]] = {
    "access": _cases_of_access,
    "missed": _cases_of_missed,
    "blocked": _cases_of_blocked,
}
