"""Picking and rejecting use cases that are compared."""

from collections.abc import Sequence
from typing import Any

from django import forms

from ..models import UseCase
from .fields import text

LEAVE, PICK, REJECT = "leave", "pick", "reject"
CHOICES = [(LEAVE, "Leave as it is"), (PICK, "Pick"), (REJECT, "Reject")]


class SettleForm(forms.Form):
    """For each use case a choice (`what_ID`) and why (`why_ID`), and the reason for what is picked."""

    reason = text(
        "Why this is picked",
        rows=2,
        help_text="Goes into the log, with what is rejected and why.",
        limit=2000,
    )

    def __init__(self, data: Any = None, *, use_cases: Sequence[UseCase], **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        self.use_cases = list(use_cases)
        for one in self.use_cases:
            self.fields[f"what_{one.pk}"] = forms.ChoiceField(
                choices=CHOICES, initial=LEAVE, required=False, label=one.reference
            )
            self.fields[f"why_{one.pk}"] = text(f"Why {one.reference} is rejected", rows=2, limit=2000)

    def rows(self) -> list[tuple[UseCase, forms.BoundField, forms.BoundField]]:
        """Each use case with its two fields."""
        return [(one, self[f"what_{one.pk}"], self[f"why_{one.pk}"]) for one in self.use_cases]

    def picked(self) -> list[UseCase]:
        return [one for one in self.use_cases if self._what(one) == PICK]

    def rejected(self) -> dict[UseCase, str]:
        """Each with why."""
        chosen = [one for one in self.use_cases if self._what(one) == REJECT]
        return {one: self.cleaned_data.get(f"why_{one.pk}", "") for one in chosen}

    def _what(self, one: UseCase) -> str:
        return str(self.cleaned_data.get(f"what_{one.pk}") or LEAVE)
