"""What the forms of all registers have in common."""

from collections.abc import Iterable
from typing import Any, cast

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Q

from apps.accounts.models import User
from apps.core.forms import EditForm, LineField, OnceField

from ...models import TEXT, TITLE, Item
from ...rules.tags import tags_in


class TagsField(forms.CharField):
    """Tags on one line, kept as a list."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(required=False, max_length=500, help_text="Such as “data, security”.", **kwargs)

    def prepare_value(self, value: Any) -> Any:
        return ", ".join(value) if isinstance(value, list) else value

    def clean(self, value: Any) -> list[str]:
        try:
            return tags_in(str(super().clean(value) or ""))
        except ValueError as error:
            raise ValidationError(str(error)) from None


class PersonField(forms.ModelChoiceField):  # type: ignore[type-arg]
    """Somebody on the engagement."""

    def label_from_instance(self, obj: User) -> str:
        return obj.name if obj.is_staff_member else f"{obj.name} (client)"


class DayField(forms.DateField):
    """A date, chosen with the browser's own calendar."""

    def __init__(self, **kwargs: Any) -> None:
        widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
        super().__init__(widget=widget, input_formats=["%Y-%m-%d"], **kwargs)
        self.error_messages["invalid"] = "This is no date; write it as 2026-05-31."


def long_text(label: str, *, rows: int = 4, help_text: str = "") -> forms.CharField:
    """A field for some paragraphs."""
    widget = forms.Textarea(attrs={"rows": rows})
    return forms.CharField(label=label, required=False, max_length=TEXT, widget=widget, help_text=help_text)


class RegisterForm(EditForm):
    """Something of a register, new (a row that is not saved yet) or changed. `once` is the same however often
    one and the same form is sent."""

    title = LineField(max_length=TITLE)
    text = long_text("Details", help_text="Markdown; @somebody tells them.")
    owner = PersonField(queryset=User.objects.none(), required=False, empty_label="Nobody yet")
    due = DayField(required=False)
    tags = TagsField()
    client_visible = forms.BooleanField(required=False, label="The client may see this")
    once = OnceField()
    wide: frozenset[str] = frozenset({"title", "text", "response", "client_visible"})

    def __init__(self, data: Any = None, *, row: Item, **kwargs: Any) -> None:
        super().__init__(data, row=row, **kwargs)
        self.is_new = row._state.adding
        if "owner" in self.fields:
            people = Q(memberships__engagement=row.engagement_id, is_active=True) | Q(pk=row.owner_id)
            chosen = cast(Any, self.fields["owner"])
            chosen.queryset = User.objects.filter(people).distinct().order_by("name", "pk")

    @property
    def wanted(self) -> dict[str, Any]:
        """What the service gets: of something new, everything but the version."""
        return {
            name: value for name, value in self.cleaned_data.items() if name != "version" or not self.is_new
        }

    def rows(self) -> Iterable[tuple[forms.BoundField, bool]]:
        """The visible fields, each with whether it takes a whole line."""
        return [(field, field.name in self.wide) for field in self.visible_fields()]
