"""Where a source may lie, what it is called, and under which name an uploaded file is kept."""

import os
import re
import unicodedata

from apps.core.endpoints import Unfit, check_reference
from apps.dataplane.contract import plan

SUFFIXES = {
    ".csv": "csv",
    ".tsv": "csv",
    ".txt": "csv",
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".parquet": "parquet",
    ".xlsx": "xlsx",
}
_LONGEST = 120  # bytes of a file's name without its suffix


def kind_of(name: str) -> str | None:
    """The kind of source that a file's name suggests."""
    return SUFFIXES.get(os.path.splitext(name)[1].lower())


def is_others(path: str, *, shared: str, own: str) -> bool:
    """Whether a path lies in the folder that all clients of this machine share, but outside of the client's own part.

    All three absolute. The shared folder itself is others' too: listing it would tell who the clients are.
    """
    place, shared, own = (os.path.normpath(f"/{text.lstrip('/')}") for text in (path, shared, own))
    return _within(place, shared) and not _within(place, own)


def _within(path: str, folder: str) -> bool:
    return path == folder or path.startswith(folder.rstrip("/") + "/")


def parents(path: str, *, top: str) -> list[tuple[str, str]]:
    """The folders from `top` (or from the data roots, when the path lies elsewhere) down to `path`, as (name, path)."""
    path = os.path.normpath(path) if path else ""
    inside = bool(top) and bool(path) and _within(path, os.path.normpath(top))
    trail = [("Your folder" if inside else "Data roots", os.path.normpath(top) if inside else "")]
    at = trail[0][1]
    for part in path[len(at) :].split("/") if path else ():
        if part:
            at = f"{at}/{part}"
            trail.append((part, at))
    return trail


def name_of(source: plan.Source) -> str:
    """What a source is called until somebody names it: the file's name, the table, or that it is a query."""
    if isinstance(source, plan.PostgresSource):
        return (source.table or f"Query of {source.dsn}")[:120]
    name = os.path.basename(source.path.rstrip("/"))
    return printable(name)[:120] or source.kind


def printable(text: str) -> str:
    """The text on one line, without what cannot be shown."""
    kept = "".join(letter for letter in text if unicodedata.category(letter) not in {"Cc", "Cs", "Cf"})
    return " ".join(kept.split())


def file_name(name: str, kind: str, number: int = 1) -> str:
    """Letters, digits, dots and hyphens of an uploaded file's name with the suffix of its kind: "cases-2.csv" for the
    second other file of one name."""
    stem = os.path.splitext(os.path.basename(name.replace("\\", "/")))[0]
    plain = re.sub(r"[^\w.]+", "-", unicodedata.normalize("NFC", stem)).strip("-._")
    short = plain.encode("utf-8", "ignore")[:_LONGEST].decode("utf-8", "ignore").strip("-._")
    return f"{short or 'data'}{'' if number == 1 else f'-{number}'}.{kind}"


def problems(source: plan.Source) -> list[tuple[str, str]]:
    """What keeps an address from being one, as (field, what would be right)."""
    if isinstance(source, plan.PostgresSource):
        return _database_problems(source)
    found = []
    if not source.path.startswith("/"):
        found.append(("path", "Write the whole path as the site sees it, beginning with a slash."))
    elif source.path.endswith("/") and not isinstance(source, plan.FolderSource):
        found.append(("path", "This is a folder; name a file in it."))
    if not source.path.isprintable():
        found.append(("path", "This holds characters that cannot be shown."))
    return found


def _database_problems(source: plan.PostgresSource) -> list[tuple[str, str]]:
    found = []
    try:
        check_reference(source.dsn)
    except Unfit:
        text = "Write a reference such as secret:warehouse, env:DSN or file:/path; never the address itself."
        found.append(("dsn", text))
    if source.table is not None and source.query is not None:
        found.append(("query", "Give a table or a query, not both."))
    elif source.table is None and source.query is None:
        found.append(("table", "Give a table, or a query instead."))
    return found
