"""The portfolio, narrowed, sorted and grouped by what stands in an address."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.db.models import F, OrderBy, Q, QuerySet
from django.http import QueryDict

from apps.engagements.models import Stage
from apps.engagements.rules.endings import ARCHIVED, CLOSED

from ..rules.health import Colour

# name of a column in the address → what it sorts by, and whether the greatest stands first
SORTS: dict[str, tuple[str, bool]] = {
    "press": ("press", True),
    "engagement": ("engagement__name", False),
    "client": ("engagement__client__name", False),
    "stage": ("place", False),
    "health": ("worst", False),
    "milestone": ("milestone__due", False),
    "forecast": ("forecast", False),
    "blockers": ("blockers", True),
    "waited": ("waited", True),
    "logged": ("logged_on", False),
    "lead": ("lead", False),
}
GROUPS = {
    "client": "engagement__client__name",
    "stage": "place",
    "health": "worst",
    "lead": "lead",
}
TROUBLES = {
    "blocked": ("Blocked", Q(blockers__gt=0)),
    "waiting": ("Waiting on the client", Q(waits__gt=0)),
    "overridden": ("Health overridden", Q(overridden__isnull=False)),
    "dateless": ("No milestone ahead", Q(milestone=None)),
}
MOST_WORDS = 200  # characters of what is searched for
# What is over stands in the portfolio only for whoever asks for it.
ENDED = {
    CLOSED: Q(engagement__closed_at__isnull=False, engagement__archived_at=None),
    ARCHIVED: Q(engagement__archived_at__isnull=False),
}
NARROWED = ("q", "stage", "health", "trouble", "ended")


@dataclass(frozen=True)
class Chosen:
    """What an address asks for; a word that is not known is no choice."""

    q: str = ""
    stage: str = ""
    health: str = ""
    trouble: str = ""
    ended: str = ""
    sort: str = "press"
    down: bool = True
    group: str = ""

    @property
    def narrowed(self) -> bool:
        """Whether some engagements are left out."""
        return any(getattr(self, name) for name in NARROWED)

    def query(self, **changes: Any) -> str:
        """The address's query that asks for this, with some of it changed; empty for the portfolio as it begins."""
        chosen = Chosen(**{**self.__dict__, **changes})
        words = {name: getattr(chosen, name) for name in (*NARROWED, "group") if getattr(chosen, name)}
        if (chosen.sort, chosen.down) != ("press", True):
            words["sort"] = ("-" if chosen.down else "") + chosen.sort
        return urlencode(words)


def chosen_of(query: QueryDict) -> Chosen:
    """What an address asks for."""

    def known(name: str, words: Any) -> str:
        said = query.get(name, "")
        return said if said in words else ""

    sort = query.get("sort", "")
    column = sort.removeprefix("-")
    return Chosen(
        q=query.get("q", "").replace("\0", "").strip()[:MOST_WORDS],
        stage=known("stage", Stage.values),
        health=known("health", list(Colour)),
        trouble=known("trouble", TROUBLES),
        ended=known("ended", ENDED),
        group=known("group", GROUPS),
        sort=column if column in SORTS else "press",
        down=sort.startswith("-") if column in SORTS else True,
    )


def narrowed(found: QuerySet[Any], chosen: Chosen) -> QuerySet[Any]:
    """`selectors.standings.seen`, as chosen."""
    found = found.filter(ENDED.get(chosen.ended, Q(engagement__closed_at=None)))
    if chosen.q:
        words = Q(engagement__name__icontains=chosen.q) | Q(engagement__client__name__icontains=chosen.q)
        found = found.filter(words | Q(lead__icontains=chosen.q))
    if chosen.stage:
        found = found.filter(engagement__stage=chosen.stage)
    if chosen.health:
        found = found.filter(shown=chosen.health)
    if chosen.trouble:
        found = found.filter(TROUBLES[chosen.trouble][1])
    return found.order_by(*order_of(chosen))


def order_of(chosen: Chosen) -> list[Any]:
    """In which order what is chosen stands."""
    order: list[Any] = [OrderBy(F(GROUPS[chosen.group]), nulls_last=True)] if chosen.group else []
    by = SORTS[chosen.sort][0]
    order.append(OrderBy(F(by), descending=chosen.down, nulls_last=True))
    return [*order, "-press", "engagement__name", "pk"]
