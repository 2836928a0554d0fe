"""What people type about use."""

from zoneinfo import available_timezones

from django import forms

from apps.core.forms import EditForm

from .rules.currencies import CURRENCIES
from .rules.days import WEEK_STARTS
from .services.usage import LEAST, MOST, MOST_SEATS

ZONES = [
    (name, name.replace("_", " ")) for name in sorted(available_timezones()) if "/" in name or name == "UTC"
]


class CountingForm(EditForm):
    """How use is counted."""

    timezone = forms.ChoiceField(
        label="Time zone",
        choices=ZONES,
        help_text="In which a day begins and ends: the client's. Everything is counted anew when it changes.",
    )
    week_start = forms.TypedChoiceField(
        label="A week begins on",
        choices=list(WEEK_STARTS.items()),
        coerce=int,
        help_text="Where the client works.",
    )
    smallest = forms.IntegerField(
        label="Smallest group",
        min_value=LEAST,
        max_value=MOST,
        help_text="Teams and workflows with fewer users are not shown, nor can they be found from a total.",
    )
    purchased = forms.IntegerField(
        label="Seats purchased",
        required=False,
        min_value=0,
        max_value=MOST_SEATS,
        help_text="Licences that were paid for.",
    )
    currency = forms.ChoiceField(
        choices=[(code, code) for code in sorted(CURRENCIES)], help_text="Of costs that name none."
    )
