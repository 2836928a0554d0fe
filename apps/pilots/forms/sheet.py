"""The form of an evaluation: main part and rows, filled in by a person, judged by the spec's own check."""

import re
from collections.abc import Callable, Iterator
from typing import Any

from django import forms
from django.http import QueryDict

from apps.catalog.selectors import endpoints_for
from apps.connectors.models import Source
from apps.connectors.selectors import datasets_of
from apps.engagements.models import Engagement
from apps.scoping.selectors.criteria import for_pilots

from .. import spec
from ..models import Evaluation
from .main import MainForm
from .rows import CriterionRow, ScorerRow, TargetRow
from .translation import (
    Known,
    criterion_row,
    place_of,
    plain,
    rows_filled,
    scorer_row,
    target_of,
    target_row,
)

MOST = 20  # rows of a kind
_ACTION = re.compile(r"(add|remove)-(targets|scorers|criteria)(?:-(\d{1,2}))?\Z")
_NEW: dict[str, list[dict[str, Any]]] = {"targets": [{}], "scorers": [{"kind": "exact"}], "criteria": [{}]}


class Sheet:
    """`base` is the evaluation whose next version this is, or that it is copied from (`name` is then another).

    After `is_valid()`, `pilot` is the spec that the sheet says.
    """

    def __init__(
        self,
        data: QueryDict | None = None,
        *,
        engagement: Engagement,
        base: Evaluation | None = None,
        name: str = "",
        seen: int = 0,
        dataset: str = "",
    ) -> None:
        self.engagement, self.data = engagement, data
        self.pilot: spec.PilotSpec | None = None
        self.known = Known(
            {str(endpoint.pk): endpoint for endpoint in endpoints_for(engagement)},
            {str(source.pk): source for source in Source.objects.filter(engagement=engagement)},
            list(base.spec["targets"]) if base else [],
        )
        shown = _NEW if base is None else _shown(base.spec, self.known)
        initial = {"name": name, "seen": seen, "dataset": dataset, **(_main_shown(base) if base else {})}
        self.main = MainForm(data, initial=initial, datasets=datasets_of(engagement))
        choices = {"what": self.known.what_choices(), "train": self.known.train_choices()}
        self.targets: list[TargetRow] = self._rows(
            "targets", shown, lambda *given, **more: TargetRow(*given, **choices, **more)
        )
        self.scorers: list[ScorerRow] = self._rows("scorers", shown, ScorerRow)
        stated = [(one.reference, str(one)) for one in for_pilots(engagement)]
        self.criteria: list[CriterionRow] = self._rows(
            "criteria", shown, lambda *given, **more: CriterionRow(*given, stated=stated, **more)
        )

    def __iter__(self) -> Iterator[forms.BoundField]:
        """Every field, as `core.web.field_check` asks for them."""
        for form in (self.main, *self.targets, *self.scorers, *self.criteria):
            yield from form

    def is_valid(self) -> bool:
        """Whether the sheet says a spec; what is wrong stands beside the fields."""
        forms_ = [self.main, *self.targets, *self.scorers, *self.criteria]
        fine = all([form.is_valid() for form in forms_])
        dataset = self.main.cleaned_data.get("dataset")
        if dataset is None:
            return False
        try:
            self.pilot = spec.from_data(self._said(dataset))
        except spec.InvalidSpec as error:
            for wrong in error.errors:
                self._tell(wrong)
            return False
        return fine

    def refuse(self, message: str, field: str | None = None) -> None:
        """Show a service's refusal."""
        self.main.add_error(field if field in self.main.fields else None, message)

    def target_names(self) -> list[str]:
        """Of the rows as they stand, for criteria to choose from."""
        return [name for row in self.targets if (name := str(row["name"].value() or "").strip())]

    def columns(self) -> list[str]:
        """The input columns of the chosen dataset, which the prompt may use."""
        chosen = self.main["dataset"].value()
        queryset = self.main.fields["dataset"].queryset  # type: ignore[attr-defined]
        found = next((dataset for dataset in queryset if str(dataset.pk) == str(chosen)), None)
        return list(found.roles["input"]) if found else []

    def _rows(self, part: str, shown: dict[str, list[dict[str, Any]]], make: Callable[..., Any]) -> list[Any]:
        if self.data is None:
            return [make(initial=row, prefix=f"{part}-{n}") for n, row in enumerate(shown[part] or [{}])]
        return [make(self.data, prefix=f"{part}-{n}") for n in range(_count(self.data, part))]

    def _said(self, dataset: Any) -> dict[str, Any]:
        said = self.main.cleaned_data
        return {
            "client": self.engagement.client.name,
            "engagement": self.engagement.name,
            "dataset": {"source": dataset.source.address, **dataset.roles},
            "system": said.get("system") or None,
            "prompt": said.get("prompt") or None,
            "targets": [target_of(row, self.known) for row in rows_filled(self.targets)],
            "scorers": [row.said() for row in rows_filled(self.scorers)],
            "criteria": [row.said() for row in rows_filled(self.criteria)],
            "privacy": said.get("privacy"),
            "cache": said.get("cache"),
            "limits": self.main.limits(),
        }

    def _tell(self, wrong: spec.SpecError) -> None:
        """Show an error of the spec beside the field that it is about, unless that has one of its own."""
        part, position, name = place_of(wrong.path)
        form: forms.Form = self.main
        if part:
            rows = rows_filled(getattr(self, part))
            form = rows[position] if position < len(rows) else self.main
        text = f"{wrong.message[:1].upper()}{wrong.message[1:]}" + (f"; {wrong.hint}" if wrong.hint else "")
        field = name if name in form.fields else None
        if field is None or field not in form.errors:
            form.add_error(field, f"{text.removesuffix('.')}{'' if text.endswith('?') else '.'}")


def acted(data: QueryDict) -> QueryDict | None:
    """The data after "add a row" or "remove this row" was pressed; None when it was another button."""
    action = _ACTION.match(data.get("do", ""))
    if action is None:
        return None
    verb, part, at = action[1], action[2], int(action[3] or 0)
    count = _count(data, part)
    changed = data.copy()
    if verb == "add":
        changed[f"{part}-count"] = str(min(count + 1, MOST))
    elif at < count:
        for name in [name for name in data if re.match(rf"{part}-\d", name)]:
            del changed[name]
        kept = [n for n in range(count) if n != at]
        for to, was in enumerate(kept):
            prefix = f"{part}-{was}-"
            for name in data:
                if name.startswith(prefix):
                    changed[f"{part}-{to}-{name.removeprefix(prefix)}"] = str(data[name])
        changed[f"{part}-count"] = str(max(len(kept), 1))
    return changed


def _count(data: QueryDict, part: str) -> int:
    text = data.get(f"{part}-count", "")
    return min(max(int(text), 1), MOST) if text.isascii() and text.isdigit() and len(text) < 4 else 1


def _shown(stored: dict[str, Any], known: Known) -> dict[str, list[dict[str, Any]]]:
    return {
        "targets": [target_row(target, n, known) for n, target in enumerate(stored["targets"])],
        "scorers": [scorer_row(scorer) for scorer in stored["scorers"]],
        "criteria": [criterion_row(criterion) for criterion in stored["criteria"]],
    }


def _main_shown(base: Evaluation) -> dict[str, Any]:
    stored = base.spec
    limits = {f"limits_{name}": plain(value) for name, value in stored["limits"].items()}
    texts = {name: stored[name] for name in ("system", "prompt", "privacy", "cache")}
    return {"dataset": base.dataset_id, **texts, **limits}
