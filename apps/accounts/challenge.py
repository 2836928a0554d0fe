"""What somebody unknown is told: where to sign in."""

from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.cache import add_never_cache_headers

from apps.core.typed import Typed, typed_in
from apps.core.web import page_before

from .forms import SignInForm


def answer(request: HttpRequest, *, api: bool) -> HttpResponse:
    """A redirect to the sign-in page that leads back; 401 for the API and, with the redirect in a header, for
    htmx. Whoever sent a form that they had typed into finds that on the sign-in page, and behind it."""
    if api:
        response: HttpResponse = JsonResponse(
            {"code": "not_authenticated", "detail": "Sign in first."}, status=401
        )
    elif request.headers.get("HX-Request") == "true":
        where = request.headers.get("HX-Current-URL", "")
        response = HttpResponse(status=401, headers={"HX-Redirect": _sign_in(_path_of(where))})
    elif typed := typed_in(request):
        response = _carrying(request, typed)
    else:
        response = HttpResponseRedirect(_sign_in(request.get_full_path() if request.method == "GET" else ""))
    add_never_cache_headers(response)
    return response


def _carrying(request: HttpRequest, typed: list[Typed]) -> HttpResponse:
    context = {"form": SignInForm(request), "next": page_before(request), "typed": typed}
    return render(request, "accounts/sign_in.html", context, status=401)


def _path_of(address: str) -> str:
    path = address.split("://", 1)[-1]
    return "/" + path.split("/", 1)[1] if "/" in path else ""


def _sign_in(back: str) -> str:
    page = reverse("accounts:sign-in")
    return f"{page}?{urlencode({'next': back})}" if back and back != "/" else page
