"""The part of an evaluation's form that there is once."""

from typing import Any

from django import forms

from apps.connectors.models import Dataset
from apps.core.forms import LineField
from apps.dataplane.contract.plan import Limits
from apps.dataplane.contract.privacy import Level

from ..spec.models import Limits as Checked
from .rows import Text, box

LEVELS = {
    Level.AGGREGATE: "aggregate: numbers over groups of rows",
    Level.SCORES: "scores: numbers of each sample under a keyed hash, no text",
    Level.REDACTED: "redacted: also text, with patterns of personal data masked",
    Level.FULL: "full: also text as it is",
}
CACHES = [
    ("resume", "resume: a resumed run does not pay twice"),
    ("reuse", "reuse: also take answers that other runs have paid for, and say so"),
    ("off", "off: ask for every answer anew"),
]
_LIMITS = {
    "cost": "Cost cap in USD",
    "minutes": "Minutes at most",
    "concurrency": "Calls in flight",
    "retries": "Further attempts",
    "timeout": "Seconds for one attempt",
    "max_errors": "Share of errors at most",
    "rpm": "Requests a minute",
    "tpm": "Tokens a minute",
}
_WHOLE = ("concurrency", "rpm", "tpm", "retries")


def _limit(name: str) -> forms.Field:
    low, high = Checked.RANGES[name]
    usual = Limits.model_fields[name].default
    words = f"{low:g} to {high:,.12g}; " + ("no limit" if usual is None else f"{usual:g}") + " when left out."
    kind = forms.IntegerField if name in _WHOLE else forms.FloatField
    widget = forms.TextInput(attrs={"inputmode": "decimal"})
    return kind(required=False, label=_LIMITS[name], help_text=words, widget=widget)


class MainForm(forms.Form):
    """`seen` is the latest version at the time when the page was made; 0 for a new evaluation."""

    seen = forms.IntegerField(widget=forms.HiddenInput, min_value=0)
    name = LineField(max_length=120, help_text="What is tried, such as “department from letter”.")
    dataset = forms.ModelChoiceField(queryset=Dataset.objects.none(), empty_label="Choose…")
    system = Text(label="System prompt", widget=box(2))
    prompt = Text(
        label="Prompt",
        widget=box(8),
        help_text="{{ column }} stands for the row's value of an input column. Needed for targets that are called.",
    )
    privacy = forms.ChoiceField(
        choices=list(LEVELS.items()),
        initial=Level.SCORES,
        label="What may leave the site",
        help_text="The site's own policy may allow less, never more.",
    )
    cache = forms.ChoiceField(choices=CACHES, initial="resume", label="Answers paid for before")
    limits_cost = _limit("cost")
    limits_minutes = _limit("minutes")
    limits_concurrency = _limit("concurrency")
    limits_retries = _limit("retries")
    limits_timeout = _limit("timeout")
    limits_max_errors = _limit("max_errors")
    limits_rpm = _limit("rpm")
    limits_tpm = _limit("tpm")

    def __init__(self, *args: Any, datasets: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["dataset"].queryset = datasets  # type: ignore[attr-defined]

    def limits(self) -> dict[str, Any]:
        """Those that are filled in."""
        said = {name: self.cleaned_data.get(f"limits_{name}") for name in _LIMITS}
        return {name: value for name, value in said.items() if value is not None}
