"""An import as its page shows it: the columns with a sample of each, the dry run, how far a worker is, the result."""

from typing import Any

from django.http import HttpRequest
from django.urls import reverse

from apps.core.errors import Refused
from apps.core.pages import page_of

from ..forms.imports import MappingForm
from ..models import Import, Imported
from ..rules.imports.fields import fields_of
from ..selectors.imports import people_for
from ..services import imports
from ..services.imports.aftermath import noun_of
from ..services.imports.looking import SHOWN

PAGE = 20  # rows of a dry run
LISTS = {
    Imported.ACTIONS: "registers:actions",
    Imported.RISKS: "registers:raid",
    Imported.MILESTONES: "registers:milestones",
    Imported.LOG: "log:engagement",
}


def list_of(pending: Import) -> str:
    """Where the rows stand once they are written down."""
    return reverse(LISTS[Imported(pending.what)], args=[pending.engagement_id])


def page_for(request: HttpRequest, pending: Import, form: MappingForm | None = None) -> dict[str, Any]:
    """Everything that the page says."""
    context: dict[str, Any] = {
        "engagement": pending.engagement,
        "pending": pending,
        "noun": noun_of(pending.what),
        "list": list_of(pending),
        "here": reverse("imports:detail", args=[pending.engagement_id, pending.pk]),
        "rows": pending.mapping["rows"],
    }
    if "doing" in pending.counts:
        return {**context, "part": "progress", "doing": pending.counts["doing"]}
    if pending.taken_at is not None:
        again = bool(pending.counts.get("refused")) and bool(pending.content)
        return {
            **context,
            "part": "result",
            "may_undo": imports.may_undo(pending),
            "may_mend": again,
            "trouble": pending.counts.get("trouble", ""),
        }
    try:
        looked = imports.looked_at(pending)
    except Refused as error:
        return {**context, "part": "mapping", "unreadable": error.message}
    form = form or mapping_form(pending, looked)
    return {
        **context,
        "part": "mapping",
        "form": form,
        **_mapping(pending, form, looked),
        **_dry_run(request, pending, looked),
    }


def mapping_form(pending: Import, looked: dict[str, Any], data: Any = None) -> MappingForm:
    """The form over a dry run."""
    members = list(people_for(pending.what, pending.by, pending.engagement))
    return MappingForm(data, pending=pending, looked=looked, members=members)


def _mapping(pending: Import, form: MappingForm, looked: dict[str, Any]) -> dict[str, Any]:
    headings = pending.mapping["headings"]
    samples = looked.get("samples") or [[] for _ in headings]
    chosen = pending.mapping["columns"]
    columns = [
        {
            "field": form[f"column_{one.name}"],
            "required": one.required,
            "sample": samples[chosen[one.name]] if one.name in chosen else [],
        }
        for one in fields_of(pending.what)
    ]
    left = [heading for place, heading in enumerate(headings) if place not in chosen.values()]
    ticks = [form[name] for name in ("shown", "again", "rest") if name in form.fields]
    asked = [form[name] for name in ("order", "scale") if name in form.fields]
    people = [{"field": form[name], **one} for name, one in form.names.items()]
    return {"columns": columns, "left": left, "ticks": ticks, "asked": asked, "people": people}


def _dry_run(request: HttpRequest, pending: Import, looked: dict[str, Any]) -> dict[str, Any]:
    shown = looked.get("shown", [])
    return {
        "looked": looked,
        "page": page_of(request, shown, PAGE),
        "cut_off": len(shown) < looked.get("rows", 0),
        "most": SHOWN,
        "notes": notes_of(pending, looked),
        "seen": imports.digest_of(pending),
        "more_names": max(looked.get("nameless", 0) - len(looked.get("names", [])), 0),
        "trouble": pending.counts.get("trouble", ""),
    }


def notes_of(pending: Import, looked: dict[str, Any]) -> list[str]:
    """What somebody should know before they import, though nothing is wrong with it."""
    shown = pending.mapping.get("shown")
    notes = (
        (
            "asks_client",
            "Visible to the client: {}."
            if shown
            else "Called client-visible, and internal until you tick it: {}.",
        ),
        ("nobody", "Names that nobody here answers to, kept in the text: {}."),
        ("formulas", "Cells that begin like a formula, kept as text and never calculated: {}."),
        ("cut", "Titles that are too long, cut here and whole in the text: {}."),
        ("undated", "Over, without saying since when; the date they were due counts, or were raised: {}."),
    )
    return [words.format(_rows(looked[name])) for name, words in notes if looked.get(name)]


def _rows(count: int) -> str:
    return "1 row" if count == 1 else f"{count:,} rows"
