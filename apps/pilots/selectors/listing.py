"""Lists of runs, narrowed by what a person asks for."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Q, QuerySet

from apps.accounts.models import User
from apps.core.pages import Filter
from apps.engagements.models import Engagement

from ..models import Evaluation, Run, Verdict
from . import runs

MOST_NAMES = 300  # evaluations that are offered as a choice
MOST_WORDS = 8
_LONGEST = 200  # characters of what is searched for


@dataclass(frozen=True)
class Wanted:
    """What a list is narrowed to; "" is everything. evaluation: its name, whatever the version; by: a person's id."""

    engagement: str = ""
    evaluation: str = ""
    state: str = ""
    verdict: str = ""
    by: str = ""
    words: str = ""

    @property
    def is_anything(self) -> bool:
        return self != Wanted()


def wanted(query: Mapping[str, str]) -> Wanted:
    """What a query asks for; what it does not understand it ignores."""
    state, verdict = query.get("state", ""), query.get("verdict", "")
    return Wanted(
        engagement=_id(query.get("engagement", "")),
        evaluation=_plain(query.get("evaluation", "")),
        state=state if state in Run.State.values else "",
        verdict=verdict if verdict in Verdict.values else "",
        by=_id(query.get("by", "")),
        words=_plain(query.get("q", "")),
    )


def found(engagements: QuerySet[Engagement], want: Wanted) -> QuerySet[Run]:
    """The runs of those engagements that fit, newest first."""
    rows = runs.listed().filter(evaluation__engagement__in=engagements.order_by().values("pk"))
    exact = {
        "evaluation__engagement": want.engagement,
        "evaluation__name": want.evaluation,
        "state": want.state,
        "verdict": want.verdict,
        "started_by": want.by,
    }
    rows = rows.filter(**{name: value for name, value in exact.items() if value})
    return holding(rows, want.words)


def holding(rows: QuerySet[Run], words: str) -> QuerySet[Run]:
    """Those that hold every one of these words in a name, or as their number."""
    for word in words.split()[:MOST_WORDS]:
        rows = rows.filter(_holds(word))
    return rows


def filters(engagements: QuerySet[Engagement], want: Wanted, *, of_one: bool = False) -> list[Filter]:
    """The choices above the list, each from what there is to choose. of_one: the list is of one engagement anyway."""
    places = engagements.order_by("client__name", "name")
    evaluations = Evaluation.objects.filter(engagement__in=places.order_by().values("pk"))
    if want.engagement:
        evaluations = evaluations.filter(engagement=UUID(want.engagement))
    names = evaluations.order_by("name").values_list("name", flat=True).distinct()[:MOST_NAMES]
    starters = Run.objects.filter(evaluation__in=evaluations.values("pk")).values("started_by")
    people = User.objects.filter(pk__in=starters).order_by("name").values_list("pk", "name")
    offered = [
        Filter("evaluation", "Every evaluation", [(name, name) for name in names], want.evaluation),
        Filter("state", "Every state", [(state, state) for state in Run.State.values], want.state),
        Filter("verdict", "Every verdict", [(each, each) for each in Verdict.values], want.verdict),
        Filter("by", "Started by anyone", [(str(pk), name) for pk, name in people], want.by),
    ]
    if not of_one:
        choices = [(str(place.pk), str(place)) for place in places]
        offered.insert(0, Filter("engagement", "Every engagement", choices, want.engagement))
    return offered


def ids(texts: Iterable[str]) -> list[UUID]:
    """Those of the texts that are ids."""
    return [UUID(found) for text in texts if (found := _id(text))]


def _holds(word: str) -> Q:
    holds = Q(evaluation__name__icontains=word) | Q(label__icontains=word)
    holds |= Q(evaluation__engagement__name__icontains=word)
    holds |= Q(evaluation__engagement__client__name__icontains=word)
    if word.isascii() and word.isdigit() and len(word) < 10:
        holds |= Q(number=int(word))
    return holds


def _plain(text: str) -> str:
    return text.replace("\0", "").strip()[:_LONGEST]


def _id(text: str) -> str:
    try:
        return str(UUID(text))
    except ValueError:
        return ""
