"""What people say about being told."""

from typing import Any

from django import forms

from apps.accounts.models import User
from apps.engagements.models import Engagement
from apps.engagements.selectors import visible_to

from .. import selectors
from ..rules import preferences


class NoticesForm(forms.Form):
    """A tick for each kind of notice and channel. `whole` tells a form that was sent from one that was cut
    short, in which every tick would seem to be off."""

    whole = forms.BooleanField(
        widget=forms.HiddenInput,
        initial=True,
        error_messages={
            "required": "The form did not arrive as a whole; nothing was changed. Send it again."
        },
    )

    def __init__(self, data: Any = None, *, user: User) -> None:
        super().__init__(data)
        said = selectors.said_by(user)
        self._offered = preferences.offered(staff=user.is_staff_member)
        for about, (label, _) in self._offered.items():
            for channel, way in preferences.CHANNELS.items():
                self.fields[f"{about}-{channel}"] = forms.BooleanField(
                    label=f"{label}: {way}",
                    required=False,
                    initial=preferences.wanted(said, about, channel),
                )

    def matrix(self) -> list[tuple[str, str, list[forms.BoundField]]]:
        """A row for each kind: its name, when one gets it, and a tick for each channel."""
        return [
            (label, when, [self[f"{about}-{channel}"] for channel in preferences.CHANNELS])
            for about, (label, when) in self._offered.items()
        ]

    def wanted(self) -> dict[tuple[str, str], bool]:
        """What was ticked, by kind and channel."""
        return {
            (about, channel): bool(self.cleaned_data[f"{about}-{channel}"])
            for about in self._offered
            for channel in preferences.CHANNELS
        }


class MuteForm(forms.Form):
    """An engagement that is to be silent, or to speak again."""

    engagement: Any = forms.ModelChoiceField(
        queryset=Engagement.objects.none(),
        label="Engagement",
        error_messages={"invalid_choice": "There is no such engagement, or you are no longer on it."},
    )

    def __init__(self, data: Any = None, *, user: User) -> None:
        super().__init__(data)
        field: Any = self.fields["engagement"]
        field.queryset = visible_to(user)
        found = selectors.mutable_engagements(user)
        field.choices = [("", "Choose an engagement"), *((one.pk, str(one)) for one in found)]

    @property
    def has_choices(self) -> bool:
        """Whether there is anything to choose."""
        return len(self.fields["engagement"].choices) > 1  # type: ignore[attr-defined]
