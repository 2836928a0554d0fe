"""The only writers of use cases."""

from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Exists, OuterRef, Q

from apps.accounts.models import User
from apps.core.errors import Refused
from apps.core.locks import hold
from apps.core.text import one_line, several_lines
from apps.core.versions import STALE, STALE_WORDS, lock_at
from apps.engagements.models import TEXT, TITLE, Engagement, ExitCriterion, Item
from apps.engagements.services import items
from apps.engagements.services.gates import recheck
from apps.engagements.services.registers.checks import write_once

from ..models import PARTS_OF_SCORE, Measurement, SuccessCriterion, UseCase

KIND = "use_case"
WHY = 300
MOST_STEPS = 40
# What is edited together, and counted as changed together.
SECTIONS: dict[str, tuple[str, ...]] = {
    "problem": ("title", "stated_problem", "real_problem", "sufferers", "client_visible"),
    "process": ("steps", "volume", "volume_basis", "minutes_per_case", "minutes_basis", "exceptions"),
    "limits": ("limits", "compliance"),
    "score": (
        "score_value",
        "value_why",
        "score_feasibility",
        "feasibility_why",
        "score_risk",
        "risk_why",
    ),
    "owner": ("business_owner", "business_owner_name"),
}
_TEXTS = ("stated_problem", "real_problem", "sufferers", "exceptions", "limits", "compliance")


@transaction.atomic
def write_use_case(
    *,
    by: User | None,
    engagement: Engagement,
    title: str,
    stated_problem: str = "",
    once: UUID | None = None,
    **fields: Any,
) -> UseCase:
    """Write down a use case: its title and the problem as it was stated; `fields` of its sections, as far as they
    are known already. once: as of `write_once`. Raises Refused for what cannot be kept."""
    said = _fit(engagement, {"title": title, "stated_problem": stated_problem, **fields})
    return write_once(by=by, model=UseCase, engagement=engagement, kind=KIND, once=once, **said)


@transaction.atomic
def change_section(
    *, by: User | None, use_case: UseCase, section: str, version: int | None = None, **fields: Any
) -> UseCase:
    """Change one section of a use case. version: of that section, so that two people may work on two of them at
    once. Raises Refused for a version that has passed, and for what cannot be kept."""
    if foreign := fields.keys() - set(SECTIONS[section]):
        raise TypeError(f"not of this section: {', '.join(sorted(foreign))}")
    said = _fit(use_case.engagement, fields)
    locked, before = lock_at(use_case, None, **said)
    if not before:
        return locked
    now = locked.section_version(section)
    if version is not None and now != version:
        raise Refused(STALE, STALE_WORDS)
    changed = items.change(by=by, item=use_case, version=None, verb=f"{section} changed", **said)
    # bookkeeping, not a fact about the use case: no version of its own, nothing for its history
    changed.section_versions = {**locked.section_versions, section: now + 1}
    UseCase.objects.filter(pk=changed.pk).update(section_versions=changed.section_versions)
    if section == "owner":
        recheck(changed.engagement)
    return changed


def why_kept(item: Item) -> str:
    """What hangs on a use case, so that it cannot be taken away; empty when nothing does."""
    hold("scoping.criterion", str(item.engagement_id))
    if UseCase.objects.filter(pk=item.pk, state="picked").exists():
        return f"{item.reference} is picked, and gates may rest on that. Reconsider it first."
    hanging = SuccessCriterion.objects.filter(use_case=item.pk, removed_at=None)
    measured = Q(Exists(Measurement.objects.filter(criterion=OuterRef("pk"))))
    required = Q(Exists(ExitCriterion.objects.filter(criterion=OuterRef("pk"))))
    known = [
        one.reference for one in hanging.filter(~Q(state="dropped") | measured | required).order_by("number")
    ]
    if not known:
        return ""
    belong = "belongs" if len(known) == 1 else "belong"
    return f"{', '.join(known)} {belong} to {item.reference}. Choose another use case there first."


def _fit(engagement: Engagement, said: dict[str, Any]) -> dict[str, Any]:
    said = dict(said)
    if "title" in said:
        said["title"] = one_line(said["title"], limit=TITLE, field="title")
    for name in said.keys() & set(_TEXTS):
        said[name] = several_lines(said[name], limit=TEXT, field=name)
    if said.get("business_owner_name", "").strip():
        said["business_owner_name"] = one_line(
            said["business_owner_name"], limit=120, field="business_owner_name"
        )
    owner = said.get("business_owner")
    if owner and owner.engagement_id != engagement.pk:
        raise Refused("foreign", "Choose a stakeholder of this engagement.", field="business_owner")
    if len(said.get("steps", ())) > MOST_STEPS:
        raise Refused("steps", f"At most {MOST_STEPS} steps are kept.")
    for part in PARTS_OF_SCORE:
        _fit_part(part, said)
    return said


def _fit_part(part: str, said: dict[str, Any]) -> None:
    """A part of the score comes with a sentence why."""
    score, why = said.get(f"score_{part}"), said.get(f"{part}_why", "").strip()
    if f"{part}_why" in said:
        said[f"{part}_why"] = one_line(why, limit=WHY, field=f"{part}_why") if why else ""
    if score is None:
        return
    if not 1 <= score <= 5:
        raise Refused("score", "Each part of the score is from 1 to 5.", field=f"score_{part}")
    if not why:
        raise Refused("why", f"Say in a sentence why {part} is {score}.", field=f"{part}_why")
