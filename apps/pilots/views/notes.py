"""Notes on a run."""

from uuid import UUID

from django.http import HttpResponse
from django.urls import reverse

from apps.core.forms import refusals_into
from apps.core.web import confirmation, page_or_fragment
from apps.engagements.access import EngagementRequest, access

from ..forms.notes import NoteEditForm, NoteForm
from ..models import Run, RunNote
from ..selectors import runs as selectors
from ..services import notes
from .answers import to_run
from .places import of_note, of_run


@access(engagement=of_run, work=True, methods=["POST"])
def note_add(request: EngagementRequest, pk: UUID) -> HttpResponse:
    """Write a note; with htmx the notes are shown again where they stand."""
    run = Run.objects.select_related("evaluation__engagement").get(pk=pk)
    form = NoteForm(request.POST)
    if form.is_valid():
        with refusals_into(form):
            notes.add_note(by=request.user, run=run, text=form.cleaned_data["text"])
    if form.is_valid():
        if request.headers.get("HX-Target") != "notes":
            return to_run(request, pk, "Note added.")
        form = NoteForm()
    context = {"run": run, "notes": selectors.notes(run), "note_form": form, "may_work": True}
    return page_or_fragment(
        request, "pilots/note_add.html", context, fragments={"notes": "pilots/_notes.html"}
    )


@access(engagement=of_note, work=True, methods=["GET", "POST"])
def note_edit(request: EngagementRequest, pk: UUID, note: UUID) -> HttpResponse:
    """Change one's own note."""
    found = _note(note)
    form = NoteEditForm(request.POST or None, row=found)
    if form.is_valid():
        with refusals_into(form):
            notes.edit_note(by=request.user, note=found, **form.cleaned_data)
        if not form.errors:
            return to_run(request, pk, "Note changed.")
    context = {"run": found.run, "form": form, "note": found}
    return page_or_fragment(
        request, "pilots/note_edit.html", context, fragments={"dialog": "pilots/_note_edit.html"}
    )


@access(engagement=of_note, work=True, methods=["GET", "POST"])
def note_remove(request: EngagementRequest, pk: UUID, note: UUID) -> HttpResponse:
    """Asks, then removes one's own note."""
    found = _note(note)
    if request.method == "POST":
        notes.remove_note(by=request.user, note=found)
        return to_run(request, pk, "Note removed.")
    return confirmation(
        request,
        title="Remove this note?",
        text="It is gone for everybody; the history keeps that there was one, without its words.",
        action="Remove the note",
        back=reverse("pilots:run", args=[pk]),
    )


def _note(pk: UUID) -> RunNote:
    return RunNote.objects.select_related("run__evaluation__engagement", "by").get(pk=pk)
