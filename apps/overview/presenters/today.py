"""Where to go first, as Today shows it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from apps.core.reversing import reverse_row
from apps.engagements.models import Engagement
from apps.engagements.rules.excerpts import plain_title

from ..models import Standing
from ..rules.concerns import Level
from ..rules.health import Colour

FEW = 3  # reasons of an engagement that are shown at once
TONES = {Level.RED: "bad", Level.AMBER: "warn", Level.NOTE: "quiet"}
PAGES = {"budget": "engagements:hours"}  # kind of a concern → where it is looked at
COLOURS = {"red": "bad", "amber": "warn", "green": "good", "unrated": "quiet"}


@dataclass(frozen=True)
class Reason:
    """Why an engagement needs somebody. tone: as of a badge; href: where that is mended; kind: of the concern, empty
    for what is none, such as evidence that is missing."""

    words: str
    tone: str
    href: str
    kind: str = ""


@dataclass(frozen=True)
class Place:
    """An engagement where somebody is needed. href: how it stands. rest: reasons beyond the first few. lead: who leads
    it, where that is asked; None where it is one's own."""

    engagement: Engagement
    href: str
    colour: str
    tone: str
    given: dict[str, str] | None  # the override that counts: "reason", "until"
    first: list[Reason]
    rest: list[Reason]
    lead: str | None = None


def places_of(standings: Iterable[Any]) -> list[Place]:
    """Engagements with their reasons, in the order given."""
    return [_place(one) for one in standings]


def _place(standing: Any) -> Place:
    reasons = reasons_of(standing)
    return Place(
        engagement=standing.engagement,
        href=standing.get_absolute_url(),
        colour=standing.shown,
        tone=COLOURS[standing.shown],
        given=standing.given,
        first=reasons[:FEW],
        rest=reasons[FEW:],
        lead=(standing.lead or "") if hasattr(standing, "lead") else None,
    )


def reasons_of(standing: Standing) -> list[Reason]:
    """Why an engagement needs somebody, what presses most first."""
    return [
        Reason(
            words=plain_title(one["words"]),
            tone=TONES[Level(one["level"])],
            href=_where(standing.engagement, one),
            kind=one["kind"],
        )
        for one in standing.concerns
    ]


def deciding_of(standing: Standing) -> tuple[list[Reason], list[Reason]]:
    """What decides about its colour as the evidence gives it, and all else that needs somebody; nothing twice."""
    said, tone = reasons_of(standing), COLOURS[standing.colour]
    if standing.colour not in {Colour.RED, Colour.AMBER}:
        return [Reason(words, tone, "") for words in standing.reasons], said
    return [one for one in said if one.tone == tone], [one for one in said if one.tone != tone]


def _where(engagement: Engagement, concern: Mapping[str, Any]) -> str:
    """Where a concern is mended: at the item that it is about, else on a page of the engagement."""
    if concern["item"]:
        return reverse_row("items:detail", concern["item"])
    return reverse_row(PAGES.get(concern["kind"], "engagements:detail"), engagement.pk)
