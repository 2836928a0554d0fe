"""May this person? Every view carries a declaration of who may use it; a test walks the URLs for undeclared
ones.

    @access(roles={Role.ADMIN})
    def person_list(request: PersonRequest) -> HttpResponse: ...

    path("health", access(public=True, reason="asked by the supervisor")(HealthView.as_view()))

    @access(roles=STAFF)
    class Things(APIView): ...

The order is always the same, so that a refusal gives nothing away: who are you (sign-in, or 401), may your
role (403), is the method one of the view's (405), and only then is anything looked up (404 for wrong and
foreign alike).
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import wraps
from typing import Any, TypeVar, cast

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.template.response import SimpleTemplateResponse
from django.utils import timezone
from django.utils.cache import add_never_cache_headers
from rest_framework.exceptions import NotAuthenticated
from rest_framework.response import Response
from rest_framework.views import APIView

from apps.core.errors import Refused
from apps.core.web import refusal

from . import challenge
from .models import Role, User

Check = Callable[[HttpRequest, dict[str, Any]], None]
AnyView = TypeVar("AnyView", bound=Callable[..., Any])
EVERYONE = frozenset(Role)


class PersonRequest(HttpRequest):
    """The request that a declared view receives: somebody is signed in."""

    user: User


@dataclass(frozen=True)
class Declaration:
    """Who may use a view. `checks` look at what the URL names and raise Http404 or PermissionDenied."""

    public: bool = False
    reason: str = ""
    roles: frozenset[str] = frozenset()
    methods: tuple[str, ...] = ()
    checks: tuple[Check, ...] = ()


def access(
    *,
    roles: Iterable[str] = (),
    public: bool = False,
    reason: str = "",
    methods: Iterable[str] = ("GET",),
    checks: Iterable[Check] = (),
) -> Callable[[AnyView], AnyView]:
    """Declare who may use a view: either `roles`, or `public` with the `reason` for it.

    methods: what a function view answers to (HEAD comes with GET); views that are classes know their own.
    Raises TypeError for a declaration that says neither or both.
    """
    if public == bool(frozenset(roles)) or public != bool(reason):
        raise TypeError("access() takes either roles, or public=True with a reason")
    declaration = Declaration(public, reason, frozenset(roles), tuple(methods), tuple(checks))

    def declare(view: AnyView) -> AnyView:
        if isinstance(view, type):
            guarded = _guard_api(view, declaration) if issubclass(view, APIView) else _not_a_view(view)
        else:
            guarded = _guard(view, declaration)
        return cast(AnyView, guarded)

    return declare


def declaration_of(view: Callable[..., Any]) -> Declaration | None:
    """What a URL's callback declares, or None."""
    return getattr(view, "access", None) or getattr(getattr(view, "cls", None), "access", None)


def _guard(view: Any, declaration: Declaration) -> Any:
    knows_methods = hasattr(view, "view_class") or hasattr(view, "cls")

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not declaration.public:
            if not request.user.is_authenticated:
                return challenge.answer(request, api=hasattr(view, "cls"))
            _require_role(request, declaration)
        if not knows_methods and (refused := _other_method(request, declaration)):
            return refused
        with timezone.override(getattr(request.user, "timezone", None)):
            try:
                _look_up(request, declaration, kwargs)
                response = view(request, *args, **kwargs)
                if isinstance(response, SimpleTemplateResponse):
                    response.render()
            except Refused as error:
                response = refusal(request, error)
        if not declaration.public:
            add_never_cache_headers(response)
        return response  # type: ignore[no-any-return]

    guarded.access = declaration  # type: ignore[attr-defined]
    return guarded


def _guard_api(view: type[APIView], declaration: Declaration) -> Any:
    """The framework of the API identifies persons its own way, and answers in JSON; the checks are the
    same."""
    check_permissions, handle_exception = view.check_permissions, view.handle_exception

    def checked(self: APIView, request: Any) -> None:
        check_permissions(self, request)
        if not declaration.public:
            if not request.user.is_authenticated:
                raise NotAuthenticated
            _require_role(request, declaration)
        if request.method.lower() in self.http_method_names and hasattr(self, request.method.lower()):
            _look_up(request, declaration, self.kwargs)

    def handled(self: APIView, exc: Exception) -> Response:
        if isinstance(exc, Refused):
            body = {"code": exc.code, "detail": exc.message, "field": exc.field}
            return Response(body, status=409)
        return handle_exception(self, exc)

    view.check_permissions = checked  # type: ignore[method-assign]
    view.handle_exception = handled  # type: ignore[method-assign]
    view.access = declaration  # type: ignore[attr-defined]
    return view


def _not_a_view(view: type) -> Any:
    raise TypeError(f"declare {view.__name__}.as_view() instead of the class")


def _require_role(request: HttpRequest, declaration: Declaration) -> None:
    if getattr(request.user, "role", None) not in declaration.roles:
        raise PermissionDenied


def _look_up(request: HttpRequest, declaration: Declaration, kwargs: dict[str, Any]) -> None:
    for check in declaration.checks:
        check(request, kwargs)


def _other_method(request: HttpRequest, declaration: Declaration) -> HttpResponse | None:
    allowed = {*declaration.methods, "OPTIONS"} | ({"HEAD"} if "GET" in declaration.methods else set())
    if request.method in allowed and request.method != "OPTIONS":
        return None
    status = 204 if request.method == "OPTIONS" else 405
    return HttpResponse(status=status, headers={"Allow": ", ".join(sorted(allowed))})
