"""The only writers of baselines and value assumptions, the figures of a use case."""

from datetime import date
from typing import Any, TypeVar
from uuid import UUID

from django.db import transaction
from django.db.models import RestrictedError
from django.utils import timezone

from apps.accounts.models import User
from apps.audit.services import record
from apps.core.errors import Refused
from apps.core.locks import hold
from apps.core.text import one_line, several_lines
from apps.core.versions import keep, lock_at
from apps.engagements.services.gates import recheck

from ..models import Baseline, Basis, UseCase, ValueAssumption

Part = TypeVar("Part", Baseline, ValueAssumption)
HOW = 2000  # characters


@transaction.atomic
def add_baseline(*, by: User | None, use_case: UseCase, once: UUID | None = None, **fields: Any) -> Baseline:
    """Write down today's figure. fields: metric, value, unit, n, how, measured_on, basis. once: the figure's id, so
    that a form counts once however often it is sent. Raises Refused for what is measured without saying when, or lies
    in the future."""
    baseline = _add(by, Baseline, use_case, once, _fit_baseline(fields))
    recheck(use_case.engagement)
    return baseline


@transaction.atomic
def change_baseline(
    *, by: User | None, baseline: Baseline, version: int | None = None, **fields: Any
) -> Baseline:
    """Change a baseline. Raises Refused as `add_baseline` does, and for a `version` that has passed."""
    changed = _change(by, baseline, version, _fit_baseline(fields))
    recheck(changed.use_case.engagement)
    return changed


@transaction.atomic
def remove_baseline(*, by: User | None, baseline: Baseline) -> None:
    """Forget a baseline. Raises Refused while a criterion is to beat it."""
    use_case = baseline.use_case
    try:
        _remove(by, baseline)
    except RestrictedError:
        known = ", ".join(one.reference for one in baseline.criteria.all())
        raise Refused(
            "in_use", f"{known} is to beat this baseline; choose another one there first."
        ) from None
    recheck(use_case.engagement)


@transaction.atomic
def add_assumption(
    *, by: User | None, use_case: UseCase, once: UUID | None = None, **fields: Any
) -> ValueAssumption:
    """Write down what the value rests on. fields: wording, value, unit, basis, source. once: as of `add_baseline`.
    Raises Refused for what is measured or stated without a source."""
    return _add(by, ValueAssumption, use_case, once, _fit_assumption(fields))


@transaction.atomic
def change_assumption(
    *, by: User | None, assumption: ValueAssumption, version: int | None = None, **fields: Any
) -> ValueAssumption:
    """Change an assumption. Raises Refused as `add_assumption` does, and for a `version` that has passed."""
    return _change(by, assumption, version, _fit_assumption(fields))


@transaction.atomic
def remove_assumption(*, by: User | None, assumption: ValueAssumption) -> None:
    """Forget an assumption."""
    _remove(by, assumption)


def _add(
    by: User | None, model: type[Part], use_case: UseCase, once: UUID | None, said: dict[str, Any]
) -> Part:
    rows = model._default_manager
    if once is not None:
        hold("scoping.once", str(once))
        if known := rows.filter(pk=once, use_case=use_case).first():
            return known
    own = {"pk": once} if once and not rows.filter(pk=once).exists() else {}
    made: Part = rows.create(use_case=use_case, **own, **said)
    record(by=by, verb="added", subject=made, engagement=use_case.engagement, after=_plain(said))
    return made


def _change(by: User | None, part: Part, version: int | None, said: dict[str, Any]) -> Part:
    locked, before = lock_at(part, version, **said)
    if not before:
        return locked
    keep(locked, before)
    after = _plain({name: said[name] for name in before})
    engagement = locked.use_case.engagement
    record(by=by, verb="changed", subject=locked, engagement=engagement, before=_plain(before), after=after)
    return locked


def _remove(by: User | None, part: Part) -> None:
    record(by=by, verb="removed", subject=part, engagement=part.use_case.engagement, was=str(part))
    with transaction.atomic():
        part.delete()


def _fit_baseline(said: dict[str, Any]) -> dict[str, Any]:
    said = _fit(said, "metric")
    said["how"] = several_lines(said.get("how", ""), limit=HOW, field="how")
    if not said["how"]:
        raise Refused("how", "Say how this figure came about.", field="how")
    on: date | None = said.get("measured_on")
    if said["basis"] == Basis.MEASURED and on is None:
        raise Refused("when", "Say when it was measured.", field="measured_on")
    if on and on > timezone.localdate():
        raise Refused("future", "This day is still to come.", field="measured_on")
    return said


def _fit_assumption(said: dict[str, Any]) -> dict[str, Any]:
    said = _fit(said, "wording")
    source = said.get("source", "").strip()
    said["source"] = one_line(source, limit=200, field="source") if source else ""
    if said["basis"] != Basis.ESTIMATED and not source:
        words = "Say who states it." if said["basis"] == Basis.STATED else "Say where it was measured."
        raise Refused("source", words, field="source")
    return said


def _fit(said: dict[str, Any], name: str) -> dict[str, Any]:
    limit = 80 if name == "metric" else 200
    unit = said.get("unit", "").strip()
    if said.get("basis") not in Basis.values:
        raise Refused("basis", "Choose what the figure rests on.", field="basis")
    return {
        **said,
        name: one_line(said[name], limit=limit, field=name),
        "unit": one_line(unit, limit=40, field="unit") if unit else "",
    }


def _plain(values: dict[str, Any]) -> dict[str, Any]:
    return {name: getattr(value, "pk", value) for name, value in values.items()}
