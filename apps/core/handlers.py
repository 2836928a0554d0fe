"""What is shown when no view answers: never a traceback, and for htmx a notice instead of a page in a
page."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from .web import wants_fragment


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return _answer(request, 400, "This request cannot be understood.")


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return _answer(request, 403, "Your role does not allow this.")


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return _answer(request, 404, "There is nothing here, or nothing that you may see.")


def server_error(request: HttpRequest) -> HttpResponse:
    return _answer(request, 500, "Fieldwork failed. It has been written to the log.")


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    return _answer(request, 403, "This form has expired. Go back, reload the page and send it again.")


def _answer(request: HttpRequest, status: int, message: str) -> HttpResponse:
    context = {"level": "error", "message": message, "status": status}
    if wants_fragment(request):
        return render(request, "components/toast.html", context, status=status)
    return render(request, "errors/error.html", context, status=status)
