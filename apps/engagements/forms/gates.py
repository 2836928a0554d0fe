"""What people type about gates: their exit criteria, attestations, decisions."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from django import forms

from apps.accounts.models import User
from apps.core.forms import EditForm, LineField, needed

from .. import checks
from ..models import TITLE, Gate, Item, Outcome, Proof
from ..rules.gates import BEHIND
from ..selectors.gates import Line
from ..services.gates import Condition

WORDS = 2_000  # characters
MORE = "more"  # a condition that covers no exit criterion


class DateInput(forms.DateInput):
    """A date as browsers know it, without time and zone."""

    input_type = "date"

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(format="%Y-%m-%d", **kwargs)


class DueForm(EditForm):
    due = forms.DateField(required=False, widget=DateInput, label="Meant to be passed by")


class ReasonForm(forms.Form):
    reason = forms.CharField(
        max_length=WORDS, widget=forms.Textarea(attrs={"rows": 3}), help_text="The client reads this."
    )


class RemovalForm(forms.Form):
    reason = forms.CharField(
        max_length=WORDS,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="Kept in the history of the engagement.",
    )


class RenameForm(EditForm):
    title = LineField(max_length=TITLE, help_text="The client reads this.")


class AttestForm(EditForm):
    link = forms.CharField(
        max_length=500,
        label="Link to what shows it",
        widget=forms.URLInput(attrs={"placeholder": "https://…"}),
        help_text="The client sees it.",
    )
    note = forms.CharField(
        max_length=WORDS,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text="For your own team.",
    )


class ExitCriterionForm(forms.Form):
    """One thing more that a gate requires: a check, a success criterion, an approval or what a person attests."""

    proof = forms.ChoiceField(choices=Proof, label="Shown by")
    title = LineField(
        max_length=TITLE,
        required=False,
        help_text="What has to hold; the client reads this. For a check and a success criterion it may be left empty.",
    )
    check_name = forms.ChoiceField(required=False, label="Which check")
    criterion = forms.ModelChoiceField(
        queryset=Item.objects.none(), required=False, label="Which success criterion"
    )

    def __init__(self, *args: Any, gate: Gate, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        known = set(gate.exit_criteria.values_list("check_name", flat=True))
        offered = [(check.name, check.title) for check in checks.everyone() if check.name not in known]
        fields: dict[str, Any] = self.fields
        fields["check_name"].choices = [("", "–"), *offered]
        fields["criterion"].queryset = Item.objects.filter(
            engagement=gate.engagement_id, kind="criterion", removed_at=None
        ).order_by("number")
        fields["criterion"].empty_label = "–"

    def clean(self) -> dict[str, Any]:
        data = self.cleaned_data
        proof = data.get("proof")
        if proof == Proof.CHECK and not data.get("check_name"):
            self.add_error("check_name", "Choose what Fieldwork is to check.")
        if proof == Proof.CRITERION and not data.get("criterion"):
            self.add_error("criterion", "Choose a success criterion of this engagement.")
        if proof in {Proof.APPROVAL, Proof.ATTESTED} and not data.get("title"):
            self.add_error("title", "Say what has to hold.")
        return data


class DecisionForm(forms.Form):
    """Go, conditional go or no-go, with a condition for what is undecided and a manager's reason for what is passed
    over. For each exit criterion it has its own fields; `of(line)` gives them to the template."""

    outcome = forms.ChoiceField(choices=Outcome, widget=forms.RadioSelect, label="Decision")
    reason = needed(
        forms.CharField(
            max_length=WORDS,
            required=False,
            widget=forms.Textarea(attrs={"rows": 3}),
            help_text="The client reads this.",
        ),
        "needed unless it is a go",
    )
    seen = forms.CharField(required=False, max_length=64, widget=forms.HiddenInput)
    after = forms.IntegerField(required=False, min_value=0, max_value=10**6, widget=forms.HiddenInput)

    def __init__(
        self,
        *args: Any,
        gate: Gate,
        lines: Sequence[Line],
        people: Iterable[User],
        overrides: bool,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        if gate.state in BEHIND:
            # only not offered: whoever chose it before somebody else decided is told that, not of a wrong choice
            fields: dict[str, Any] = self.fields
            fields["outcome"].widget.choices = [one for one in Outcome.choices if one[0] != Outcome.NO_GO]
        self.overridable = [line for line in lines if overrides and not line.holds]
        self.coverable = [line for line in lines if line.finding.found == checks.Found.UNDECIDED]
        self._owners = {str(person.pk): person for person in people}
        for line in self.overridable:
            label = f"Why “{line.criterion.title}” may be passed over"
            self.fields[f"override_{line.criterion.pk}"] = _words(label)
        for key in [*(str(line.criterion.pk) for line in self.coverable), MORE]:
            self._add_condition(key)

    def _add_condition(self, key: str) -> None:
        owners = [("", "nobody yet"), *((pk, person.name) for pk, person in self._owners.items())]
        attrs = {"form": "decide"}
        self.fields[f"condition_{key}_text"] = LineField(
            max_length=TITLE, required=False, label="What has to be done", widget=forms.TextInput(attrs=attrs)
        )
        self.fields[f"condition_{key}_due"] = forms.DateField(
            required=False, label="By when", widget=DateInput(attrs=attrs)
        )
        self.fields[f"condition_{key}_owner"] = forms.ChoiceField(
            required=False,
            choices=owners,
            label="By whom",
            widget=forms.Select(attrs=attrs),
            error_messages={
                "invalid_choice": "Whom you chose is no longer on this engagement; choose again."
            },
        )

    def override_of(self, line: Line) -> forms.BoundField | None:
        """The field in which a manager passes over an exit criterion, if there is one."""
        name = f"override_{line.criterion.pk}"
        return self[name] if name in self.fields else None

    def condition_of(self, key: UUID | str) -> list[forms.BoundField]:
        """The three fields of a condition; none when that exit criterion cannot have one."""
        names = [f"condition_{key}_{part}" for part in ("text", "due", "owner")]
        return [self[name] for name in names if name in self.fields]

    def clean(self) -> dict[str, Any]:
        data = self.cleaned_data
        for key in self._keys():
            text, due = data.get(f"condition_{key}_text"), data.get(f"condition_{key}_due")
            if text and not due and f"condition_{key}_due" not in self.errors:
                self.add_error(f"condition_{key}_due", "Say by when.")
            if due and not text and f"condition_{key}_text" not in self.errors:
                self.add_error(f"condition_{key}_text", "Say what has to be done.")
        return data

    def conditions(self) -> list[Condition]:
        """What was typed as conditions."""
        found = []
        for key in self._keys():
            text: str = self.cleaned_data.get(f"condition_{key}_text") or ""
            due: date | None = self.cleaned_data.get(f"condition_{key}_due")
            owner = self._owners.get(self.cleaned_data.get(f"condition_{key}_owner") or "")
            if text and due:
                found.append(Condition(text, due, owner, None if key == MORE else UUID(key)))
        return found

    def overrides(self) -> dict[UUID, str]:
        """Exit criterion → why it may be passed over."""
        reasons = {
            line.criterion.pk: str(self.cleaned_data.get(f"override_{line.criterion.pk}") or "")
            for line in self.overridable
        }
        return {pk: reason for pk, reason in reasons.items() if reason}

    def _keys(self) -> list[str]:
        return [*(str(line.criterion.pk) for line in self.coverable), MORE]


def _words(label: str) -> forms.CharField:
    widget = forms.Textarea(attrs={"rows": 2, "form": "decide"})
    return forms.CharField(max_length=WORDS, required=False, widget=widget, label=label)
