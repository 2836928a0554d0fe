"""Files on items: taken in after a look at their size and content, given out so that a browser runs nothing."""

from uuid import UUID

from django.contrib import messages
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.csrf import csrf_exempt, csrf_protect

from apps.core.errors import Refused
from apps.core.forms import refusals_into
from apps.core.web import confirmation, field_check, page_or_fragment, refusal

from ..access import ItemRequest, item_access
from ..forms.around import AttachmentForm
from ..models import Attachment, Item
from ..presenters.around import attachments_part
from ..rules.attachments import SHOWN_INLINE, TEXTS
from ..selectors.around import get_attachment
from ..services import attachments

FORM = 64 * 1024  # bytes of an upload that are not the file
# Nothing in a file may run, load or reach the page it came from.
POLICY = "default-src 'none'; style-src 'unsafe-inline'; sandbox"


@csrf_exempt  # looking for the token would read all of the upload; `_add` looks for it once the size is known
@item_access(Item, work=True, methods=["POST"])
def attachment_add(request: ItemRequest, pk: UUID) -> HttpResponse:
    """Keep a file. Staff only: a client's viewer cannot decide that data leaves the client's network."""
    try:
        attachments.require_room(announced(request))
    except Refused as error:
        response = refusal(request, error)
        response.status_code = 413
        return response
    return _add(request)


@csrf_protect
def _add(request: ItemRequest) -> HttpResponse:
    item = request.item
    form = AttachmentForm(request.POST, request.FILES)
    if answer := field_check(request, form):
        return answer
    if form.is_valid():
        with refusals_into(form):
            attachments.attach(by=request.user, item=item, file=form.cleaned_data["file"])
        if not form.errors:
            if request.headers.get("HX-Target") != "attachments":
                return _to_attachments(item)
            form = AttachmentForm()
    context = attachments_part(request, item, form)
    context |= {"part": "attachments", "part_template": "engagements/_attachments.html"}
    return page_or_fragment(
        request,
        "engagements/item_part.html",
        context,
        fragments={"attachments": "engagements/_attachments.html"},
    )


@item_access(Item, client_visible=True)
def attachment_file(request: ItemRequest, pk: UUID, attachment: UUID) -> HttpResponseBase:
    """The file itself. Pictures and PDFs may be looked at, everything else is only saved."""
    found = get_attachment(request.item, attachment)
    inline = found.media_type in SHOWN_INLINE and "save" not in request.GET
    try:
        handle = (attachments.folder() / found.path).open("rb")
    except OSError:
        raise Http404("The file is gone.") from None
    charset = "; charset=utf-8" if found.media_type in TEXTS else ""
    response = FileResponse(
        handle, as_attachment=not inline, filename=found.name, content_type=found.media_type + charset
    )
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = POLICY
    return response


@item_access(Item, work=True, methods=["GET", "POST"])
def attachment_remove(request: ItemRequest, pk: UUID, attachment: UUID) -> HttpResponse:
    found: Attachment = get_attachment(request.item, attachment)
    if request.method == "POST":
        attachments.remove_attachment(by=request.user, attachment=found)
        messages.success(request, f"{found.name} is removed.")
        return _to_attachments(request.item)
    return confirmation(
        request,
        title="Remove this file?",
        text=f"{found.name} is deleted for good; the history keeps what it was called and its digest.",
        action="Remove the file",
        back=reverse("items:detail", args=[pk]),
    )


def announced(request: HttpRequest) -> int:
    """Bytes of the file that is announced; a form without that announcement has no content at all."""
    said = request.META.get("CONTENT_LENGTH") or "0"
    return max(int(said[:20]) - FORM, 0) if said.isascii() and said.isdigit() else 0


def _to_attachments(item: Item) -> HttpResponse:
    return redirect(f"{reverse('items:detail', args=[item.pk])}#attachments")
