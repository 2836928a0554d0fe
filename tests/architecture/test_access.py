"""Every route says who may use it, and keeps its word to everybody."""

import re
from collections.abc import Iterator
from http.cookies import SimpleCookie
from uuid import UUID, uuid4

import pytest
from django.conf import settings
from django.db import transaction
from django.test import Client

from apps.accounts import services as accounts
from apps.accounts.access import Declaration, declaration_of
from apps.accounts.models import Role, User
from apps.audit.models import Event
from apps.engagements.models import Engagement, MemberRole
from tests.factories import make_client, make_engagement, make_member, make_user
from tests.factories.world import kind_of, objects_of

from .routes import Route, routes

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS")
# The routes that anybody may use. One that is missing here, or no longer public, fails.
PUBLIC = {
    "overview:start",
    "accounts:sign-in",
    "accounts:sign-out",
    "accounts:first-administrator",
    "accounts:password-reset",
    "accounts:password-reset-sent",
    "accounts:password-set",
    "engagements:invitation",
    "delivery:bell",
}
# One row of what the whole house shares: nobody on the team is foreign to it.
OF_THE_HOUSE = {"api:templates-one"}
# The routes that carry no declaration, because their code is not ours. There are none.
EXEMPT: set[str] = set()


def undeclared(found: list[Route]) -> set[str]:
    return {str(route) for route in found if declaration_of(route.callback) is None}


def test_every_route_declares_who_may_use_it() -> None:
    assert undeclared(list(routes())) - EXEMPT == set()


def test_no_exemption_is_stale() -> None:
    assert undeclared(list(routes())) & EXEMPT == EXEMPT


def test_the_public_routes_are_the_ones_we_know_of() -> None:
    public = {str(route) for route in routes() if (says := declaration_of(route.callback)) and says.public}
    assert public == PUBLIC


def test_a_route_without_declaration_is_caught() -> None:
    assert undeclared([Route("planted", "planted/", lambda request: None, ())]) == {"planted"}


PEOPLE = (
    "anonymous",
    "admin",
    "manager",
    "fde",
    "fde viewer",
    "client",
    "foreign fde",
    "foreign client",
    "deactivated",
)


class World:
    """Two clients with an engagement and a run each, and one person of every kind."""

    def __init__(self) -> None:
        self.client = Client(raise_request_exception=False)  # one for all: each new one loads the middleware
        self.own, self.foreign = self._engagement("Own"), self._engagement("Foreign")
        self.people: dict[str, User] = {
            "admin": make_user(Role.ADMIN),
            "manager": make_user(Role.MANAGER),
            "fde": make_member(self.own, MemberRole.LEAD).user,
            "fde viewer": make_member(self.own, MemberRole.VIEWER).user,
            "client": make_member(self.own, MemberRole.VIEWER, user=make_user(Role.CLIENT)).user,
            "foreign fde": make_member(self.foreign, MemberRole.LEAD).user,
            "foreign client": make_member(self.foreign, MemberRole.VIEWER, user=make_user(Role.CLIENT)).user,
            "deactivated": make_member(self.own, MemberRole.LEAD).user,
        }
        self.sessions = {name: session_of(person) for name, person in self.people.items()}
        accounts.deactivate(by=self.people["admin"], user=self.people["deactivated"])
        self.ids = {True: objects_of(self.own), False: objects_of(self.foreign)}

    def _engagement(self, name: str) -> Engagement:
        return make_engagement(client=make_client(name), name="work")

    def path(self, route: Route, ids: dict[str, UUID]) -> str:
        """The route's address for objects of one engagement."""
        values = {name: str(ids.get(name, "")) for name, _ in route.arguments}
        if "pk" in values:
            values["pk"] = str(ids[kind_of(route.name)])
        values |= {name: "x" for name, kind in route.arguments if kind == "StringConverter"}
        return route.path(values)

    def send(self, person: str, method: str, path: str, **headers: str) -> "Answer":
        """One request, undone afterwards."""
        session = self.sessions.get(person)
        self.client.cookies = SimpleCookie({settings.SESSION_COOKIE_NAME: session} if session else {})
        with transaction.atomic():
            response = self.client.generic(method, path, headers=headers)
            content = b"".join(response) if response.streaming else response.content
            written = Event.objects.count()
            transaction.set_rollback(True)
        return Answer(response.status_code, content.decode(errors="replace"), dict(response.headers), written)


class Answer:
    """events: how many the audit trail had before all of it was undone."""

    def __init__(self, status: int, body: str, headers: dict[str, str], events: int) -> None:
        self.status, self.body, self.headers, self.events = status, body, headers, events

    def without(self, *ids: object) -> tuple[int, str, dict[str, str]]:
        """What somebody could learn from it: everything but the id they sent, the form token and the date."""
        body = re.sub(r'(X-CSRFToken": "|csrfmiddlewaretoken" value=")[^"]+', r"\1", self.body)
        for known in ids:
            body = body.replace(str(known), "id")
        headers = {
            name: value for name, value in self.headers.items() if name not in {"Date", "Content-Length"}
        }
        return self.status, body, headers


def session_of(person: User) -> str:
    client = Client()
    client.force_login(person)
    return client.cookies[settings.SESSION_COOKIE_NAME].value


@pytest.fixture
def world(db: None) -> World:
    made = World()
    assert {"anonymous", *made.people} == set(PEOPLE)
    return made


