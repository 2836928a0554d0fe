"""What people type about risks, assumptions, issues and dependencies."""

from typing import Any

from django import forms

from ...models import Kind, Level, Raid
from .fields import RegisterForm, long_text

_HELP = {
    Kind.RISK: "What may happen, and what it would do.",
    Kind.ASSUMPTION: "What is taken for true without proof.",
    Kind.ISSUE: "What has happened and is in the way.",
    Kind.DEPENDENCY: "What has to come from somebody else.",
}
_RESPONSE = {
    Kind.RISK: "Mitigation",
    Kind.ASSUMPTION: "How it will be confirmed",
    Kind.ISSUE: "What is done about it",
    Kind.DEPENDENCY: "What is done about it",
}


class RaidForm(RegisterForm):
    severity = forms.ChoiceField(choices=Level)
    likelihood = forms.ChoiceField(choices=Level, required=False)
    response = long_text("Response", rows=3)
    field_order = [
        "title", "severity", "likelihood", "text", "response", "owner", "due", "tags", "client_visible",
    ]  # fmt: skip

    def __init__(self, data: Any = None, *, row: Raid, **kwargs: Any) -> None:
        super().__init__(data, row=row, **kwargs)
        kind = Kind(row.kind)
        self.fields["title"].help_text = _HELP[kind]
        self.fields["response"].label = _RESPONSE[kind]
        if kind == Kind.RISK:
            self.fields["likelihood"].required = True
        else:
            del self.fields["likelihood"]
