"""What is shown when no view answers: never a traceback, and for htmx a notice instead of a page in a page. Whoever
sent a form gets back what they typed, whatever the reason; htmx leaves it where it stands."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from .errors import Gone
from .typed import typed_in
from .web import page_before, wants_fragment


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return _answer(request, 400, "This request cannot be understood.")


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return _answer(request, 403, "Your role does not allow this.")


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    if isinstance(exception, Gone):
        return _answer(request, 404, exception.message, back=exception.href, action=exception.action)
    return _answer(request, 404, "There is nothing here, or nothing that you may see.")


def server_error(request: HttpRequest) -> HttpResponse:
    return _answer(request, 500, "Fieldwork failed. It has been written to the log.")


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Whoever signed in or out meanwhile, in another tab, or waited for very long."""
    if wants_fragment(request):
        return _answer(request, 403, "This form has expired. Reload the page and send it again.")
    message = "This form has expired. Open it again and send it once more."
    return _answer(request, 403, message, back=page_before(request), action="Open the form again", again=True)


def other_method(request: HttpRequest, back: str) -> HttpResponse:
    """Of an address that is not asked like that. back: the page to go to instead; empty for the start page."""
    opened = request.method in {"GET", "HEAD"}
    message = (
        "This address has no page of its own; a form is sent to it." if opened else "This page takes no form."
    )
    return _answer(request, 405, message, back=back)


def _answer(
    request: HttpRequest,
    status: int,
    message: str,
    *,
    back: str = "",
    action: str = "To the page with the form",
    again: bool = False,
) -> HttpResponse:
    """back, action: the address and the words of a button; again: whether it opens the form with what was typed."""
    context = {
        "level": "error", "message": message, "status": status, "back": back, "action": action, "again": again,
    }  # fmt: skip
    if wants_fragment(request):
        return render(request, "components/toast.html", context, status=status)
    return render(request, "errors/error.html", {**context, "typed": typed_in(request)}, status=status)
