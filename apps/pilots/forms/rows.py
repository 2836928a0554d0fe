"""One row of an evaluation's form: a target, a scorer or a criterion, and what it says in the spec's terms.

Nothing is required here: the spec's own check says what is missing, so that form and file are refused alike.
"""

import json
from typing import Any

from django import forms

from ..rules.metrics import METRICS

RECORDED, BASELINES = "recorded", ("majority", "nearest")
NO_MODEL = [
    (RECORDED, "Answers already in the data"),
    ("majority", "Baseline: the most frequent label"),
    ("nearest", "Baseline: the label of the nearest example"),
]
SCORERS = [
    ("", "Choose…"),
    ("exact", "exact: the answer is the reference"),
    ("contains", "contains: the reference occurs in the answer"),
    ("regex", "regex: the answer matches a pattern"),
    ("numeric", "numeric: the last numbers agree"),
    ("json_fields", "json_fields: fields of a JSON answer agree"),
    ("token_f1", "token_f1: words in common"),
]
DIRECTIONS = [("at_least", "at least"), ("at_most", "at most")]


def number(text: str, label: str) -> int | float:
    """The number that a person has typed, also as a percentage. Raises ValidationError."""
    plain = text.strip().removesuffix("%").strip().replace("\N{NO-BREAK SPACE}", "")
    value: Any
    try:
        value = json.loads(plain)
    except ValueError:
        value = None
    if type(value) not in (int, float) or not abs(value) < 2**63:
        raise forms.ValidationError(f"{label} is a number, such as 0.85 or 85 %.")
    said: int | float = value
    return said / 100 if text.strip().endswith("%") else said


class Row(forms.Form):
    """A row that says nothing is left out."""

    def is_blank(self) -> bool:
        """Whether the person has filled in nothing (a choice that is preselected does not count)."""
        texts = (self.data.get(self.add_prefix(name), "") for name in self.fields if name not in self.preset)
        return not any(str(text).strip() for text in texts)

    preset: frozenset[str] = frozenset()


