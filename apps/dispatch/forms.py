"""What people type about sites."""

from typing import Any

from django import forms

from apps.accounts.models import User
from apps.core.errors import Refused
from apps.core.forms import LineField
from apps.engagements.models import Client
from apps.engagements.selectors import clients_of

from . import rules
from .models import Site


class SiteForm(forms.Form):
    """A site of a client's own."""

    client = forms.ModelChoiceField(queryset=Client.objects.none(), empty_label="Choose a client")
    name = LineField(
        max_length=120, initial="site", help_text="Such as the data centre or the machine it runs in."
    )

    def __init__(self, *args: Any, by: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["client"].queryset = clients_of(by)  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        client, name = cleaned.get("client"), cleaned.get("name")
        if client and name and Site.objects.filter(client=client, name=name).exists():
            self.add_error("name", f"{client} has a site of this name already.")
        return cleaned


class KeyForm(forms.Form):
    """The public half of the key with which a site signs. What was typed wrongly is not shown again: it may have
    been the private half."""

    public_key = forms.CharField(
        label="Public key of the site",
        max_length=1000,
        help_text="The last line that fieldwork-site init prints.",
        widget=forms.Textarea(attrs={"rows": 3, "autocomplete": "off", "spellcheck": "false"}),
    )

    def clean_public_key(self) -> str:
        try:
            return rules.public_key(self.cleaned_data["public_key"])
        except Refused as error:
            raise forms.ValidationError(error.message, code=error.code) from None

    def full_clean(self) -> None:
        super().full_clean()
        if "public_key" in self.errors:
            self.data = dict(self.data.items()) | {"public_key": ""}