def ours() -> Iterator[tuple[Route, Declaration]]:
    for route in routes():
        if declaration := declaration_of(route.callback):
            yield route, declaration


def names_somebodys(route: Route) -> bool:
    """Whether its address names something that may be foreign to a person."""
    return bool(route.arguments) and route.name not in OF_THE_HOUSE


def allowed(declaration: Declaration, method: str) -> bool:
    return method in declaration.methods or (method == "HEAD" and "GET" in declaration.methods)


def expected(
    declaration: Declaration, world: World, person: str, method: str, *, shared: bool = False
) -> set[int]:
    """The statuses that keep the promise; in a public route, anything that is not a failure. shared: its address
    names nothing that is foreign to anybody."""
    answers = {200, 204, 302, 400, 404, 409} | ({201, 202, 422, 428} if declaration.scopes else set())
    if declaration.public:
        return answers | {405}
    if person in {"anonymous", "deactivated"}:
        return {401} if declaration.scopes else {302}
    if world.people[person].role not in declaration.roles:
        return {403}
    if method == "OPTIONS":
        return {405} if declaration.scopes else {200, 204}
    if not allowed(declaration, method):
        # whoever opens the address of a form is led to its page (tests/accounts/test_other_method.py)
        return {302, 405} if method in {"GET", "HEAD"} and not declaration.scopes else {405}
    if declaration.checks and person.startswith("foreign"):
        return answers | {403} if shared else {404}
    return answers | {403} if declaration.checks else answers


@pytest.mark.parametrize("person", PEOPLE)
def test_every_route_keeps_its_word_to(person: str, world: World) -> None:
    wrong = []
    for route, declaration in ours():
        for method in METHODS:
            answer = world.send(person, method, world.path(route, world.ids[True]))
            shared = not names_somebodys(route)
            if answer.status not in expected(declaration, world, person, method, shared=shared):
                wrong.append(f"{method} {route}: {answer.status}")
            elif answer.status == 401:
                assert answer.headers["WWW-Authenticate"].startswith("Bearer"), route
            elif not declaration.public and person in {"anonymous", "deactivated"}:
                assert answer.headers["Location"].startswith("/sign-in/"), route
    assert wrong == []


def test_htmx_is_told_to_go_to_the_sign_in_page(world: World) -> None:
    for route, declaration in ours():
        if not declaration.public and not declaration.scopes:
            path = world.path(route, world.ids[True])
            answer = world.send("anonymous", "GET", path, HX_Request="true")
            assert (answer.status, answer.headers["HX-Redirect"][:9]) == (401, "/sign-in/"), route


@pytest.mark.parametrize("person", ["foreign fde", "foreign client", "fde", "client"])
def test_what_is_somebody_elses_looks_like_what_does_not_exist(person: str, world: World) -> None:
    mine = not person.startswith("foreign")
    checked = 0
    for route, declaration in ours():
        if not declaration.checks or world.people[person].role not in declaration.roles:
            continue
        if not names_somebodys(route):
            continue
        theirs, nothing = world.ids[not mine], {name: uuid4() for name in world.ids[True]}
        for method in declaration.methods:
            foreign = world.send(person, method, world.path(route, theirs))
            missing = world.send(person, method, world.path(route, nothing))
            assert foreign.status == 404, f"{method} {route}"
            assert foreign.without(*theirs.values()) == missing.without(*nothing.values()), (
                f"{method} {route}"
            )
            checked += 1
    assert checked > 0


# What is somebody's own, whatever the rights of anybody else.
OF_ONE_PERSON = (
    "api:imports-one",
    "api:imports-refused",
    "api:imports-take",
    "api:imports-undo",
    "api:inbox-",
    "api:mutes-one",
    "api:packs-",
    "api:rehearsals-",
    "api:saved-views-",
)
# Whose engagement is a parameter: tests/api/test_usage.py sees to them.
BY_PARAMETER = {"api:usage-events", "api:usage-events-plain", "otlp:traces"}
# What is not even there for members who may not change it.
HIDDEN = (*OF_ONE_PERSON, "webhooks:", "api:deliveries-")


def test_administrators_and_managers_see_every_engagement(world: World) -> None:
    wrong = []
    for route, declaration in ours():
        if declaration.checks and "GET" in declaration.methods and not route.name.startswith(OF_ONE_PERSON):
            for person in ("admin", "manager"):
                if world.people[person].role not in declaration.roles:
                    continue
                answer = world.send(person, "GET", world.path(route, world.ids[False]))
                wrong += [f"{route} for {person}: {answer.status}"] if answer.status != 200 else []
    assert not wrong, "\n".join(wrong)


def test_who_only_looks_on_changes_nothing(world: World) -> None:
    """Members with the role of a viewer get 403 wherever only POST is answered, and 404 where nothing is shown."""
    wrong = []
    for route, declaration in ours():
        if declaration.checks and declaration.methods == ("POST",) and route.name not in BY_PARAMETER:
            answer = world.send("fde viewer", "POST", world.path(route, world.ids[True]))
            seen = Role.FDE in declaration.roles
            refused = 404 if seen and route.name.startswith(HIDDEN) else 403
            wrong += [f"{route}: {answer.status}"] if answer.status != refused else []
    assert not wrong, "\n".join(wrong)
