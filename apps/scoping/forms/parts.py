"""Baselines and value assumptions."""

from typing import Any

from apps.core.forms import EditForm, LineField, OnceField, needed

from .fields import basis, count, day, in_unit, number, text


class BaselineForm(EditForm):
    metric = LineField(
        max_length=80, label="What is measured", help_text="Such as “letters sorted right first time”."
    )
    value = number("Today's figure", required=True, percent=True, help_text="Such as 0.7, 70 % or 12.5.")
    unit = LineField(
        max_length=40,
        required=False,
        help_text="“share” for a percentage or a number from 0 to 1, else such as “minutes” or “EUR”.",
    )
    basis = basis()
    n = count("n", "Of how many cases; left out when nobody counted.")
    measured_on = needed(day("Measured on"), "needed when measured")
    how = text(
        "How it was measured", rows=2, required=True, help_text="Or who says so, or how it was estimated."
    )
    once = OnceField()

    def clean(self) -> dict[str, Any]:
        said = super().clean() or self.cleaned_data
        said["unit"] = in_unit(self, said.get("unit", ""), "value")
        return said


class AssumptionForm(EditForm):
    wording = LineField(
        max_length=200, label="What is assumed", help_text="Such as “an hour of a clerk costs the hospital”."
    )
    value = number("Figure", required=True, percent=True)
    unit = LineField(max_length=40, required=False)
    basis = basis()
    source = needed(
        LineField(max_length=200, required=False, help_text="Who states it, or where it was measured."),
        "needed unless estimated",
    )
    once = OnceField()

    def clean(self) -> dict[str, Any]:
        said = super().clean() or self.cleaned_data
        said["unit"] = in_unit(self, said.get("unit", ""), "value")
        return said
