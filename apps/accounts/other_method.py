"""What is answered to a method that a view does not have: the way to a page, without looking anything up."""

from collections.abc import Callable, Iterable
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import Resolver404, resolve

from apps.core.handlers import other_method
from apps.core.web import wants_fragment

Opens = Callable[[Any, HttpRequest], bool]


def answer(request: HttpRequest, allowed: Iterable[str], opens: Opens) -> HttpResponse:
    """Whoever opens or reloads the address of a form is led to the page on which it stands: the nearest one above
    that `opens(its view, request)` says may be opened. Else status 405, which says where to go instead."""
    above = _page_above(request, opens)
    if above and request.method in {"GET", "HEAD"} and not wants_fragment(request):
        return redirect(above)
    response = other_method(request, above)
    response.headers["Allow"] = ", ".join(sorted(allowed))
    return response


def _page_above(request: HttpRequest, opens: Opens) -> str:
    path = request.path_info
    while path := path.rstrip("/").rpartition("/")[0]:
        try:
            view = resolve(f"{path}/").func
        except Resolver404:
            continue
        if opens(view, request):
            return f"{path}/"
    return ""
