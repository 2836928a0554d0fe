"""What is wrong, said to programs: `application/problem+json` (RFC 9457), for everything below /api/.

    {"type": "about:blank", "title": "Unprocessable Content", "status": 422, "code": "fields",
     "detail": "…", "errors": [{"field": "tags.0", "code": "max_length", "message": "…"}]}

`code` is stable and for programs, `detail` and `message` are sentences for people. An error of `line` has `start` and
`end` as well (characters of the line, its line ends as \n): the part it is about, and a `hint`. Nothing of our inside
is told.
"""

import logging
from collections.abc import Iterator, Mapping
from http import HTTPStatus
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import InterfaceError, OperationalError
from django.http import Http404, HttpResponse, JsonResponse
from rest_framework import exceptions
from rest_framework.response import Response

from apps.accounts.access import OutOfScope
from apps.core.errors import Refused
from apps.core.versions import STALE
from apps.engagements.rules.grammar import Problem as Part
from apps.engagements.services.log import Unclear

logger = logging.getLogger(__name__)
TYPE = "application/problem+json"
AGAIN = 5  # seconds
# What is said when nothing more exact is known.
GENERAL: Mapping[int, tuple[str, str]] = {
    400: ("unreadable", "This request cannot be understood."),
    401: ("not_authenticated", "Show a token, or sign in."),
    403: ("forbidden", "You may not do this."),
    404: ("not_found", "There is nothing here, or nothing that you may see."),
    405: ("method_not_allowed", "This is not answered here; see the header Allow."),
    406: ("not_acceptable", "The answer is JSON; accept application/json."),
    411: ("length_required", "Say how long the body is, with Content-Length; it is not taken in chunks."),
    413: ("too_large", "The body is too large."),
    415: ("media_type", "Send application/json."),
    429: ("too_many_requests", "Too many requests; see the header Retry-After."),
    503: ("unavailable", "The database does not answer; try again in a moment."),
    500: ("failed", "Fieldwork failed. It has been written to the log."),
}


class Problem(exceptions.APIException):
    """Anything that is wrong with a request. errors: [{"field", "code", "message", …}]; headers of the answer."""

    def __init__(
        self,
        status: int,
        code: str,
        detail: str,
        *,
        errors: list[dict[str, Any]] | None = None,
        headers: dict[str, str] | None = None,
    ) -> None:
        super().__init__(detail, code)
        self.status_code = status
        self.code, self.words = code, detail
        self.errors, self.headers = errors or [], headers or {}


def body_of(status: int, code: str = "", detail: str = "", errors: list[dict[str, Any]] | None = None) -> Any:
    """A problem as it is sent."""
    general = GENERAL.get(status, ("refused", HTTPStatus(status).phrase))
    body: dict[str, Any] = {
        "type": "about:blank",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "code": code or general[0],
        "detail": detail or general[1],
    }
    return {**body, "errors": errors} if errors else body


def answer(error: Exception, context: dict[str, Any]) -> Response | None:
    """The exception handler of the API (settings.REST_FRAMEWORK). None for a failure of ours, which goes on to the
    log and to `ProblemsInJson`."""
    problem = _problem_of(error)
    if problem is None:
        return None
    if problem.status_code >= 500:
        logger.error("%s while answering", type(error).__name__, exc_info=error)
    headers = dict(problem.headers)
    if challenge := getattr(error, "auth_header", ""):
        headers.setdefault("WWW-Authenticate", challenge)
    return Response(
        body_of(problem.status_code, problem.code, problem.words, problem.errors),
        status=problem.status_code,
        headers=headers,
        content_type=TYPE,
    )


def plain(status: int, detail: str = "") -> HttpResponse:
    """A problem where no view of the API has answered."""
    return JsonResponse(body_of(status, detail=detail), status=status, content_type=TYPE)


def errors_of(detail: Any, field: str = "") -> list[dict[str, Any]]:
    """What is wrong with which field, from the framework's nested lists and mappings. field: that they are part of."""
    return list(_flat(detail, field))


def _problem_of(error: Exception) -> Problem | None:
    if isinstance(error, Problem):
        return error
    if isinstance(error, OperationalError | InterfaceError):
        return Problem(503, *GENERAL[503], headers={"Retry-After": str(AGAIN)})
    if isinstance(error, Unclear):
        return Problem(422, "unclear", error.message, errors=[_part(one) for one in error.draft.problems])
    if isinstance(error, Refused):
        return _refusal(error)
    if isinstance(error, OutOfScope):
        lacks = f'Bearer realm="fieldwork", error="insufficient_scope", scope="{error.scope}"'
        return Problem(403, "out_of_scope", str(error), headers={"WWW-Authenticate": lacks})
    if isinstance(error, exceptions.ValidationError):
        return Problem(
            422, "fields", "Some fields are not as they should be.", errors=errors_of(error.detail)
        )
    if isinstance(error, Http404 | exceptions.NotFound):
        return _general(404)
    if isinstance(error, PermissionDenied):
        return _general(403)
    if isinstance(error, exceptions.APIException):
        return _of_framework(error)
    return None


def _part(problem: Part) -> dict[str, Any]:
    """A part of a line that cannot be understood."""
    place = {"start": problem.start, "end": problem.end}
    said = {"message": problem.message, "hint": problem.hint}
    return {"field": "line", "code": "unclear", **said, **place}


def _refusal(error: Refused) -> Problem:
    """A service says no: 422 for a field that was sent, 409 for the state of things."""
    if error.field and error.code != STALE:
        errors = [{"field": error.field, "code": error.code, "message": error.message}]
        return Problem(422, "fields", error.message, errors=errors)
    return Problem(409, error.code, error.message)


def _of_framework(error: exceptions.APIException) -> Problem:
    if isinstance(error, exceptions.AuthenticationFailed):
        return Problem(401, str(error.get_codes()), str(error.detail))
    if isinstance(error, exceptions.PermissionDenied) and str(error.detail).startswith("CSRF"):
        words = "A browser's session needs its form token in the header X-CSRFToken."
        return Problem(403, "csrf", words)
    return _general(error.status_code)


def _general(status: int) -> Problem:
    code, words = GENERAL.get(status, ("refused", HTTPStatus(status).phrase))
    return Problem(status, code, words)


def _flat(detail: Any, field: str = "") -> Iterator[dict[str, Any]]:
    """What is wrong with which field, from the framework's nested lists and mappings."""
    if isinstance(detail, Mapping):
        for name, inner in detail.items():
            here = "" if name == "non_field_errors" else str(name)
            yield from _flat(inner, ".".join(part for part in (field, here) if part))
    elif isinstance(detail, list):
        for number, inner in enumerate(detail):
            nested = isinstance(inner, Mapping | list)
            yield from _flat(inner, f"{field}.{number}" if nested else field)
    else:
        yield {"field": field, "code": getattr(detail, "code", "invalid"), "message": str(detail)}
