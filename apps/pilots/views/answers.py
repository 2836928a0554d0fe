"""Where a person is sent after an action."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from apps.core.web import wants_fragment


def to_run(request: HttpRequest, pk: UUID, message: str) -> HttpResponse:
    """To the run's page with a message; htmx is told to go there."""
    messages.success(request, message)
    address = reverse("pilots:run", args=[pk])
    if wants_fragment(request):
        response = HttpResponse()
        response["HX-Redirect"] = address
        return response
    return redirect(address)
