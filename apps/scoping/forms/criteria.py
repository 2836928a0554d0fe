"""Success criteria, and what is measured of them by hand."""

import uuid
from datetime import date, datetime, time
from typing import Any

from django import forms
from django.db.models import Q
from django.utils import timezone

from apps.accounts.models import User
from apps.core.forms import EditForm, LineField, OnceField, needed
from apps.engagements.models import TITLE, Engagement, Item

from .. import metrics
from ..models import Baseline, Direction, MeasuredBy, SuccessCriterion, UseCase
from .fields import count, day, in_unit, number, text, today

DIRECTIONS = [("", "Not known"), *Direction.choices]
PERSONS = "Chosen from the members; anybody else is named in words."


class CriterionForm(EditForm):
    """A new criterion (`row` is None) or a changed one. What is not known yet may be left out."""

    title = LineField(
        max_length=TITLE, label="In words", help_text="Such as “9 of 10 letters reach the right department”."
    )
    text = text("More about it", rows=2, help_text="Markdown.")
    measured_by = forms.ChoiceField(choices=MeasuredBy.choices, label="Measured by")
    metric = LineField(
        max_length=80, required=False, label="What is measured", help_text="Leave it out while nobody knows."
    )
    direction = forms.ChoiceField(choices=DIRECTIONS, required=False)
    threshold = number("Threshold", percent=True, help_text="Such as 0.9, 90 % or 12.")
    unit = LineField(
        max_length=40,
        required=False,
        help_text="“share” for a percentage or a number from 0 to 1. A pilot's metric has its own.",
    )
    decider = forms.ModelChoiceField(
        queryset=User.objects.none(), required=False, label="Who decides", empty_label="Nobody from the list",
        help_text=PERSONS,
    )  # fmt: skip
    decider_name = LineField(max_length=120, required=False, label="Who decides, in words")
    use_case = forms.ModelChoiceField(
        queryset=UseCase.objects.none(), required=False, label="Use case", empty_label="None yet"
    )
    baseline = forms.ModelChoiceField(
        queryset=Baseline.objects.none(), required=False, label="Baseline", empty_label="None yet"
    )
    client_visible = forms.BooleanField(
        required=False, initial=True, label="The client's viewers see this criterion"
    )
    once = OnceField()

    def __init__(
        self, data: Any = None, *, engagement: Engagement, row: SuccessCriterion | None = None, **kwargs: Any
    ) -> None:
        blank = row or SuccessCriterion(engagement=engagement, client_visible=True)
        super().__init__(data, row=blank, **kwargs)
        members = Q(memberships__engagement=engagement, is_active=True)
        if row is not None:
            members |= Q(decides_on=row.pk)
        self._offer("decider", User.objects.filter(members).distinct().order_by("name"))
        known = UseCase.objects.filter(engagement=engagement, removed_at=None)
        self._offer("use_case", known.order_by("number"))
        baselines = Baseline.objects.filter(use_case__in=known).select_related("use_case__engagement")
        self._offer("baseline", baselines)
        chosen: Any = self.fields["baseline"]
        chosen.label_from_instance = lambda each: f"{each.use_case.reference}: {each}"
        self.fields["metric"].widget.attrs |= {"list": "known-metrics", "autocomplete": "off"}

    def clean(self) -> dict[str, Any]:
        said = super().clean() or self.cleaned_data
        known = metrics.find(said.get("measured_by", ""), said.get("metric", ""))
        unit = known.unit if known else said.get("unit", "")
        kept = in_unit(self, unit, "threshold")
        said["unit"] = kept if not known else said.get("unit", "")
        return said

    def offered(self) -> list[metrics.KnownMetric]:
        """The metrics of pilots, for the field to suggest."""
        return metrics.known(MeasuredBy.PILOT)

    def said(self) -> dict[str, Any]:
        """What the service gets."""
        return {name: value for name, value in self.cleaned_data.items() if name != "version"}

    def _offer(self, name: str, rows: Any) -> None:
        self.fields[name].queryset = rows  # type: ignore[attr-defined]


class DropForm(forms.Form):
    why = text("Why it is dropped", rows=2, required=True, limit=2000)


class HandForm(forms.Form):
    """A measurement by hand. `key` is the form's own, so that it counts once however often it is sent; unit: of the
    criterion."""

    key = forms.UUIDField(widget=forms.HiddenInput, initial=uuid.uuid4)
    value = number("Value", required=True, percent=True, help_text="A share may be written as 0.92 or 92 %.")
    n = count("n", "Of how many; of a share the interval is then computed.")
    low = number("Interval from", percent=True)
    high = number("to", percent=True)
    measured_on = day("Measured on", required=True)
    how = text("How it was measured", rows=2, required=True, limit=2000)
    link = needed(
        forms.URLField(
            required=False, max_length=500, label="Evidence: a link", assume_scheme="https",
            help_text="Whoever sees the criterion sees the link.",
        ),
        "one of the two is needed",
    )  # fmt: skip
    evidence = needed(
        forms.ModelChoiceField(
            queryset=Item.objects.none(),
            required=False,
            label="Evidence: something on this engagement",
            empty_label="None",
            help_text="Such as a log entry with the protocol attached.",
        ),
        "one of the two is needed",
    )

    def __init__(self, data: Any = None, *, items: Any, unit: str = "", **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        self.unit = unit
        self.fields["evidence"].queryset = items  # type: ignore[attr-defined]
        self.fields["measured_on"].initial = today()

    def clean(self) -> dict[str, Any]:
        said = super().clean() or self.cleaned_data
        in_unit(self, self.unit, "value", "low", "high")
        return said

    def said(self) -> dict[str, Any]:
        """What the service gets: the day as now when it is today, else as its noon here."""
        said = dict(self.cleaned_data)
        said["at"] = _moment(said.pop("measured_on"))
        return said


def _moment(on: date) -> datetime:
    if on == timezone.localdate():
        return timezone.now()
    return timezone.make_aware(datetime.combine(on, time(12)))
