"""Checklists on the pages of actions, changed in place."""

from collections.abc import Callable
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from apps.core.errors import Refused
from apps.core.web import wants_fragment

from .. import selectors
from ..access import ItemRequest, item_access
from ..forms.checklists import LineForm, LinesForm
from ..models import Action, ChecklistLine
from ..presenters.checklists import checklist_of
from ..services import checklists as services


@item_access(Action, work=True, methods=["POST"])
def line_add(request: ItemRequest, pk: UUID) -> HttpResponse:
    """One line for each line that was typed."""
    form = LinesForm(request.POST)
    texts = form.cleaned_data["text"].splitlines() if form.is_valid() else []
    wrong = "" if form.is_valid() else "Write at least one line."
    return _answer(request, lambda: services.add(by=request.user, action=request.item, texts=texts), wrong)


@item_access(Action, client_visible=True, methods=["POST"])
def line_tick(request: ItemRequest, pk: UUID, checklist_line: UUID) -> HttpResponse:
    """Whoever works on the engagement ticks, and so does the action's owner, whoever they are."""
    if not may_tick(request):
        raise PermissionDenied
    line = _line(request, checklist_line)
    call = services.tick if request.POST.get("ticked") == "1" else services.untick
    return _answer(request, lambda: call(by=request.user, line=line))


@item_access(Action, work=True, methods=["POST"])
def line_edit(request: ItemRequest, pk: UUID, checklist_line: UUID) -> HttpResponse:
    line, form = _line(request, checklist_line), LineForm(request.POST)
    text = form.cleaned_data["text"] if form.is_valid() else ""
    return _answer(request, lambda: services.change(by=request.user, line=line, text=text))


@item_access(Action, work=True, methods=["POST"])
def line_remove(request: ItemRequest, pk: UUID, checklist_line: UUID) -> HttpResponse:
    line = _line(request, checklist_line)
    return _answer(request, lambda: services.remove(by=request.user, line=line))


def may_tick(request: ItemRequest) -> bool:
    """Whether the person may tick lines of the action."""
    own = request.item.owner_id == request.user.pk and request.engagement.is_open
    return own or selectors.may_work_on(request.user, request.engagement)


def _line(request: ItemRequest, pk: UUID) -> ChecklistLine:
    lines = ChecklistLine.objects.select_related("action__engagement")
    return get_object_or_404(lines, pk=pk, action=request.item.pk)


def _answer(request: ItemRequest, do: Callable[[], object], wrong: str = "") -> HttpResponse:
    """The checklist as it is then: for htmx in its place, else the action's page."""
    try:
        if wrong:
            raise Refused("empty", wrong)
        do()
    except Refused as error:
        messages.error(request, error.message)
    if not wants_fragment(request):
        return redirect("items:detail", request.item.pk)
    context = {"item": request.item, **checklist_of(request, request.item), "fragment": True}
    return render(request, "engagements/_checklist.html", context)
