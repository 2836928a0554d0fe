"""Importing from a file: choose it, say which column is what beside a dry run, write it down, see what became of it.

An import is its owner's alone, so the pages of one look it up themselves: what is somebody else's is not there.
"""

from uuid import UUID

from django.contrib import messages
from django.core.exceptions import RequestDataTooBig
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import redirect
from django.views.decorators.csrf import csrf_exempt, csrf_protect

from apps.accounts.access import PersonRequest
from apps.accounts.access import access as declare
from apps.accounts.models import STAFF
from apps.core.errors import Refused
from apps.core.forms import refusals_into
from apps.core.tables import csv_response
from apps.core.web import field_check, page_or_fragment, refusal, wants_fragment

from .. import selectors
from ..access import EngagementRequest, access, refuse_closed
from ..forms.imports import BeginForm
from ..models import Import, Imported
from ..presenters.imports import list_of, mapping_form, page_for
from ..rules.imports.fields import fields_of
from ..rules.imports.table import MOST_BYTES
from ..selectors.imports import get_import, imports_of
from ..services import imports
from ..services.imports.aftermath import noun_of

FORM = 64 * 1024  # bytes of an upload that are not the file
_FRAGMENTS = {"import": "engagements/_import.html"}
_TOO_LARGE = (
    f"At most {MOST_BYTES >> 20} MB of a file are taken at once, or 1,000,000 characters of text. Split it."
)


@csrf_exempt  # looking for the token would read all of the upload; `_begin` looks for it once the size is known
@access(engagement="pk", work=True, methods=["GET", "POST"])
def import_new(request: EngagementRequest, pk: UUID) -> HttpResponse:
    """Choose what and from where; below it, what of one's own waits or was imported lately."""
    try:
        if _announced(request) > MOST_BYTES + FORM:
            raise RequestDataTooBig
        _ = request.POST
    except RequestDataTooBig:
        response = refusal(request, Refused("too_large", _TOO_LARGE, field="file"))
        response.status_code = 413
        return response
    return _begin(request)


@csrf_protect
def _begin(request: EngagementRequest) -> HttpResponse:
    what = request.GET.get("what", "")
    initial = {"what": what if what in Imported.values else Imported.ACTIONS}
    form = BeginForm(request.POST or None, request.FILES or None, initial=initial)
    if answer := field_check(request, form):
        return answer
    if form.is_valid():
        with refusals_into(form):
            said = {"what": form.cleaned_data["what"], "content": form.content, "name": form.name}
            pending = imports.begin(by=request.user, engagement=request.engagement, **said)
        if not form.errors:
            return redirect("imports:detail", request.engagement.pk, pending.pk)
    mine = list(imports_of(request.user, request.engagement)[:10])
    rows = [{"pending": one, "noun": noun_of(one.what)} for one in mine]
    context = {"engagement": request.engagement, "form": form, "rows": rows}
    return page_or_fragment(request, "engagements/import_new.html", context)


@declare(roles=STAFF, methods=["GET", "POST"])
def import_detail(request: PersonRequest, pk: UUID, imported: UUID) -> HttpResponse:
    """The columns and the dry run, then the progress, then the result."""
    pending, form = _mine(request, pk, imported), None
    if request.method == "POST":
        refuse_closed(request, pending.engagement)
        form = mapping_form(pending, imports.looked_at(pending), request.POST)
        if form.is_valid():
            with refusals_into(form):
                pending = imports.remap(by=request.user, pending=pending, **form.wanted)
            if not form.errors:
                if not wants_fragment(request):
                    return redirect("imports:detail", pk, imported)
                form = None
    context = page_for(request, pending, form)
    return page_or_fragment(request, "engagements/import_detail.html", context, fragments=_FRAGMENTS)


@access(engagement="pk", work=True, methods=["POST"])
def import_take(request: EngagementRequest, pk: UUID, imported: UUID) -> HttpResponse:
    """Write it down; of a large file, let a worker do it."""
    pending = _mine(request, pk, imported)
    try:
        imports.take(by=request.user, pending=pending, seen=request.POST.get("seen", ""))
    except Refused as error:
        messages.error(request, error.message)
    return redirect("imports:detail", pk, imported)


@access(engagement="pk", work=True, methods=["POST"])
def import_drop(request: EngagementRequest, pk: UUID, imported: UUID) -> HttpResponse:
    """Forget a file that waits."""
    pending = _mine(request, pk, imported)
    imports.drop(by=request.user, pending=pending)
    messages.success(request, f"{pending.name} is dropped; nothing was written down.")
    return redirect("imports:new", pk)


@access(engagement="pk", work=True, methods=["POST"])
def import_undo(request: EngagementRequest, pk: UUID, imported: UUID) -> HttpResponse:
    """Remove what an import has written."""
    pending = _mine(request, pk, imported)
    done = imports.undo(by=request.user, pending=pending)
    if "undone" not in done.counts:
        return redirect("imports:detail", pk, imported)
    left = done.counts["left"]
    stayed = f" {left:,} stay, as somebody has worked on them since." if left else ""
    messages.success(request, f"{done.counts['undone']:,} {noun_of(done.what)} are removed.{stayed}")
    return redirect(list_of(done))


@declare(roles=STAFF)
def import_refused(request: PersonRequest, pk: UUID, imported: UUID) -> HttpResponseBase:
    """The refused rows alone, each with what is wrong with it, to be mended and imported again."""
    pending = _mine(request, pk, imported)
    taken = pending.taken_at is not None
    rows = iter([bytes(pending.content).decode()]) if taken else imports.refused_rows(pending)
    response = StreamingHttpResponse(rows, content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="refused-{pending.what}.csv"'
    return response


@access(engagement="pk", work=True)
def import_example(request: EngagementRequest, pk: UUID) -> HttpResponseBase:
    """A file that shows how."""
    asked = request.GET.get("what", "")
    what = Imported(asked) if asked in Imported.values else Imported.ACTIONS
    fields = fields_of(what)
    titles = {"title": "Agree on the acceptance test", "text": "With the claims desk, by phone"}
    row = [titles.get(one.name, one.example) for one in fields]
    return csv_response(f"example-{what.value}", [one.label for one in fields], [row])


def _mine(request: HttpRequest, pk: UUID, imported: UUID) -> Import:
    """The person's own import. Raises Http404 for every other, and once they may no longer work there."""
    engagement = selectors.get_visible(request.user, pk)
    pending = get_import(request.user, engagement, imported)
    pending.engagement = engagement
    if not selectors.works_on(pending.by, engagement):
        raise Http404("No such import.")
    return pending


def _announced(request: HttpRequest) -> int:
    """Bytes of the form that is announced."""
    said = request.META.get("CONTENT_LENGTH") or "0"
    return int(said[:20]) if said.isascii() and said.isdigit() else 0
