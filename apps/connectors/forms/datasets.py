"""What each column is for, which rows are meant, and how many of them are drawn."""

from typing import Any

from django import forms
from django.forms.boundfield import BoundField

from apps.core.forms import EditForm, LineField
from apps.dataplane.contract import plan

from ..models import NAME, Source
from ..rules import roles as rules
from .conditions import ConditionsForm, shown_conditions

CHOSEN, TYPED = "chosen", "typed"
COLUMN = 400  # characters of a column's name


class LinesField(forms.CharField):
    """Several texts, one a line; outer space and blank lines are dropped."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(widget=forms.Textarea(attrs={"rows": 3, "spellcheck": "false"}), **kwargs)

    def to_python(self, value: Any) -> list[str]:  # type: ignore[override]
        lines = [line.strip() for line in (super().to_python(value) or "").splitlines() if line.strip()]
        if any(len(line) > COLUMN for line in lines):
            raise forms.ValidationError(
                f"A column's name has at most {COLUMN} characters; one column a line."
            )
        return lines

    def run_validators(self, value: Any) -> None:
        super().run_validators("\n".join(value))


class DatasetForm(ConditionsForm):
    """Over the known columns of `source` a role for each; typed names where they are not known, or stay at the site.

    roles: what is shown at first. After `is_valid()`, `cleaned_data["dataset"]` is the dataset.
    """

    only_name = False
    name = LineField(max_length=NAME, help_text="What people choose it by, such as “messages of May”.")
    mode = forms.CharField(required=False, widget=forms.HiddenInput)
    size = forms.IntegerField(
        label="Rows",
        required=False,
        min_value=1,
        max_value=10**9,
        help_text="Left empty: every row. Otherwise so many, drawn by chance.",
    )
    seed = forms.IntegerField(
        required=False,
        min_value=0,
        max_value=2**63 - 1,
        help_text="The same seed draws the same rows each time, on any source with the same keys.",
    )

    def __init__(
        self, data: Any = None, *, source: Source, roles: dict[str, Any] | None = None, **kwargs: Any
    ) -> None:
        self.source, self.roles = source, roles or {}
        names = rules.choosable(source.columns)
        mode = str(data.get("mode", "")) if data is not None else ""
        unfit = bool(roles) and not rules.fit_for_choosing(self.roles, names)
        self.typed = not names or mode == TYPED or (mode != CHOSEN and unfit)
        self.names = {} if self.typed else {rules.token_of(name): name for name in names}
        initial = {"mode": TYPED if self.typed else CHOSEN, **self._shown(), **kwargs.pop("initial", {})}
        super().__init__(data, initial=initial, names=self.names, **kwargs)
        self.fields.update(self._typed_fields() if self.typed else self._role_fields())

    def _shown(self) -> dict[str, Any]:
        roles, sample = self.roles, self.roles.get("sample") or {}
        listed = {name: "\n".join(roles.get(name, ())) for name in ("input", "slices")}
        single = {name: roles.get(name) or "" for name in ("key", "reference")}
        chosen = {f"role_{token}": rules.role_of(roles, name) for token, name in self.names.items()}
        drawn = {"size": sample.get("size"), "seed": sample.get("seed", 0)}
        return {**listed, **single, **chosen, **drawn, **shown_conditions(roles, self.names)}

    def _typed_fields(self) -> dict[str, forms.Field]:
        return {
            "input": LinesField(label="Inputs", help_text="Columns that the prompt may use, one a line."),
            "reference": forms.CharField(
                required=False, max_length=COLUMN, help_text="The column that holds the right answer."
            ),
            "slices": LinesField(
                required=False, help_text="Columns by whose values results are also told, one a line."
            ),
            "key": forms.CharField(
                required=False,
                max_length=COLUMN,
                help_text="A column that is always filled and never the same twice.",
            ),
        }

    def _role_fields(self) -> dict[str, forms.Field]:
        return {
            f"role_{token}": forms.ChoiceField(
                choices=rules.ROLES,
                required=False,
                label=name,
                widget=forms.Select(attrs={"aria-label": f"Role of {name}", "class": "select-fit"}),
            )
            for token, name in self.names.items()
        }

    @property
    def role_fields(self) -> list[BoundField]:
        """The field of each known column's role, in the source's order; none where names are typed."""
        return [self[f"role_{token}"] for token in self.names]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        self._check_vanished()
        if self.errors:
            return cleaned
        roles = self._typed_roles(cleaned) if self.typed else self._chosen_roles(cleaned)
        if not self.errors:
            sample = {"size": cleaned["size"], "seed": cleaned["seed"] or 0} if cleaned["size"] else None
            address, conditions = self.source.address, cleaned["conditions"]
            body = {**roles, "source": address, "sample": sample, "filter": conditions}
            cleaned["dataset"] = dataset = plan.Dataset.model_validate(body)
            if problem := rules.problem_of_roles(dataset):
                self.add_error("mode", problem)
        return cleaned

    def _check_vanished(self) -> None:
        """A role for a column that the source no longer has: it was tested again since the form was opened."""
        given = [name for name in self.data if name.startswith("role_") and self.data.get(name)]
        if not self.typed and any(name not in self.fields for name in given):
            self.add_error(
                "mode", "The source's columns have changed since you opened this; look at the roles again."
            )

    def _chosen_roles(self, cleaned: dict[str, Any]) -> dict[str, Any]:
        found: dict[str, list[str]] = {role: [] for role, _ in rules.ROLES}
        for token, name in self.names.items():
            found[cleaned[f"role_{token}"]].append(name)
        for role in (rules.KEY, rules.REFERENCE):
            if len(found[role]) > 1:
                self.add_error(
                    "mode", f"Only one column can be the {role}; now {' and '.join(found[role][:3])} are."
                )
        return {
            "input": self._as_before("input", found[rules.INPUT]),
            "slices": self._as_before("slices", found[rules.SLICE]),
            "reference": next(iter(found[rules.REFERENCE]), None),
            "key": next(iter(found[rules.KEY]), None),
        }

    def _as_before(self, role: str, names: list[str]) -> list[str]:
        """The same columns in the order they were written in, so that to open and to save changes nothing."""
        before = list(self.roles.get(role, ()))
        return before if sorted(before) == sorted(names) else names

    def _typed_roles(self, cleaned: dict[str, Any]) -> dict[str, Any]:
        return {name: cleaned[name] or None for name in ("reference", "key")} | {
            name: cleaned[name] for name in ("input", "slices")
        }


class DatasetEditForm(DatasetForm, EditForm):
    """frozen: roles, filter and sample stay, so that only the name is asked for; others that are sent all the same,
    because the form was opened before, are judged by the service."""

    def __init__(self, data: Any = None, *, frozen: bool = False, **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        self.only_name = frozen and "mode" not in (data or ())
        for name, field in self.fields.items():
            field.disabled = self.only_name and name not in ("name", "version")
