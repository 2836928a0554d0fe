"""Testing the connection to a source: the steps there, which of them a site's answer says has failed, what to do."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from apps.dataplane.contract.errors import text_of

Name = Literal["path", "login", "grant", "format"]
State = Literal["done", "failed", "running", "waiting"]
LABELS: dict[Name, str] = {"path": "Path", "login": "Login", "grant": "Grant", "format": "Format"}
FILE_STEPS: tuple[Name, ...] = ("path", "grant", "format")
DATABASE_STEPS: tuple[Name, ...] = (
    "login",
    "path",
    "grant",
    "format",
)  # a table is looked for after the login
WRONG_PATH: tuple[Name, str] = ("path", "Correct the path; “Browse the site” shows what lies there.")
SPLIT: tuple[Name, str] = (
    "format",
    "Name a smaller file or query, or have the site's owner raise its limits.",
)

# code: (the step that fails with it, what to do next)
TROUBLES: dict[str, tuple[Name, str]] = {
    "path_outside_roots": (
        "path",
        "Move the file below a data root, or have the site's owner open its folder.",
    ),
    "path_symlink": ("path", "Name the real file, or have the site's owner open the folder it lies in."),
    "source_not_found": WRONG_PATH,
    "source_not_a_folder": WRONG_PATH,
    "source_not_a_file": WRONG_PATH,
    "secret_missing": ("login", "The site's owner stores it there with: fieldwork-site secret NAME"),
    "source_connection": (
        "login",
        "Check host, port, user and password in the stored address, and that the site reaches the host.",
    ),
    "source_denied": ("grant", "Have the site's owner let the site's account read the file."),
    "source_permission": ("grant", "Ask for SELECT on the table for this role, and for nothing more."),
    "source_unreadable": (
        "format",
        "Choose the kind that the file really has, or repair it where it is named.",
    ),
    "source_empty": ("format", "Name a file or table with rows and a header."),
    "source_not_utf8": ("format", "Save the file as UTF-8."),
    "source_nul": ("format", "Save the file as UTF-8 text, or choose the kind that it really has."),
    "source_ragged": ("format", "Repair the line: quote fields that hold the delimiter or a line break."),
    "source_too_wide": ("format", "Leave out columns, or have the site's owner raise its limits."),
    "source_too_large": SPLIT,
    "source_field_too_large": ("format", "Shorten the field, or quote the fields before it correctly."),
    "source_no_sheet": ("format", "Correct the sheet's name, or leave it empty for the first sheet."),
    "source_duplicate_columns": ("format", "Give every column a name of its own."),
    "source_missing_column": ("format", "Name a column that the source has."),
    "source_duplicate_keys": ("format", "Choose a key column whose values differ, or none."),
    "source_empty_key": ("format", "Choose a key column that is always filled, or none."),
    "source_query": ("format", "Correct the query: one SELECT that the database accepts."),
    "source_timeout": SPLIT,
    "source_changed": ("format", "Test again when nobody writes to the file any more."),
    "snapshot_missing": ("format", "Start a new run; what this one froze is gone."),
    "filter_empty": ("format", "Loosen the dataset's filter."),
}
# Not a matter of the source: no step has failed, the site itself has.
OF_THE_SITE: dict[str, str] = {
    "site_error": "Test again; if it stays, the site's log says why.",
    "plan_unsupported": "Have the site's owner update the site.",
    "policy_unreadable": "Have the site's owner repair the policy file.",
    "names_stay": "Type the path instead; the site's owner knows it.",
}
WARNINGS = {
    "source_role_can_write": "This login can also write. Ask for a role that may only SELECT.",
}


@dataclass(frozen=True)
class Step:
    """One line of components/steps.html."""

    name: str
    state: State
    text: str = ""


def step_of(code: str) -> Name | None:
    """The step that fails with this code; None when it says nothing about the source."""
    return TROUBLES[code][0] if code in TROUBLES else None


def advice(code: str) -> str:
    """What to do next about it."""
    if code in TROUBLES:
        return TROUBLES[code][1]
    return OF_THE_SITE.get(code, "Test again; the site's own log says more.")


def steps(kind: str, *, waiting: bool, tested: bool, trouble: str, done: Mapping[str, str]) -> list[Step]:
    """The steps of a source of that kind. waiting: the site has been asked and has not answered; tested: it has, before
    or now, with `trouble` (a code, or empty). done: what to say of a step that has succeeded."""
    names = DATABASE_STEPS if kind == "postgres" else FILE_STEPS
    failed = step_of(trouble)
    if waiting:
        running = Step(LABELS[names[0]], "running", "The site has been asked.")
        return [running, *(Step(LABELS[name], "waiting") for name in names[1:])]
    if not tested or (trouble and failed not in names):
        return [Step(LABELS[name], "waiting") for name in names]
    at = names.index(failed) if failed in names else len(names)
    return [
        Step(LABELS[name], "done", done.get(name, ""))
        if position < at
        else Step(LABELS[name], "failed", text_of(trouble))
        if position == at
        else Step(LABELS[name], "waiting")
        for position, name in enumerate(names)
    ]


def facts_in_words(facts: Mapping[str, Any]) -> list[tuple[str, str]]:
    """The harmless facts of a failure as (name, value), such as ("Line", "7")."""
    said = [(name, value) for name, value in facts.items() if isinstance(value, str | int | float)]
    return [
        (name.replace("_", " ").capitalize(), f"{value:,}" if isinstance(value, int) else str(value)[:200])
        for name, value in said
    ]
