"""What the columns of a dataset are for, and which rows it is about."""

import hashlib
import math
import re
from collections.abc import Iterable, Sequence
from typing import Any

from apps.dataplane.contract import plan

INPUT, REFERENCE, SLICE, KEY, UNUSED = "input", "reference", "slice", "key", ""
ROLES = [
    (UNUSED, "unused"),
    (INPUT, "input"),
    (REFERENCE, "reference"),
    (SLICE, "slice"),
    (KEY, "key"),
]
MEANINGS = [
    ("Input", "The prompt may use it. At least one."),
    ("Reference", "Holds the right answer. At most one; scorers and baselines need it."),
    ("Slice", "Results are also told for each of its values, such as channel or language."),
    ("Key", "Names a row, so that it is known again. At most one, always filled, never the same twice."),
]
OPERATORS = [
    ("is", "is one of"),
    ("is_not", "is none of"),
    ("contains", "contains any of"),
    ("at_least", "is at least"),
    ("at_most", "is at most"),
    ("filled", "is filled"),
    ("empty", "is empty"),
]
WITHOUT_VALUES = ("filled", "empty")
NUMBERS = ("at_least", "at_most")
CHOSEN_FROM = 200  # columns; of a wider source the names are typed
_LABEL = re.compile(r"column#\d+")


def names_stay(columns: Sequence[dict[str, Any]]) -> bool:
    """Whether the site has sent labels such as column#3 instead of names, which no dataset can use."""
    return bool(columns) and all(_LABEL.fullmatch(str(column["name"])) for column in columns)


def choosable(columns: Sequence[dict[str, Any]]) -> list[str]:
    """The names of the columns to choose from; none when they have to be typed."""
    if names_stay(columns) or len(columns) > CHOSEN_FROM:
        return []
    return [str(column["name"]) for column in columns]


def token_of(column: str) -> str:
    """A short word that stands for a column in a form, whatever characters its name has."""
    return hashlib.sha256(column.encode("utf-8", "surrogatepass")).hexdigest()[:12]


def role_of(roles: dict[str, Any], column: str) -> str:
    """What a column is for, in a dataset's roles."""
    if column == roles.get("key"):
        return KEY
    if column == roles.get("reference"):
        return REFERENCE
    if column in roles.get("input", ()):
        return INPUT
    return SLICE if column in roles.get("slices", ()) else UNUSED


def used(roles: dict[str, Any]) -> list[str]:
    """Every column that the roles and the filter name, once for each time."""
    single = [name for name in (roles.get("key"), roles.get("reference")) if name is not None]
    return [*roles.get("input", ()), *roles.get("slices", ()), *single]


def fit_for_choosing(roles: dict[str, Any], names: Iterable[str]) -> bool:
    """Whether a table with one role a column can show these roles: each column known, and in one role only."""
    columns = used(roles)
    filtered = {condition["column"] for condition in roles.get("filter", ())}
    return len(columns) == len(set(columns)) and (set(columns) | filtered) <= set(names)


def problem_of_roles(dataset: plan.Dataset) -> str | None:
    """What is wrong with the columns' roles, if anything."""
    if not dataset.input:
        return "Choose at least one input: a column that the prompt may use."
    for names, what in ((dataset.input, "an input"), (dataset.slices, "a slice")):
        if len(set(names)) < len(names):
            return f"A column is named twice as {what}."
    return None


def problem_of_condition(condition: plan.Condition) -> str | None:
    """What is wrong with the values of a condition, if anything."""
    words, values = dict(OPERATORS)[condition.operator], condition.values
    if condition.operator in WITHOUT_VALUES:
        return f"“{words}” takes no values." if values else None
    if condition.operator in NUMBERS:
        return (
            None if len(values) == 1 and is_number(values[0]) else f"“{words}” takes one number, such as 5."
        )
    return None if values else f"“{words}” needs at least one value."


def is_number(text: str) -> bool:
    """As the site understands it: finite, and without underscores."""
    try:
        return math.isfinite(float(text)) and "_" not in text
    except ValueError:
        return False


def roles_of(dataset: plan.Dataset) -> dict[str, Any]:
    """What a dataset keeps besides its source, as JSON; equal however it was written."""
    return dataset.model_dump(mode="json", exclude={"source"})


def in_words(roles: dict[str, Any]) -> list[tuple[str, str]]:
    """The roles, the filter and the sample as (name, text) for a person."""
    sample, conditions = roles.get("sample"), roles.get("filter", ())
    drawn = f"{sample['size']:,} rows, drawn with seed {sample['seed']}" if sample else "every row"
    return [
        ("Input", ", ".join(roles["input"])),
        ("Reference", roles.get("reference") or "none"),
        ("Slices", ", ".join(roles.get("slices", ())) or "none"),
        ("Key", roles.get("key") or "none; rows are told apart by their content"),
        ("Filter", " and ".join(condition_in_words(condition) for condition in conditions) or "none"),
        ("Sample", drawn),
    ]


def condition_in_words(condition: dict[str, Any]) -> str:
    """Such as: channel is one of mail, chat."""
    operator = dict(OPERATORS)[condition["operator"]]
    return f"{condition['column']} {operator} {', '.join(condition.get('values', ()))}".strip()
