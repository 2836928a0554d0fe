"""What is shown of a log entry on its page, and the form that changes it."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from apps.core.forms import refusals_into
from apps.core.web import field_check

from ..access import ItemRequest, item_access
from ..forms.log import EntryForm
from ..models import Item, LogEntry
from ..rules.grammar_decisions import chosen_of
from ..selectors.hours import hours_of
from ..selectors.log_links import links_in
from ..services.log_entries import change_entry
from .mentions import ask_about_mentions, say_untold
from .mentions import written as told_by

KEPT = "A decision on a gate wrote this. It stays as it is, so that what was decided can be read for good."


def middle(request: HttpRequest, item: Item) -> dict[str, Any]:
    """The context of engagements/_entry_middle.html."""
    entry = item if isinstance(item, LogEntry) else LogEntry.objects.get(pk=item.pk)
    chosen = chosen_of(entry.text, entry.reason, entry.rejected)
    return {
        "entry": entry,
        "chosen": _beneath(entry.title, chosen),
        "links": links_in(request.user, entry.engagement, [entry.text]),  # type: ignore[arg-type]
        "hours": hours_of(request.user, entry.minutes),
        "kept": KEPT if entry.kept else "",
    }


def _beneath(title: str, text: str) -> str:
    """What a text says beneath its title, which stands above it; all of it when the title is only a part of the
    first line, or looks otherwise."""
    first, _, rest = text.strip().partition("\n")
    return rest.strip() if first.strip() == title else text


@item_access(LogEntry, work=True, methods=["GET", "POST"])
def entry_edit(request: ItemRequest, pk: UUID) -> HttpResponse:
    entry: LogEntry = request.item
    if entry.kept:
        messages.error(request, KEPT)
        return redirect(entry)
    form = EntryForm(request.POST or None, row=entry)
    before = told_by(entry)
    ask_about_mentions(request, form, request.engagement, "text", "reason", "rejected", before=before)
    if answer := field_check(request, form):
        return answer
    if form.is_valid():
        with refusals_into(form):
            entry = change_entry(by=request.user, entry=entry, **form.cleaned_data)
        if not form.errors:
            say_untold(request, entry, before=before)
            messages.success(request, "Saved.")
            return redirect(entry)
    context = {"engagement": request.engagement, "entry": entry, "form": form, "may_work": True}
    return render(request, "engagements/log_edit.html", context)
