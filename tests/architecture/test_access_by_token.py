"""Every route of the API says what a token needs for it, and keeps its word to every token; no page knows tokens."""

from collections.abc import Iterator
from datetime import timedelta

from django.utils import timezone
from rest_framework.parsers import MultiPartParser

from apps.accounts import services as accounts
from apps.accounts.access import ANY_SCOPE, Declaration
from apps.accounts.models import Role
from apps.api.authentication import TokenAuthentication
from apps.api.packed import BatchParser
from apps.api.parsers import StrictJSONParser
from apps.api.views.traces import BinaryParser, TextParser
from apps.tokens import scopes, services
from apps.tokens.models import Token
from tests.factories import make_user
from tests.factories.tokens import every, make_token

from .routes import Route, routes
from .test_access import METHODS, OF_ONE_PERSON, OF_THE_HOUSE, World, allowed, ours, world

__all__ = ["world"]  # the fixture

# What takes a file, and so another sort of body.
UPLOADS = {
    "api:attachments-upload-of-engagement",
    "api:sources-upload-of-engagement",
    "api:imports-upload-of-engagement",
    "api:packs-upload",
}
# What takes much at once, and says itself what is wrong with it.
BATCHES: dict[str, list[type]] = {
    "api:usage-events": [BatchParser],
    "api:usage-events-plain": [BatchParser],
    "otlp:traces": [BinaryParser, TextParser],
}
OTLP = "application/x-protobuf"  # unless JSON is sent


def api() -> Iterator[tuple[Route, Declaration]]:
    return (
        (route, declaration) for route, declaration in ours() if route.pattern.startswith(("api/", "v1/"))
    )


def asked(
    world: World, method: str, route: Route, token: str, *, own: bool = True
) -> tuple[int, dict[str, str]]:
    path = world.path(route, world.ids[own])
    answer = world.send("anonymous", method, path, Authorization=f"Bearer {token}")
    return answer.status, answer.headers


def test_every_route_of_the_api_names_the_scope_of_each_method() -> None:
    known = {scope.name for scope in scopes.known()} | {ANY_SCOPE}
    assert list(api())
    for route, declaration in api():
        needed = dict(declaration.scopes)
        assert set(needed) == set(declaration.methods) - {"HEAD"}, route
        assert set(needed.values()) <= known, route
        writes = [needed[method] for method in ("POST", "PUT", "PATCH", "DELETE") if method in needed]
        assert all(scope.endswith(":write") for scope in writes), route


def test_what_has_scopes_is_the_api_and_nothing_else() -> None:
    assert {route.name for route, says in ours() if says.scopes} == {route.name for route, _ in api()}
    assert {route.name for route in routes() if hasattr(route.callback, "cls")} == {
        route.name for route, _ in api()
    }


def test_every_route_of_the_api_takes_tokens_and_its_strict_bodies() -> None:
    for route, _ in api():
        view = route.callback.cls  # type: ignore[attr-defined]
        assert view.authentication_classes[0] is TokenAuthentication, route
        usual = [MultiPartParser] if route.name in UPLOADS else [StrictJSONParser]
        assert view.parser_classes == BATCHES.get(route.name, usual), route


def test_no_page_knows_tokens(world: World) -> None:
    token = make_token(world.people["admin"]).text
    known = {route.name for route, _ in api()}
    checked = 0
    for route, declaration in ours():
        if declaration.public or route.name in known or route.arguments:
            continue
        status, headers = asked(world, "GET", route, token)
        assert (status, headers["Location"][:9]) == (302, "/sign-in/"), route
        checked += 1
    assert checked > 5


def test_a_token_is_good_for_a_method_with_its_scope_and_for_none_without(world: World) -> None:
    for holder in (world.own, world.people["fde"], world.people["admin"]):
        role = getattr(holder, "role", None)
        names = every(role)
        good = {name: make_token(holder, name).text for name in names}
        others = {name: make_token(holder, *(one for one in names if one != name)).text for name in names}
        for route, declaration in api():
            for method in METHODS if role is None or role in declaration.roles else ():
                if not allowed(declaration, method):
                    assert asked(world, method, route, good["log:read"])[0] == 405, f"{method} {route}"
                    continue
                scope = declaration.scopes["GET" if method == "HEAD" else method]
                if scope == ANY_SCOPE:
                    assert all(asked(world, method, route, one)[0] == 200 for one in good.values()), route
                    continue
                if scope not in good:
                    continue  # not one that this role may ask for
                status, headers = asked(world, method, route, others[scope])
                assert (status, f'scope="{scope}"' in headers["WWW-Authenticate"]) == (403, True), (
                    f"{method} {route}"
                )
                status, headers = asked(world, method, route, good[scope])
                # 403: not for want of a scope, but because this bearer may not, as its person may not on the screen
                of_house = route.name in OF_THE_HOUSE or Role.FDE not in declaration.roles
                narrow = holder == world.own and of_house
                nobodys = {404} if narrow or route.name.startswith(OF_ONE_PERSON) else set()
                empty = {400} if route.name in BATCHES else set()
                assert status in {200, 201, 202, 204, 403, 409, 422, 428} | nobodys | empty, (
                    f"{method} {route}"
                )
                assert "insufficient_scope" not in headers.get("WWW-Authenticate", ""), f"{method} {route}"


def test_no_token_reaches_another_engagement(world: World) -> None:
    tokens = {
        "engagement's": make_token(world.own),
        "lead's": make_token(world.people["fde"]),
        "administrator's, limited": make_token(world.people["admin"], limited_to=world.own),
    }
    checked = 0
    for route, declaration in api():
        for method in declaration.methods if route.arguments else ():
            for whose, token in tokens.items():
                if whose == "lead's" and (route.name in OF_THE_HOUSE or Role.FDE not in declaration.roles):
                    continue
                if declaration.scopes[method] not in {ANY_SCOPE, *token.token.scopes}:
                    continue  # refused before anything is looked up
                assert asked(world, method, route, token.text, own=False)[0] == 404, (
                    f"{method} {route}: {whose}"
                )
                checked += 1
    assert checked > 6


def test_a_token_that_has_ended_or_never_was_is_told_so_everywhere(world: World) -> None:
    person = make_user()
    closed = make_token(person)
    accounts.deactivate(by=world.people["admin"], user=person)
    expired, revoked, good = (make_token(world.own) for _ in range(3))
    Token.objects.filter(pk=expired.token.pk).update(expires_at=timezone.now() - timedelta(seconds=1))
    services.revoke(by=None, token=revoked.token)
    wrong = [
        closed.text,
        expired.text,
        revoked.text,
        good.text[:-1],
        f"{good.text}x",
        "fw_x",
        "é",
        "",
        "x" * 9999,
    ]
    for route, declaration in api():
        for method in declaration.methods:
            for text in wrong:
                status, headers = asked(world, method, route, text)
                assert (status, headers["WWW-Authenticate"][:7]) == (401, "Bearer "), (
                    f"{method} {route} {text[:9]}"
                )
                says = OTLP if route.name == "otlp:traces" else "application/problem+json"
                assert headers["Content-Type"] == says, route
            assert asked(world, method, route, good.text)[0] != 401
