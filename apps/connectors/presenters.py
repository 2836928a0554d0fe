"""What the pages of sources show, in words."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from apps.core.figures import percent
from apps.dataplane.contract.errors import text_of
from apps.dataplane.contract.privacy import Level
from apps.dispatch import selectors as dispatch
from apps.dispatch.models import Site

from .models import Dataset, Look, Source
from .rules.places import kind_of, parents
from .rules.roles import names_stay
from .rules.steps import LABELS as STEPS
from .rules.steps import WARNINGS, Step, advice, facts_in_words, step_of, steps

LABELS = {"csv": "CSV", "jsonl": "JSONL", "parquet": "Parquet", "xlsx": "XLSX", "postgres": "PostgreSQL"}


@dataclass(frozen=True)
class Tested:
    """A source as it was last tested, or is being tested. told: "waiting", "away" or "answered"."""

    told: str
    site: Site | None
    steps: list[Step]
    failure: str = ""  # of the site itself, when no step has failed
    advice: str = ""
    facts: list[tuple[str, str]] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)


def tested(source: Source, site: Site | None) -> Tested:
    """`source` with its latest inquiry; `site`: whom a new question would be put to."""
    looked, trouble = source.looked, source.trouble
    waiting = looked is not None and looked.is_open
    asked = looked.plan.site if looked else site
    told = "answered"
    if waiting and asked:
        told = "waiting" if dispatch.is_present(asked) else "away"
    failure = looked.failure if looked and not waiting and trouble else None
    return Tested(
        told=told,
        site=asked,
        steps=steps(
            source.kind,
            waiting=waiting,
            tested=source.checked_at is not None,
            trouble=trouble,
            done=_done(source),
        ),
        failure=text_of(trouble) if trouble and not waiting and step_of(trouble) is None else "",
        advice=advice(trouble) if trouble and not waiting else "",
        facts=facts_in_words(failure["facts"]) if failure else [],
        warnings=[]
        if trouble or waiting
        else [WARNINGS.get(code, code) for code in source.read.get("warnings", ())],
    )


def _done(source: Source) -> dict[str, str]:
    """What each step has shown, once it has succeeded."""
    if source.kind == "postgres":
        login = "The credential is stored at the site, and the database accepts it."
        there = "The table exists." if source.address.get("table") else "The query names what exists."
        return {"login": login, "path": there, "grant": "The role may read it.", "format": _format(source)}
    there = "The file lies below a data root of the site."
    return {"path": there, "grant": "The site's account may read it.", "format": _format(source)}


def _format(source: Source) -> str:
    if source.trouble or not source.columns:
        return ""
    read, whole = source.read.get("read", 0), source.read.get("whole", False)
    width = len(source.columns)
    rows = f"{read:,} rows" if whole else f"more than {read:,} rows"
    return f"Reads as {LABELS.get(source.kind, source.kind)}: {width:,} column{'' if width == 1 else 's'}, {rows}."


def column_rows(source: Source) -> list[dict[str, Any]]:
    """The columns with shares and lengths as texts."""
    read, most = source.read.get("read", 0), source.read.get("most_distinct", 0)
    return [_column(column, read, most) for column in source.columns]


def _column(column: dict[str, Any], read: int, most: int) -> dict[str, Any]:
    filled, distinct = column["filled"], column["distinct"]
    lengths = column["longest"] > 0
    span = f"{column['shortest']:,}" + (
        f" to {column['longest']:,}" if column["longest"] != column["shortest"] else ""
    )
    return {
        "name": column["name"],
        "filled": percent(filled / read, 0) if read and filled else "–",
        "distinct": f"{distinct:,}{'+' if most and distinct >= most else ''}" if filled else "–",
        "numeric": percent(column["numeric"] / filled, 0) if filled else "–",
        "lengths": span if lengths else "–",
    }


def sentence(source: Source, site: Site | None) -> str:
    """Which level and policy the columns came under, and why there are no values, if there are none."""
    if not source.columns:
        return ""
    level = Level(source.read.get("level", Level.SCORES))
    names = (
        "Names of columns stay at the site; they are shown as labels. " if names_stay(source.columns) else ""
    )
    allows = f"; the policy of {site} allows up to {site.level}" if site else ""
    if level is Level.AGGREGATE:
        what = "Numbers over all rows only: no lengths and no values leave the site."
    elif level is Level.SCORES:
        what = "Only numbers leave the site: no values are shown."
    elif level is Level.REDACTED:
        what = "The first rows leave the site with patterns of personal data masked; names of people are not covered."
    else:
        what = "The first rows leave the site as they are."
    return f"Seen at level {level}{allows}. {names}{what}"


def first_rows(source: Source) -> list[list[str]]:
    """The first rows, as long as the inquiry is kept that brought them."""
    looked = source.looked
    answer = looked.answer if looked else None
    return answer["rows"] if answer else []


@dataclass(frozen=True)
class Around:
    """What lies in a place. trail: (name, path) of the folders above."""

    told: str
    site: Site
    folders: list[dict[str, Any]]
    others: list[dict[str, Any]]
    more: bool
    failure: str
    advice: str
    trail: list[tuple[str, str]]


def around(look: Look, top: str) -> Around:
    """`top`: the folder above which nothing is shown; empty: the data roots."""
    inquiry, place = look.inquiry, look.place
    site = inquiry.plan.site
    told = "answered" if not inquiry.is_open else "waiting" if dispatch.is_present(site) else "away"
    entries = inquiry.answer["entries"] if inquiry.answer else []
    code = inquiry.failure["code"] if inquiry.failure else ""
    path = place.get("path", "")
    return Around(
        told=told,
        site=site,
        folders=[_entry(entry, path, place.get("dsn", "")) for entry in entries if entry["kind"] == "folder"],
        others=[_entry(entry, path, place.get("dsn", "")) for entry in entries if entry["kind"] != "folder"],
        more=bool(inquiry.answer and inquiry.answer["more"]),
        failure=text_of(code) if code else "",
        advice=advice(code) if code else "",
        trail=[] if place["kind"] == "postgres" else parents(path, top=top),
    )


def _entry(entry: dict[str, Any], folder: str, dsn: str) -> dict[str, Any]:
    path = f"{folder.rstrip('/')}/{entry['name']}" if folder else entry["name"]
    kind = entry["kind"] if dsn else LABELS.get(kind_of(entry["name"]) or "", "not one that is read")
    source = _source(entry, path, dsn)
    return {**entry, "path": path, "source": source, "href": urlencode(source), "format": kind}


def _source(entry: dict[str, Any], path: str, dsn: str) -> dict[str, str]:
    """What the form of a new source is filled in with; nothing for what is none."""
    if dsn:
        return {"kind": "postgres", "dsn": dsn, "table": entry["name"]}
    kind = kind_of(entry["name"]) if entry["kind"] == "file" else None
    return {"path": path, "kind": kind} if kind else {}


def source_rows(sources: Iterable[Source]) -> list[dict[str, Any]]:
    """Each source of `selectors.sources_of` with what a list says of it."""
    return [
        {
            "source": source,
            "format": LABELS.get(source.kind, source.kind),
            "place": source.address.get("path") or source.address.get("dsn", ""),
            "failed": _failed(source.trouble),
        }
        for source in sources
    ]


def _failed(trouble: str) -> str:
    step = step_of(trouble)
    return f"{STEPS[step]} failed" if step else "Site failed" if trouble else ""


def as_query(source: Source) -> str:
    """The query that fills in the form of a new source with what this one has."""
    return urlencode({name: text for name, text in source.address.items() if text})


def dataset_rows(datasets: Iterable[Dataset]) -> list[dict[str, Any]]:
    """Each dataset with what a list says of it."""
    return [
        {
            "dataset": dataset,
            "inputs": ", ".join(dataset.roles.get("input", ())),
            "reference": dataset.roles.get("reference") or "",
            "sample": (dataset.roles.get("sample") or {}).get("size"),
            "filtered": bool(dataset.roles.get("filter")),
        }
        for dataset in datasets
    ]


def facts_of(source: Source) -> list[tuple[str, str]]:
    """Where a source lies, as (name, text)."""
    names = {"path": "Path", "sheet": "Sheet", "dsn": "Login", "table": "Table", "query": "Query"}
    said = [(names[key], source.address[key]) for key in names if source.address.get(key)]
    return [("Format", LABELS.get(source.kind, source.kind)), *said]
