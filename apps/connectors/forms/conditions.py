"""The rows of a filter: column, operator, values. All must hold."""

from collections.abc import Iterator
from typing import Any

from django import forms
from django.forms.boundfield import BoundField

from apps.dataplane.contract import plan

from ..rules import roles as rules

MOST = 20
_TEXT = 4000  # characters of all values of one condition
_COLUMN = 400


class ConditionsForm(forms.Form):
    """names: {token: column} to choose from; empty: the names are typed."""

    count = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(
        self, data: Any = None, *, names: dict[str, str], initial: dict[str, Any], **kwargs: Any
    ) -> None:
        super().__init__(data, initial=initial, **kwargs)
        self.condition_names = names
        self.number = number_of_rows(data if data is not None else initial)
        self.initial["count"] = self.number
        for row in range(self.number):
            self.fields.update(_fields(row, names))

    @property
    def condition_rows(self) -> Iterator[tuple[BoundField, BoundField, BoundField]]:
        """Column, operator and values of each row."""
        for row in range(self.number):
            yield self[f"c{row}_column"], self[f"c{row}_operator"], self[f"c{row}_values"]

    @property
    def may_grow(self) -> bool:
        return self.number < MOST

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        found = (self._condition(row, cleaned) for row in range(self.number))
        cleaned["conditions"] = [condition for condition in found if condition]
        return cleaned

    def _condition(self, row: int, cleaned: dict[str, Any]) -> plan.Condition | None:
        """The row's condition; None for a row that is not filled in, or wrongly."""
        column, operator, text = (cleaned.get(f"c{row}_{part}") for part in ("column", "operator", "values"))
        if column is None or operator is None or text is None:
            return None
        values = tuple(line for line in text.splitlines() if line.strip())
        if not column:
            if values or operator in rules.WITHOUT_VALUES:
                self.add_error(
                    f"c{row}_column", "Choose the column." if self.condition_names else "Name the column."
                )
            return None
        name = self.condition_names.get(column, column)
        condition = plan.Condition(column=name, operator=operator, values=values)
        if problem := rules.problem_of_condition(condition):
            self.add_error(f"c{row}_values", problem)
        return condition


def number_of_rows(given: Any) -> int:
    """How many rows a form has that was sent, or is first shown; at least one."""
    text = str(given.get("count", ""))
    return min(max(int(text), 1), MOST) if text.isascii() and text.isdigit() and len(text) < 4 else 1


def shown_conditions(roles: dict[str, Any], names: dict[str, str]) -> dict[str, Any]:
    """A dataset's filter as the form shows it, with the number of its rows."""
    tokens = {name: token for token, name in names.items()}
    stated = list(roles.get("filter", ()))
    shown: dict[str, Any] = {"count": len(stated) + (not stated)}
    for row, condition in enumerate(stated):
        shown[f"c{row}_column"] = tokens.get(condition["column"], condition["column"])
        shown[f"c{row}_operator"] = condition["operator"]
        shown[f"c{row}_values"] = "\n".join(condition["values"])
    return shown


def _fields(row: int, names: dict[str, str]) -> dict[str, forms.Field]:
    column: forms.Field
    if names:
        column = forms.ChoiceField(choices=[("", "Column"), *names.items()], required=False, label="Column")
    else:
        column = forms.CharField(required=False, max_length=_COLUMN, label="Column")
    return {
        f"c{row}_column": column,
        f"c{row}_operator": forms.ChoiceField(
            choices=rules.OPERATORS, initial="is", required=False, label="Operator"
        ),
        f"c{row}_values": forms.CharField(
            required=False,
            max_length=_TEXT,
            strip=False,
            label="Values",
            widget=forms.Textarea(attrs={"rows": 1, "placeholder": "one a line", "spellcheck": "false"}),
        ),
    }
