"""What people type about webhooks."""

from typing import Any, cast

from django import forms

from apps.core.forms import EditForm, LineField

from ..models import Webhook
from ..models.webhooks import NAME
from ..rules.webhooks import addresses, events

_CODE = {"autocomplete": "off", "autocapitalize": "off", "spellcheck": "false", "inputmode": "url"}


def _choices(*, whole: bool) -> list[tuple[str, str]]:
    """Everything first, then each kind in words."""
    kinds = [(kind, f"{said} ({kind})") for kind, said in events.offered(whole=whole).items()]
    return [(events.EVERYTHING, "Everything, also what will be added to this list"), *kinds]


class WebhookForm(forms.Form):
    """A webhook. whole: of the installation rather than of an engagement."""

    name = LineField(max_length=NAME, help_text="What it is for, such as “chat of the team”.")
    address = forms.CharField(
        max_length=addresses.LIMIT,
        help_text="Called over https with a POST. Only those who may change the webhook see it.",
        widget=forms.TextInput(attrs={**_CODE, "placeholder": "https://host/path"}),
    )
    events = forms.MultipleChoiceField(
        label="It is told when",
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "Choose at least one."},
    )

    def __init__(self, *args: Any, whole: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["events"].choices = _choices(whole=whole)  # type: ignore[attr-defined]


class WebhookEditForm(WebhookForm, EditForm):
    """A webhook that is there already."""

    def __init__(self, *args: Any, row: Webhook, **kwargs: Any) -> None:
        super().__init__(*args, row=row, whole=row.engagement_id is None, **kwargs)

    @property
    def webhook(self) -> Webhook:
        """The row that is changed."""
        return cast(Webhook, self.row)