class Text(forms.CharField):
    """Text as it was typed, with the line ends that browsers send made plain."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(required=False, strip=False, **kwargs)

    def to_python(self, value: Any) -> str:
        return str(super().to_python(value)).replace("\r\n", "\n")


def box(rows: int, **attrs: str) -> forms.Textarea:
    return forms.Textarea(attrs={"rows": rows, "spellcheck": "false", **attrs})


class TargetRow(Row):
    """`what` is endpoint:ID, recorded, majority, nearest, or kept:N and fixed:N for what the version that is being
    changed says as it stands (called, and not called)."""

    name = forms.CharField(required=False, label="Name")
    what = forms.ChoiceField(required=False, label="What it is")
    column = forms.CharField(required=False, strip=False, label="Column with the answers")
    train = forms.ChoiceField(required=False, label="Learns from")
    temperature = forms.CharField(required=False, label="Temperature")
    max_tokens = forms.CharField(required=False, label="Most output tokens", help_text="256 when left out.")
    params = Text(label="Further parameters", widget=box(1), help_text='As JSON, such as {"top_p": 0.9}.')
    prompt = Text(label="A prompt of its own", widget=box(3))
    system = Text(label="A system prompt of its own", widget=box(2))

    def __init__(self, *args: Any, what: list[Any], train: list[Any], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["what"].choices = what  # type: ignore[attr-defined]
        self.fields["train"].choices = train  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        said = super().clean() or {}
        what = said.get("what", "")
        if self.is_blank() or "what" in self.errors:
            return said
        if not what:
            self.add_error("what", "Choose what this target is.")
        if what in BASELINES and not said.get("train"):
            self.add_error("train", "Choose the rows that the baseline learns from.")
        if what == RECORDED and not said.get("column"):
            self.add_error("column", "Name the column that holds the answers.")
        return said

    def clean_temperature(self) -> int | float | None:
        return self._number("temperature")

    def clean_max_tokens(self) -> int | float | None:
        return self._number("max_tokens")

    def clean_params(self) -> dict[str, Any]:
        text = self.cleaned_data["params"].strip()
        if not text:
            return {}
        try:
            params = json.loads(text)
        except (ValueError, RecursionError):
            params = None
        if not isinstance(params, dict):
            raise forms.ValidationError('This is not a JSON object, such as {"top_p": 0.9}.')
        return params

    def _number(self, name: str) -> int | float | None:
        text = self.cleaned_data[name]
        return number(text, str(self.fields[name].label)) if text.strip() else None

    def called(self) -> dict[str, Any]:
        """What a target that is called says besides its endpoint."""
        said = self.cleaned_data
        params = dict(said.get("params") or {})
        params |= {key: said[key] for key in ("temperature", "max_tokens") if said.get(key) is not None}
        texts = {key: said[key] for key in ("prompt", "system") if said.get(key)}
        return {"params": params, "prompt": None, "system": None, **texts}


class ScorerRow(Row):
    kind = forms.ChoiceField(required=False, choices=SCORERS, label="Scorer")
    setting = Text(
        label="Setting",
        widget=box(1),
        help_text="regex: the pattern. numeric: the tolerance. json_fields: names with commas between them.",
    )

    def said(self) -> Any:
        """The scorer as the spec writes it."""
        kind, setting = self.cleaned_data.get("kind", ""), self.cleaned_data.get("setting", "")
        if kind == "regex":
            return {"regex": setting}
        if kind == "json_fields":
            return {"json_fields": _names(setting)}
        if kind == "numeric" and setting.strip():
            return {"numeric": {"tolerance": self.cleaned_data["tolerance"]}}
        return kind

    def clean(self) -> dict[str, Any]:
        said = super().clean() or {}
        kind, setting = said.get("kind"), said.get("setting", "").strip()
        if setting and not kind and "kind" not in self.errors:
            self.add_error("kind", "Choose the scorer that this setting is for.")
        if kind in ("regex", "json_fields") and not setting:
            self.add_error("setting", "This scorer needs its setting.")
        if kind == "numeric" and setting:
            try:
                said["tolerance"] = number(setting, "The tolerance")
            except forms.ValidationError as error:
                self.add_error("setting", error)
                said["tolerance"] = 0
        elif kind in ("exact", "contains", "token_f1") and setting:
            self.add_error("setting", f"{kind} has no setting; leave this empty.")
        return said


def _names(text: str) -> list[str]:
    if text.lstrip().startswith("["):
        try:
            names = json.loads(text)
        except ValueError:
            names = None
        if isinstance(names, list) and all(isinstance(name, str) for name in names):
            return names
    return [name.strip() for name in text.split(",") if name.strip()]


_MISSING = {
    "target": "Name the target that has to reach it.",
    "metric": "Choose what is measured.",
    "threshold": "Say the value that decides, such as 0.85 or 85 %.",
}


class CriterionRow(Row):
    preset = frozenset({"direction"})
    target = forms.CharField(
        required=False,
        label="Target",
        widget=forms.TextInput(attrs={"list": "target-names", "autocomplete": "off"}),
    )
    criterion = forms.ChoiceField(required=False, label="What decides")
    metric = forms.ChoiceField(required=False, label="Metric")
    direction = forms.ChoiceField(required=False, choices=DIRECTIONS, label="Direction")
    threshold = forms.CharField(required=False, label="Threshold")

    def __init__(self, *args: Any, stated: list[Any] | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._offer_criteria(stated or [])
        chosen = self.data.get(self.add_prefix("metric")) or self.initial.get("metric") or ""
        names = [*METRICS, *([chosen] if _is_numbered(chosen) else [])]
        titles = [(name, f"{METRICS[name].title} ({name})" if name in METRICS else name) for name in names]
        self.fields["metric"].choices = [("", "Choose…"), *titles]  # type: ignore[attr-defined]

    def _offer_criteria(self, stated: list[Any]) -> None:
        """Those of the engagement, and the one that the version before names, should it be dropped by now."""
        named = self.initial.get("criterion") or ""
        gone = (
            [(named, f"{named}, which is not stated any more")] if named not in dict(stated) and named else []
        )
        offered = [("", "A metric and a threshold"), *stated, *gone]
        self.fields["criterion"].choices = offered  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        said = super().clean() or {}
        if said.get("criterion"):
            if not said.get("target"):
                self.add_error("target", _MISSING["target"])
            for name in ("metric", "threshold"):
                if said.get(name) not in (None, ""):
                    words = f"{said['criterion']} says this itself; leave it empty."
                    self.add_error(name, words)
        elif not self.is_blank():
            for name, words in _MISSING.items():
                if name not in self.errors and said.get(name) in (None, ""):
                    self.add_error(name, words)
        return said

    def clean_threshold(self) -> int | float | None:
        text = self.cleaned_data["threshold"]
        return number(text, "The threshold") if text.strip() else None

    def said(self) -> dict[str, Any]:
        """The criterion as the spec writes it."""
        said = self.cleaned_data
        if said.get("criterion"):
            return {"target": said.get("target", ""), "criterion": said["criterion"]}
        direction = said.get("direction") or "at_least"
        return {
            "target": said.get("target", ""),
            "metric": said.get("metric", ""),
            direction: said.get("threshold"),
        }


def _is_numbered(metric: str) -> bool:
    """Whether this is the name of a scorer that is used again, such as regex_2."""
    kind, _, ordinal = metric.rpartition("_")
    return kind in METRICS and ordinal.isascii() and ordinal.isdigit()
