"""Below /api/ no answer is a page: what Django refuses before a view, or after one has failed, is a problem, too."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse, HttpResponseBase

from . import problems

PREFIX = "/api/"


class ProblemsInJson:
    """Puts a problem in place of every error below /api/ that is not one, of a redirect to an address with a slash,
    which would lose a body, and of whatever would be done with a body that nobody has read."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if not request.path_info.startswith(PREFIX):
            return self.get_response(request)
        if unread := _unread(request):
            return unread
        response = self.get_response(request)
        if response.status_code in (301, 302):
            return problems.plain(404, "There is nothing here. Addresses end with a slash.")
        if response.status_code < 400 or response.headers.get("Content-Type") == problems.TYPE:
            return response
        instead: HttpResponse = problems.plain(response.status_code)
        if allow := response.headers.get("Allow"):
            instead.headers["Allow"] = allow
        return instead


def _unread(request: HttpRequest) -> HttpResponse | None:
    """What is answered to a body in chunks, which would be taken for none."""
    if "Transfer-Encoding" in request.headers and not request.headers.get("Content-Length"):
        return problems.plain(411)
    return None
