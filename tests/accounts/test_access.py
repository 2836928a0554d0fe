"""The declaration of access on functions, classes, and the API's views."""

import json

import pytest
from django.http import Http404, HttpResponse
from django.test import Client
from django.urls import path
from django.views import View
from rest_framework.response import Response
from rest_framework.views import APIView

from apps.accounts.access import access, declaration_of
from apps.accounts.models import Role
from apps.core.errors import Refused
from tests.factories import make_user

pytestmark = [pytest.mark.django_db, pytest.mark.urls(__name__)]


def nowhere(request, kwargs) -> None:
    raise Http404


def no(request) -> HttpResponse:
    raise Refused("full", "The shelf is full; take something off first.")


class ClassView(View):
    def get(self, request) -> HttpResponse:
        return HttpResponse(request.user.name)


@access(roles={Role.ADMIN})
class ApiView(APIView):
    def get(self, request) -> Response:
        return Response({"name": request.user.name})

    def post(self, request) -> Response:
        raise Refused("full", "The shelf is full; take something off first.")


@access(roles={Role.ADMIN}, checks=[nowhere])
class ApiLookup(APIView):
    def get(self, request) -> Response:
        return Response({})


from apps.config.urls import handler404 as handler404  # noqa: E402
from apps.config.urls import urlpatterns as all_patterns  # noqa: E402

urlpatterns = [
    *all_patterns,
    path("f/", access(roles={Role.ADMIN})(lambda request: HttpResponse("f")), name="f"),
    path("no/", access(roles={Role.ADMIN}, methods=["POST"])(no)),
    path("lookup/", access(roles={Role.ADMIN}, checks=[nowhere])(lambda request: HttpResponse("found"))),
    path("c/", access(roles={Role.ADMIN})(ClassView.as_view())),
    path("api/", ApiView.as_view()),
    path("api/lookup/", ApiLookup.as_view()),
]


def client_of(role: str | None) -> Client:
    client = Client()
    if role:
        client.force_login(make_user(role))
    return client


@pytest.mark.parametrize("address", ["/f/", "/c/"])
def test_pages_ask_strangers_to_sign_in_and_refuse_other_roles(address: str) -> None:
    assert client_of(None).get(address)["Location"].startswith("/sign-in/")
    assert client_of(Role.FDE).get(address).status_code == 403
    assert client_of(Role.ADMIN).get(address).status_code == 200


@pytest.mark.parametrize("address", ["/f/", "/c/", "/api/lookup/"])
def test_other_methods_are_405(address: str) -> None:
    answer = client_of(Role.ADMIN).delete(address)
    assert answer.status_code == 405
    assert "GET" in answer["Allow"]


def test_the_api_answers_in_json() -> None:
    for role, status in ((None, 403), (Role.FDE, 403), (Role.ADMIN, 200)):
        answer = client_of(role).get("/api/")
        assert answer.status_code == status
        assert json.loads(answer.content)
    assert client_of(Role.ADMIN).get("/api/lookup/").status_code == 404


def test_the_role_is_asked_before_anything_is_looked_up() -> None:
    assert client_of(Role.FDE).get("/lookup/").status_code == 403
    assert client_of(Role.ADMIN).post("/lookup/").status_code == 405
    assert client_of(Role.ADMIN).get("/lookup/").status_code == 404


def test_a_refusal_of_a_service_is_no_failure() -> None:
    page = client_of(Role.ADMIN).post("/no/")
    assert (page.status_code, "take something off" in page.content.decode()) == (409, True)
    notice = client_of(Role.ADMIN).post("/no/", headers={"HX-Request": "true"})
    assert (notice.status_code, "<html" in notice.content.decode()) == (409, False)
    answer = client_of(Role.ADMIN).post("/api/")
    assert answer.status_code == 409
    assert answer.json()["code"] == "full"


def test_pages_behind_the_sign_in_are_not_kept_by_anybody() -> None:
    assert "no-store" in client_of(Role.ADMIN).get("/f/")["Cache-Control"]


@pytest.mark.parametrize(
    "words",
    [
        {},
        {"roles": {"admin"}, "public": True, "reason": "x"},
        {"public": True},
        {"roles": {"admin"}, "reason": "x"},
    ],
)
def test_a_declaration_says_one_thing(words: dict) -> None:
    with pytest.raises(TypeError):
        access(**words)


def test_a_declaration_can_be_read_from_every_kind_of_view() -> None:
    assert declaration_of(ApiView.as_view()).roles == {Role.ADMIN}
    assert declaration_of(access(public=True, reason="x")(ClassView.as_view())).public
    assert declaration_of(ClassView.as_view()) is None
