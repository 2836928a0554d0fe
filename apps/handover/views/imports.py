"""Bringing a pack along: choose it, see what was found, take it. A pack that waits is its owner's alone."""

from uuid import UUID

from django.contrib import messages
from django.core.exceptions import RequestDataTooBig
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.csrf import csrf_exempt, csrf_protect

from apps.accounts.access import PersonRequest, access
from apps.core.errors import Refused
from apps.core.forms import refusals_into
from apps.core.web import field_check, page_or_fragment, refusal

from ..forms import PackForm
from ..models import PackImport
from ..presenters import summary_of
from ..selectors import imports_of
from ..services import waiting
from ..services.waiting import MAY

FORM = 64 * 1024  # bytes of an upload that are not the file


@csrf_exempt  # looking for the token would read all of the upload; `_begin` looks for it once the size is known
@access(roles=MAY, methods=["GET", "POST"])
def import_new(request: PersonRequest) -> HttpResponse:
    """Choose a pack; below it, what of one's own waits or was imported."""
    try:
        said = request.META.get("CONTENT_LENGTH") or "0"
        announced = int(said[:20]) if said.isascii() and said.isdigit() else 0
        waiting.require_size(max(0, announced - FORM))
        _ = request.POST
    except (Refused, RequestDataTooBig) as error:
        words = (
            error if isinstance(error, Refused) else Refused("too_large", "This is too large.", field="file")
        )
        response = refusal(request, words)
        response.status_code = 413
        return response
    return _begin(request)


@csrf_protect
def _begin(request: PersonRequest) -> HttpResponse:
    form = PackForm(request.POST or None, request.FILES or None)
    if answer := field_check(request, form):
        return answer
    if form.is_valid():
        with refusals_into(form):
            said = form.cleaned_data
            found = waiting.begin(by=request.user, file=said["file"], wanted=said["name"])
        if not form.errors:
            return redirect("handover:detail", found.pk)
    context = {"form": form, "imports": imports_of(request.user)[:10]}
    return page_or_fragment(request, "handover/import_new.html", context)


@access(roles=MAY)
def import_detail(request: PersonRequest, pk: UUID) -> HttpResponse:
    """What was found in the pack, then what became of it."""
    found = _mine(request, pk)
    context = {"waiting": found, "summary": summary_of(found)}
    return page_or_fragment(
        request, "handover/import_detail.html", context, fragments={"pack": "handover/_import.html"}
    )


@access(roles=MAY, methods=["POST"])
def import_take(request: PersonRequest, pk: UUID) -> HttpResponse:
    """Import it; of a large one, let a worker do it."""
    done = waiting.take(by=request.user, waiting=_mine(request, pk))
    if done.state == PackImport.State.TAKEN and done.engagement is not None:
        messages.success(request, f"{done.engagement} is brought along.")
        return redirect(done.engagement)
    return redirect("handover:detail", pk)


@access(roles=MAY, methods=["POST"])
def import_drop(request: PersonRequest, pk: UUID) -> HttpResponse:
    """Forget a pack that waits."""
    found = _mine(request, pk)
    waiting.drop(by=request.user, waiting=found)
    messages.success(request, f"{found.name} is dropped; nothing was written down.")
    return redirect("handover:new")


def _mine(request: HttpRequest, pk: UUID) -> PackImport:
    """The person's own. Raises Http404 for every other."""
    found = imports_of(request.user).filter(pk=pk).first()  # type: ignore[arg-type]  # signed in, as declared
    if found is None:
        raise Http404("No such import.")
    return found
