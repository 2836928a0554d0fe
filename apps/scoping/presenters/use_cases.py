"""Use cases as their page and their comparison show them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from apps.accounts.models import Role, User
from apps.core import figures
from apps.engagements.accountable import Accountable
from apps.engagements.models import Engagement
from apps.engagements.selectors import items_of

from ..models import PARTS_OF_SCORE, UseCase
from ..rules import scores
from ..rules.units import written

# The sections of the page, in order: title and template of each.
SECTIONS = {
    "problem": ("Problem", "scoping/_section_problem.html"),
    "process": ("The process today", "scoping/_section_process.html"),
    "limits": ("Constraints and compliance", "scoping/_section_limits.html"),
    "score": ("Score", "scoping/_section_score.html"),
    "owner": ("Business owner", "scoping/_section_owner.html"),
}
NONE = "–"


@dataclass(frozen=True)
class Section:
    """A section of a use case's page; `form` while it is edited."""

    name: str
    title: str
    template: str
    route: str
    form: Any = None


def section_of(name: str, form: Any = None) -> Section:
    """That section, being edited when there is a form."""
    title, template = SECTIONS[name]
    return Section(name, title, template, f"scoping:use-case-{name}", form)


def sections(editing: str = "", form: Any = None) -> list[Section]:
    """All of them, in order."""
    return [section_of(name, form if name == editing else None) for name in SECTIONS]


def parts_of(use_case: UseCase) -> list[tuple[str, int | None, str]]:
    """Name, figure and reason of each part of the score."""
    return [
        (part, getattr(use_case, f"score_{part}"), getattr(use_case, f"{part}_why"))
        for part in PARTS_OF_SCORE
    ]


def owner_of(user: User, use_case: UseCase) -> str:
    """The business owner; stakeholders are not for the client's viewers."""
    known = use_case.business_owner
    name = known.title if known and user.role != Role.CLIENT else ""
    return ", ".join(filter(None, [name, use_case.business_owner_name]))


def business_owners(user: User, engagement: Engagement) -> list[Accountable]:
    """The business owners of what is picked, as far as that person may know of them."""
    picked = items_of(user, engagement, UseCase).filter(state="picked").select_related("business_owner")
    named = [(owner_of(user, one), f"Business owner of {one.reference}") for one in picked.order_by("number")]
    return [Accountable(name, role) for name, role in named if name]


def hours_words(use_case: UseCase) -> str:
    """Such as "120 hours a month, estimated"; empty while it cannot be said."""
    hours = use_case.hours
    return f"{figures.number(hours.hours)} hours a month, {hours.basis}" if hours else ""


@dataclass(frozen=True)
class Row:
    """One line of a comparison; `cells` follow the use cases."""

    name: str
    cells: list[str]
    differs: bool
    is_text: bool


def comparison(user: User, use_cases: Sequence[UseCase]) -> list[Row]:
    """The use cases side by side, what differs marked. What none of them says is left out."""
    rows: list[tuple[str, Callable[[UseCase], str], bool]] = [
        ("Score", _score, False),
        *[(part.capitalize(), _part(part), True) for part in PARTS_OF_SCORE],
        ("Hours a month today", hours_words, False),
        ("Cases a month", lambda one: _tagged(one.volume, one.volume_basis), False),
        ("Minutes per case", lambda one: _tagged(one.minutes_per_case, one.minutes_basis), False),
        ("Baseline", _baselines, False),
        ("Business owner", lambda one: owner_of(user, one), False),
        ("Stated problem", lambda one: one.stated_problem, True),
        ("Real problem", lambda one: one.real_problem, True),
        ("Who suffers it", lambda one: one.sufferers, True),
        ("Exceptions", lambda one: one.exceptions, True),
        ("Constraints", lambda one: one.limits, True),
        ("Compliance", lambda one: one.compliance, True),
        ("Value assumptions", _assumptions, False),
    ]
    found = [(name, [tell(one) or NONE for one in use_cases], is_text) for name, tell, is_text in rows]
    return [
        Row(name, cells, len(set(cells)) > 1, is_text)
        for name, cells, is_text in found
        if any(cell != NONE for cell in cells)
    ]


def _score(use_case: UseCase) -> str:
    return f"{use_case.score} of {scores.HIGHEST}" if use_case.score is not None else ""


def _part(part: str) -> Callable[[UseCase], str]:
    def tell(use_case: UseCase) -> str:
        figure, why = getattr(use_case, f"score_{part}"), getattr(use_case, f"{part}_why")
        return f"{figure} of {scores.MOST}: {why}" if figure is not None else ""

    return tell


def _tagged(figure: float | None, basis: str) -> str:
    return f"{figures.number(figure)}, {basis}" if figure is not None else ""


def _baselines(use_case: UseCase) -> str:
    return "\n".join(
        f"{one.metric}: {written(one.value, one.unit)}, {one.basis}" for one in use_case.baselines.all()
    )


def _assumptions(use_case: UseCase) -> str:
    return "\n".join(
        f"{one.wording}: {written(one.value, one.unit)}, {one.basis}" for one in use_case.assumptions.all()
    )
