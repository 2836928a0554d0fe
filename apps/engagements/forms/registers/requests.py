"""What people type about access requests."""

from typing import Any, cast

from django import forms

from apps.core.forms import EditForm

from ...models import AccessRequest, Approver, Asked, Gate, Kind, Stakeholder
from ...selectors.registers.requests import gates_of
from .fields import DayField, RegisterForm


class GateField(forms.ModelChoiceField):  # type: ignore[type-arg]
    """One of the engagement's gates."""

    def label_from_instance(self, obj: Gate) -> str:
        return f"{obj.get_stage_display()}, due {obj.due}" if obj.due else obj.get_stage_display()


class StakeholderField(forms.ModelChoiceField):  # type: ignore[type-arg]
    """One of the engagement's stakeholders, by name."""

    def label_from_instance(self, obj: Stakeholder) -> str:
        return obj.title


class AccessRequestForm(RegisterForm):
    asked_for = forms.ChoiceField(choices=Asked, label="Kind")
    approver = forms.ChoiceField(choices=Approver, label="Who has to approve")
    asked_of = StakeholderField(
        queryset=Stakeholder.objects.none(),
        required=False,
        empty_label="Not known yet",
        help_text="A stakeholder; the client never sees whom.",
    )
    holds_up = GateField(
        queryset=Gate.objects.none(), required=False, empty_label="None", label="Gate that waits for it"
    )
    asked_on = DayField(label="Asked on")
    field_order = [
        "title", "asked_for", "approver", "asked_on", "due", "holds_up", "asked_of", "owner", "tags", "text",
        "client_visible",
    ]  # fmt: skip

    def __init__(self, data: Any = None, *, row: AccessRequest, **kwargs: Any) -> None:
        super().__init__(data, row=row, **kwargs)
        self.fields["title"].label = "What is asked for"
        self.fields["due"].label = "Needed by"
        self.fields["owner"].label = "Who has to answer"
        self.fields["owner"].help_text = "A client viewer answers here, under their own name."
        engagement = row.engagement
        people = Stakeholder.objects.filter(engagement=engagement, removed_at=None, kind=Kind.STAKEHOLDER)
        cast(Any, self.fields["asked_of"]).queryset = people.order_by("title", "pk")
        cast(Any, self.fields["holds_up"]).queryset = gates_of(engagement)


class AnswerForm(EditForm):
    """The answer to an access request, under one's own name."""

    state = forms.ChoiceField(
        label="Answer",
        choices=[("granted", "Granted"), ("refused", "Cannot grant")],
        widget=forms.RadioSelect,
    )
    words = forms.CharField(
        label="In your words",
        required=False,
        max_length=4_000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="How to use it, or what stands in the way. Needed when it cannot be granted.",
    )
