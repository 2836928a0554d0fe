"""One template serves page and fragment, and a refusal reaches the person either way."""

from collections.abc import Callable, Iterable
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.cache import patch_vary_headers
from django.utils.http import url_has_allowed_host_and_scheme

from .errors import Refused
from .typed import typed_in


def wants_fragment(request: HttpRequest) -> bool:
    """Whether htmx asks for a part of the page rather than for the page."""
    headers = request.headers
    return (
        headers.get("HX-Request") == "true"
        and headers.get("HX-Boosted") != "true"
        and headers.get("HX-History-Restore-Request") != "true"
    )


def page_or_fragment(
    request: HttpRequest,
    template: str,
    context: dict[str, Any] | None = None,
    *,
    fragments: dict[str, str] | None = None,
    status: int = 200,
) -> HttpResponse:
    """Render `template`, or the fragment that htmx asks for.

    fragments: {id of the element: template of what it holds}. The page includes the same templates, so page
    and fragment cannot drift apart. The element is the one that `hx-target` names (the header HX-Target).
    A template finds `fragment` true in a fragment, where notices have to be brought along
    (components/toasts.html).
    """
    chosen = template
    if wants_fragment(request):
        chosen = (fragments or {}).get(request.headers.get("HX-Target", ""), template)
    response = render(request, chosen, {**(context or {}), "fragment": chosen != template}, status=status)
    patch_vary_headers(response, ["HX-Request", "HX-Target"])
    return response


def refusal(request: HttpRequest, error: Refused) -> HttpResponse:
    """A refusal that no form shows: a notice for htmx, else a page of its own. Status 409."""
    template = "components/toast.html" if wants_fragment(request) else "errors/refused.html"
    context = {"level": "error", "message": error.message, "code": error.code, "back": page_before(request)}
    return render(request, template, {**context, "typed": typed_in(request)}, status=409)


def field_check(request: HttpRequest, form: Iterable[forms.BoundField]) -> HttpResponse | None:
    """What is wrong with the one field that htmx asks about while a form is being filled in (see
    components/field.html); None when the form itself was sent. Asked first in the view, so that nothing is
    written; a form's `clean` must therefore only ever read.
    """
    target = request.headers.get("HX-Target", "")
    if request.method != "POST" or not wants_fragment(request) or not target.endswith("_check"):
        return None
    for field in form:
        if f"{field.auto_id}_check" == target:
            return render(request, "components/field_check.html", {"field": field})
    return None


def confirmation(
    request: HttpRequest, *, title: str, text: str, action: str, back: str, **more: Any
) -> HttpResponse:
    """Asks before what cannot be undone: a dialog for htmx, else a page. The answer is a POST to the same
    address.

    action: the words on the button. back: where "Keep" leads. more: `tone`, when the button is not to look
    dangerous.
    """
    context = {"title": title, "text": text, "action": action, "back": back, "tone": "danger", **more}
    return page_or_fragment(
        request, "components/confirm_page.html", context, fragments={"dialog": "components/confirm.html"}
    )


class RedirectThen(HttpResponseRedirect):
    """A redirect that does something once it has been sent, so that how long it takes tells nobody anything."""

    def __init__(self, to: str, then: Callable[[], None]) -> None:
        super().__init__(to)
        self._then = then

    def close(self) -> None:
        """Called by the web server after the last byte."""
        try:
            self._then()
        finally:
            super().close()


def page_before(request: HttpRequest) -> str:
    """The page the person came from, if it is one of ours."""
    came_from = request.headers.get("Referer", "")
    ours = url_has_allowed_host_and_scheme(came_from, allowed_hosts={request.get_host()})
    return came_from if ours else "/"
