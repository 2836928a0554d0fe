"""May this person? Every view carries a declaration of who may use it; a test walks the URLs for undeclared
ones.

    @access(roles={Role.ADMIN})
    def person_list(request: PersonRequest) -> HttpResponse: ...

    path("health", access(public=True, reason="asked by the supervisor")(HealthView.as_view()))

    @access(roles=STAFF, scopes={"GET": "log:read", "POST": "log:write"})
    class Things(APIView): ...

The order is always the same, so that a refusal gives nothing away: who are you (sign-in, or 401), may your
role (403), is the method one of the view's (405), is your token good for it (403), and only then is anything
looked up (404 for wrong and foreign alike).
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import wraps
from typing import Any, TypeVar, cast

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseNotAllowed
from django.template.response import SimpleTemplateResponse
from django.utils import timezone
from django.utils.cache import add_never_cache_headers
from rest_framework.exceptions import NotAuthenticated
from rest_framework.views import APIView

from apps.core.errors import Refused
from apps.core.web import refusal

from . import challenge, other_method
from .models import Role, User

Check = Callable[[HttpRequest, dict[str, Any]], None]
AnyView = TypeVar("AnyView", bound=Callable[..., Any])
EVERYONE = frozenset(Role)
ANY_SCOPE = ""  # whatever a token is good for


class OutOfScope(PermissionDenied):
    """The token that was shown is not good for this; `scope` is what it lacks."""

    def __init__(self, scope: str) -> None:
        super().__init__(f"This token is not good for {scope or 'this'}.")
        self.scope = scope


class PersonRequest(HttpRequest):
    """The request that a declared view receives: somebody is signed in."""

    user: User


@dataclass(frozen=True)
class Declaration:
    """Who may use a view. `checks` look at what the URL names and raise Http404 or PermissionDenied.

    scopes: of a view of the API, the scope that a token needs for each method; where there is none, no token is
    good for it.
    """

    public: bool = False
    reason: str = ""
    roles: frozenset[str] = frozenset()
    methods: tuple[str, ...] = ()
    checks: tuple[Check, ...] = ()
    scopes: Mapping[str, str] = field(default_factory=dict)


def access(
    *,
    roles: Iterable[str] = (),
    public: bool = False,
    reason: str = "",
    methods: Iterable[str] = ("GET",),
    checks: Iterable[Check] = (),
    scopes: Mapping[str, str] | None = None,
) -> Callable[[AnyView], AnyView]:
    """Declare who may use a view: either `roles`, or `public` with the `reason` for it.

    methods: what a function view answers to (HEAD comes with GET); views that are classes know their own.
    scopes: method → scope (or ANY_SCOPE) that a token needs; of views of the API alone, as nothing else knows
    tokens. Roles are of persons: a token that acts for no person is held to its scopes and the checks.
    Raises TypeError for a declaration that says neither or both.
    """
    if public == bool(frozenset(roles)) or public != bool(reason):
        raise TypeError("access() takes either roles, or public=True with a reason")
    declaration = Declaration(
        public, reason, frozenset(roles), tuple(methods), tuple(checks), dict(scopes or {})
    )

    def declare(view: AnyView) -> AnyView:
        if isinstance(view, type):
            guarded = _guard_api(view, declaration) if issubclass(view, APIView) else _not_a_view(view)
        elif declaration.scopes:
            raise TypeError("only views of the API have scopes")
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
                if isinstance(response, HttpResponseNotAllowed) and not hasattr(view, "cls"):
                    response = other_method.answer(request, response.headers["Allow"].split(", "), _opens)
            except Refused as error:
                response = refusal(request, error)
        if not declaration.public:
            add_never_cache_headers(response)
        return response  # type: ignore[no-any-return]

    guarded.access = declaration  # type: ignore[attr-defined]
    return guarded


def _guard_api(view: type[APIView], declaration: Declaration) -> Any:
    """The framework of the API identifies persons its own way, and `apps.api` says what is wrong in JSON; the
    checks are the same."""
    check_permissions = view.check_permissions
    named = [name for name in view.http_method_names if name != "options" and hasattr(view, name)]
    declaration = replace(declaration, methods=tuple(name.upper() for name in named))

    def checked(self: APIView, request: Any) -> None:
        check_permissions(self, request)
        if not declaration.public:
            if not request.user.is_authenticated:
                raise NotAuthenticated
            if isinstance(request.user, User) or not declaration.scopes:
                _require_role(request, declaration)
        if _answers(declaration, request.method):
            if request.auth is not None and not declaration.public:
                _require_scope(request, declaration)
            _look_up(request, declaration, self.kwargs)

    view.check_permissions = checked  # type: ignore[method-assign]
    view.access = declaration  # type: ignore[attr-defined]
    return view


def _not_a_view(view: type) -> Any:
    raise TypeError(f"declare {view.__name__}.as_view() instead of the class")


def _require_role(request: HttpRequest, declaration: Declaration) -> None:
    if getattr(request.user, "role", None) not in declaration.roles:
        raise PermissionDenied


def _require_scope(request: Any, declaration: Declaration) -> None:
    """`request.auth` is the token that was shown (apps.tokens)."""
    method = "GET" if request.method == "HEAD" else request.method
    needed = declaration.scopes.get(method)
    if needed is None or (needed != ANY_SCOPE and needed not in request.auth.scopes):
        raise OutOfScope(needed or "")


def _look_up(request: HttpRequest, declaration: Declaration, kwargs: dict[str, Any]) -> None:
    for check in declaration.checks:
        check(request, kwargs)


def _answers(declaration: Declaration, method: str | None) -> bool:
    return method in declaration.methods or (method == "HEAD" and "GET" in declaration.methods)


def _other_method(request: HttpRequest, declaration: Declaration) -> HttpResponse | None:
    allowed = {*declaration.methods, "OPTIONS"} | ({"HEAD"} if "GET" in declaration.methods else set())
    if request.method == "OPTIONS":
        return HttpResponse(status=204, headers={"Allow": ", ".join(sorted(allowed))})
    return None if request.method in allowed else other_method.answer(request, allowed, _opens)


def _opens(view: Any, request: HttpRequest) -> bool:
    """Whether somebody of that role may open a view as a page."""
    declaration = declaration_of(view)
    if declaration is None or hasattr(view, "cls") or "GET" not in declaration.methods:
        return False
    return declaration.public or getattr(request.user, "role", None) in declaration.roles
