"""What people type about tokens."""

from typing import Any

from django import forms

from apps.accounts.models import User
from apps.core.forms import LineField
from apps.engagements.models import Engagement
from apps.engagements.selectors import visible_to

from . import scopes
from .rules import terms
from .services import NAME

_WORDS = {7: "a week", 30: "a month", 90: "90 days", 180: "half a year", 365: "a year"}


class TokenForm(forms.Form):
    """A token: what it is for, what it may do, and for how long."""

    name = LineField(
        max_length=NAME, help_text="Where it is used, such as “laptop” or “nightly job”; everybody reads it."
    )
    scopes = forms.MultipleChoiceField(
        label="It may",
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "Choose at least one."},
    )
    days = forms.TypedChoiceField(
        label="Works for",
        choices=[(days, _WORDS[days]) for days in terms.DAYS],
        initial=terms.DEFAULT_DAYS,
        coerce=int,
        help_text="None lasts for ever. It can be revoked at any time.",
    )

    def __init__(self, *args: Any, role: str | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offered = [(scope.name, scope.sentence) for scope in scopes.known(role)]
        self.fields["scopes"].choices = offered  # type: ignore[attr-defined]


class OwnTokenForm(TokenForm):
    """A token of one's own."""

    limited_to = forms.ModelChoiceField(
        queryset=Engagement.objects.none(),
        required=False,
        label="Only on",
        empty_label="Every engagement that you see",
    )
    field_order = ["name", "scopes", "limited_to", "days"]

    def __init__(self, *args: Any, by: User, **kwargs: Any) -> None:
        super().__init__(*args, role=by.role, **kwargs)
        seen = visible_to(by).order_by("client__name", "name", "pk")
        self.fields["limited_to"].queryset = seen  # type: ignore[attr-defined]
