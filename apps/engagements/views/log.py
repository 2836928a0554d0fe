"""The one line in which everything is written down: what it will become, writing it, and taking it back."""

import json
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.safestring import mark_safe

from apps.accounts.access import PersonRequest
from apps.accounts.access import access as declare
from apps.accounts.models import STAFF
from apps.core.web import confirmation, page_or_fragment, wants_fragment

from .. import again
from ..access import EngagementRequest, ItemRequest, access, item_access
from ..models import Engagement, Item
from ..rules.grammar import TEXT
from ..rules.mentions import untold
from ..selectors import log_places
from ..services import log as services
from .mentions import ANYWAY

PREVIEW = "log-preview"
WRITTEN = "written"  # the event that lists listen to
UNDONE, RESTORED = "log-undone", "log-restored"  # those of the box


@access(engagement="pk", work=True, methods=["POST"])
def log_add(request: EngagementRequest, pk: UUID) -> HttpResponse:
    """What the line will become, when htmx asks for its preview; else it is written."""
    return _answer(request, request.engagement, reverse("log:add", args=[pk]))


@declare(roles=STAFF, methods=["GET", "POST"])
def log_new(request: PersonRequest) -> HttpResponse:
    """The box with a choice of the engagement: a dialog for htmx, else a page."""
    if request.method == "POST":
        place = log_places.place_named(request.user, request.POST.get("engagement", ""))
        return _answer(request, place, reverse("log:new"))
    return _show(request, None, {"action": reverse("log:new"), "key": services.new_key()})


@access(engagement="pk", work=True)
def words(request: EngagementRequest, pk: UUID) -> HttpResponse:
    """Who may be mentioned and which tags there are, for completion."""
    known = log_places.people_to_mention(request.user, request.engagement)
    people = [{"word": one.word, "name": one.name} for one in known]
    tags = [{"word": one.word, "name": ""} for one in log_places.tags_of(request.engagement)]
    return JsonResponse({"@": people, "#": tags})


@item_access(Item, work=True, methods=["GET", "POST"], removed=True)
def undo(request: ItemRequest, pk: UUID) -> HttpResponse:
    """Asked first of whoever came by the link, as one does without JavaScript."""
    item = request.item
    if request.method != "POST":
        text = f"“{item.title}” goes out of everybody's sight. It can be restored."
        return _ask(request, f"Undo {item.reference}?", text, "Undo")
    services.take_back(by=request.user, item=item)
    again.undone(request, item, removed=True)
    return _done(request, item, removed=True)


@item_access(Item, work=True, methods=["GET", "POST"], removed=True)
def redo(request: ItemRequest, pk: UUID) -> HttpResponse:
    item = request.item
    if request.method != "POST":
        text = f"“{item.title}” is shown again wherever it was."
        return _ask(request, f"Restore {item.reference}?", text, "Restore")
    services.bring_back(by=request.user, item=item)
    again.undone(request, item, removed=False)
    return _done(request, item, removed=False)


def _ask(request: ItemRequest, title: str, text: str, action: str) -> HttpResponse:
    back = reverse("log:engagement", args=[request.item.engagement_id])
    return confirmation(request, title=title, text=text, action=action, back=back, tone="primary")


def _answer(request: PersonRequest, engagement: Engagement | None, action: str) -> HttpResponse:
    """To a line that was typed or sent."""
    line, key = request.POST.get("line", ""), request.POST.get("key", "")[:64]
    typed: dict[str, object] = {
        "action": action,
        "line": line,
        "key": key,
        "place": request.POST.get("engagement", ""),
    }
    if engagement is None:
        typed["no_place"] = True
        return _show(request, None, typed, status=409)
    if wants_fragment(request) and request.headers.get("HX-Target") == PREVIEW:
        draft = services.preview(by=request.user, engagement=engagement, line=line) if line.strip() else None
        return render(request, "engagements/_log_preview.html", {"draft": draft, "engagement": engagement})
    try:
        logged = services.log(
            by=request.user, engagement=engagement, line=line, key=key, anyway=ANYWAY in request.POST
        )
    except services.Unclear as error:
        fixed = engagement if action != reverse("log:new") else None
        return _show(request, fixed, {**typed, "draft": error.draft, "at": engagement}, status=409)
    return _written(request, engagement, logged, action)


def _written(
    request: PersonRequest, engagement: Engagement, logged: services.Logged, action: str
) -> HttpResponse:
    item = logged.item
    line = request.POST.get("line", "")
    if not wants_fragment(request):
        again.remember(request, item, line)
        messages.success(request, _with_link(request, item, removed=False))
        for person in logged.untold:
            messages.warning(request, f"{untold(person.name, 'entries', 'was not told')}.")
        back = request.POST.get("next", "")
        ours = url_has_allowed_host_and_scheme(back, allowed_hosts={request.get_host()})
        return redirect(back if ours else reverse("log:engagement", args=[engagement.pk]))
    fixed = engagement if action != reverse("log:new") else None
    context = {"action": action, "key": services.new_key(), "engagement": fixed, "item": item, "logged": line}
    response = render(request, "engagements/_log_written.html", context)
    # once the toast stands: the dialog is emptied then
    response.headers["HX-Trigger-After-Settle"] = json.dumps({WRITTEN: {"dialog": fixed is None}})
    return response


def _show(
    request: PersonRequest, engagement: Engagement | None, context: dict[str, object], status: int = 200
) -> HttpResponse:
    """The box with what was typed, in a page of its own unless htmx asks for a part. For htmx the status is that
    of a success: the box says what is wrong."""
    if engagement is None and request.headers.get("HX-Target") != PREVIEW:
        context["places"] = log_places.places_of(request.user)
    return page_or_fragment(
        request,
        "engagements/log_new.html",
        {**context, "engagement": engagement},
        fragments={
            "dialog": "engagements/_log_dialog.html",
            "log-box": "engagements/_log_box.html",
            PREVIEW: "engagements/_log_preview.html",
        },
        status=200 if wants_fragment(request) else status,
    )


def _done(request: HttpRequest, item: Item, *, removed: bool) -> HttpResponse:
    """Says what has become of an item that was undone or restored; its line goes along (static/js/log.js puts it into
    the box, or takes it out)."""
    if not wants_fragment(request):
        messages.success(request, _with_link(request, item, removed=removed))
        return redirect("log:engagement", pk=item.engagement_id)
    line = request.POST.get(again.LINE, "")[:TEXT]
    context = {"item": item, "removed": removed, "logged": line}
    response = render(request, "engagements/_log_toast.html", context)
    response.headers["HX-Trigger"] = WRITTEN
    response.headers["HX-Trigger-After-Settle"] = UNDONE if removed else RESTORED
    return response


def _with_link(request: HttpRequest, item: Item, *, removed: bool) -> str:
    """What has become of an item, and a link that takes it back."""
    context = {"item": item, "removed": removed}
    return mark_safe(render_to_string("engagements/_log_undo.html", context, request).strip())  # noqa: S308
