"""Pages of endpoints: whom they show what, and what they say about every mistake."""

import logging
from typing import Any

import pytest
from django.urls import reverse

from apps.accounts.models import Role
from apps.catalog import services
from apps.catalog.models import Endpoint
from apps.engagements import services as engagements
from tests.factories import make_client, make_engagement, make_member, make_user
from tests.factories.endpoints import make_endpoint

pytestmark = pytest.mark.django_db
NEW = reverse("catalog:endpoint-new")
LIST = reverse("catalog:endpoints")
KEY = "sk-proj-abcdefgh0123456789abcd"
GOOD = {
    "name": "Llama 70B",
    "kind": "openai",
    "base_url": "https://models.example/v1",
    "model": "llama-70b",
    "api_key": "secret:llm-key",
    "place": "client",
    "place_words": "Rack 7, Utrecht",
    "price_input": "0.15",
    "price_output": "0.60",
    "temperature": "0",
    "max_tokens": "16",
    "further": '{"seed": 7}',
    "header_lines": "X-Team: pilots\nX-Gate: secret:gate",
    "notes": "Ask Bob",
}
TYPED = ["client", *GOOD, "ca", "proxy"]
ABSURD = {
    "empty": "",
    "absurd": "¯\\_(ツ)_/¯ -1e999",
    "long": "x" * 10_000,
    "right to left": "\u202e\u05e9\u05dc\u05d5\u05dd",
    "markup": "<script>alert(1)</script>",
    "nul": "a\0b",
}


def edit(endpoint: Endpoint) -> str:
    return reverse("catalog:endpoint-edit", args=[endpoint.pk])


@pytest.fixture
def engineer(client):
    """Signed in, and at work for a client."""
    member = make_member(make_engagement())
    client.force_login(member.user)
    return member


def test_what_is_typed_is_kept_and_shown(client, acted) -> None:
    client.force_login(make_user(Role.ADMIN))
    page = client.post(NEW, GOOD, follow=True).content.decode()
    (endpoint,) = Endpoint.objects.all()
    assert endpoint.client is None
    assert endpoint.params == {"temperature": 0, "max_tokens": 16, "seed": 7}
    assert endpoint.headers == {"X-Team": "pilots", "X-Gate": "secret:gate"}
    for words in (
        "Llama 70B",
        "Rack 7, Utrecht",
        "$0.15 in, $0.60 out",
        "secret llm-key",
        "never sees it",
        "Ask Bob",
    ):
        assert words in page, words


def test_an_engineer_keeps_endpoints_of_their_client_and_no_other(client, engineer) -> None:
    foreign = make_client("Foreign")
    page = client.get(NEW).content.decode()
    assert "Every client" not in page
    assert "Foreign" not in page
    for chosen in ("", str(foreign.pk)):
        answer = client.post(NEW, {**GOOD, "client": chosen})
        assert 'id="id_client_error"' in answer.content.decode()
    client.post(NEW, {**GOOD, "client": str(engineer.engagement.client_id)})
    assert Endpoint.objects.get().client == engineer.engagement.client


def test_who_only_looks_on_is_told_why_there_is_no_form(client) -> None:
    client.force_login(make_member(make_engagement(), "viewer").user)
    page = client.get(NEW).content.decode()
    assert "You work for no client yet" in page
    assert '<form method="post" class="panel' not in page


@pytest.mark.parametrize("kind", ABSURD)
@pytest.mark.parametrize("field", TYPED)
def test_no_input_is_a_failure_and_a_refused_one_is_explained_beside_its_field(
    client, field: str, kind: str
) -> None:
    client.force_login(make_user(Role.ADMIN))
    answer = client.post(NEW, {**GOOD, field: ABSURD[kind]})
    page = answer.content.decode()
    if answer.status_code == 200:
        assert f'id="id_{field}_error"' in page
        assert "Llama 70B" in page or field == "name", "what else was typed stays"
        assert not Endpoint.objects.exists()
    else:
        assert answer.status_code == 302
        assert client.get(answer["Location"]).status_code == 200
        assert client.get(edit(Endpoint.objects.get())).status_code == 200
    assert "<script>alert" not in page


@pytest.mark.parametrize(
    ("field", "typed", "words"),
    [
        ("base_url", "models.example/v1", "such as https://host:8080/v1"),
        ("further", "{top_p: 1}", "This is not JSON in line 1, such as"),
        ("further", "[1]", "not an object"),
        ("further", '{"a": NaN}', "not JSON"),
        ("further", "[" * 5000, "not JSON"),
        ("further", '{"temperature": 1}', "has a field of its own: Temperature"),
        ("further", '{"stream": true}', "set by Fieldwork"),
        ("further", '{"a": "\\u0000"}', "cannot be shown"),
        ("header_lines", "X-A: 1\nnonsense", "Line 2 is no header"),
        ("header_lines", "X-A: 1\nx-a: 2", "Line 2 names a header a second time"),
        ("price_input", "-1", "lies between 0 and"),
        ("price_input", "NaN", "Enter a number"),
        ("price_output", "1e400", "lies between"),
        ("temperature", "9", "less than or equal to 2"),
        ("ca", "bank.pem", "absolute path at the site"),
    ],
)
def test_a_mistake_is_named_with_what_would_be_right(client, field: str, typed: str, words: str) -> None:
    client.force_login(make_user(Role.ADMIN))
    page = client.post(NEW, {**GOOD, field: typed}).content.decode()
    at = page.index(f'id="id_{field}_error"')
    assert words in page[at : at + 400]


def test_every_mistake_is_named_at_once(client) -> None:
    client.force_login(make_user(Role.ADMIN))
    wrong = {"base_url": "x", "api_key": "x", "further": "x", "price_input": "x", "ca": "x"}
    page = client.post(NEW, {**GOOD, **wrong}).content.decode()
    assert all(f'id="id_{field}_error"' in page for field in wrong)


@pytest.mark.parametrize(
    ("field", "typed", "secret"),
    [
        ("api_key", KEY, KEY),
        ("api_key", "hunter2", "hunter2"),
        ("api_key", f"secret:{KEY}", KEY),
        ("base_url", "https://bob:hunter2@host/v1", "hunter2"),
        ("base_url", "https://host/v1?key=hunter2", "hunter2"),
        ("proxy", "http://bob:hunter2@proxy:3128", "hunter2"),
        ("header_lines", "Authorization: Bearer hunter2", "hunter2"),
        ("header_lines", "hunter2", "hunter2"),
        ("header_lines", "hun ter2: x", "hun ter2"),
        ("further", '{"api_key": "hunter2"}', "hunter2"),
        ("further", f'{{"x": ["{KEY}"]}}', KEY),
        ("model", KEY, KEY),
        ("name", KEY, KEY),
        ("place_words", KEY, KEY),
        ("notes", f"it is {KEY}", KEY),
    ],
)
def test_a_pasted_key_is_not_shown_again_nor_kept_nor_logged(
    client, caplog, field: str, typed: str, secret: str
) -> None:
    caplog.set_level(logging.DEBUG)
    client.force_login(make_user(Role.ADMIN))
    endpoint = make_endpoint(name="before")
    for address in (NEW, edit(endpoint)):
        answer = client.post(address, {**GOOD, "version": "1", field: typed})
        page = answer.content.decode()
        assert f'id="id_{field}_error"' in page
        assert secret not in page
        assert field == "model" or 'value="llama-70b"' in page, "what else was typed stays as it was"
        part = client.post(
            address,
            {**GOOD, field: typed},
            headers={"HX-Request": "true", "HX-Target": f"id_{field}_check"},
        )
        assert "field-error" in part.content.decode()
        assert secret not in part.content.decode()
    assert secret not in caplog.text.replace("sql", "")
    assert Endpoint.objects.get().name == "before"


def test_sent_twice_the_second_is_told_that_the_name_is_taken(client) -> None:
    client.force_login(make_user(Role.ADMIN))
    client.post(NEW, GOOD)
    page = client.post(NEW, GOOD).content.decode()
    assert "There is an endpoint Llama 70B already" in page
    assert Endpoint.objects.count() == 1


def test_an_edit_sent_twice_is_one_change(client) -> None:
    client.force_login(make_user(Role.ADMIN))
    endpoint = make_endpoint()
    for _ in range(2):
        assert client.post(edit(endpoint), {**GOOD, "version": "1"}).status_code == 302
    endpoint.refresh_from_db()
    assert (endpoint.name, endpoint.version) == ("Llama 70B", 2)


@pytest.mark.parametrize("version", ["1", "", "x", "-1", "9" * 50])
def test_a_stale_edit_keeps_what_was_typed_and_says_what_is_kept_now(client, version: str) -> None:
    client.force_login(make_user(Role.ADMIN))
    endpoint = make_endpoint()
    services.change(by=None, endpoint=endpoint, model="theirs")
    page = client.post(edit(endpoint), {**GOOD, "version": version}).content.decode()
    assert "Somebody else has changed this" in page
    assert "Meanwhile this became “theirs”" in page
    assert 'value="llama-70b"' in page
    assert 'name="version" value="2"' in page
    assert client.post(edit(endpoint), {**GOOD, "version": "2"}).status_code == 302


def test_the_edit_form_shows_what_is_kept_so_that_saving_it_changes_nothing(client) -> None:
    client.force_login(make_user(Role.ADMIN))
    client.post(NEW, GOOD)
    endpoint = Endpoint.objects.get()
    form: Any = client.get(edit(endpoint)).context["form"]
    shown = {field.name: field.value() for field in form if field.value() is not None}
    assert shown["price_output"] == "0.6"
    assert client.post(edit(endpoint), shown).status_code == 302
    endpoint.refresh_from_db()
    assert endpoint.version == 1


def test_after_the_membership_is_revoked_nothing_can_be_sent(client, engineer) -> None:
    endpoint = make_endpoint(client=engineer.engagement.client)
    engagements.remove_member(by=None, member=engineer)
    page = client.post(NEW, {**GOOD, "client": str(endpoint.client_id)}).content.decode()
    assert 'id="id_client_error"' in page
    for name in ("edit", "retire", "restore", "try"):
        address = reverse(f"catalog:endpoint-{name}", args=[endpoint.pk])
        assert client.post(address, {**GOOD, "version": "1"}).status_code == 404
    assert client.get(endpoint.get_absolute_url()).status_code == 404


def test_an_engineer_sees_but_does_not_change_what_is_for_every_client(client, engineer) -> None:
    endpoint = make_endpoint()
    page = client.get(endpoint.get_absolute_url()).content.decode()
    assert ">Edit</a>" not in page
    assert client.post(edit(endpoint), {**GOOD, "version": "1"}).status_code == 403


def test_a_retired_one_leaves_the_list_and_comes_back(client) -> None:
    client.force_login(make_user(Role.ADMIN))
    endpoint = make_endpoint(name="Oldie")
    asks = client.get(reverse("catalog:endpoint-retire", args=[endpoint.pk])).content.decode()
    assert "Retire Oldie?" in asks
    page = client.post(reverse("catalog:endpoint-retire", args=[endpoint.pk]), follow=True).content.decode()
    assert "no evaluation can choose it" in page
    assert "Oldie" not in client.get(LIST).content.decode()
    assert "Oldie" in client.get(LIST, {"shown": "retired"}).content.decode()
    client.post(reverse("catalog:endpoint-restore", args=[endpoint.pk]))
    assert "Oldie" in client.get(LIST).content.decode()


def test_the_list_can_be_narrowed(client) -> None:
    client.force_login(make_user(Role.ADMIN))
    own = make_client("Northwind")
    make_endpoint(name="alpha", client=own, place="client")
    make_endpoint(name="beta", kind="anthropic", place_words="Frankfurt")
    for query, found in [
        ({"q": "NORTH"}, "alpha"),
        ({"client": str(own.pk)}, "alpha"),
        ({"client": "every"}, "beta"),
        ({"kind": "anthropic"}, "beta"),
        ({"place": "client"}, "alpha"),
        ({"q": "frank"}, "beta"),
    ]:
        text = client.get(
            LIST, query, headers={"HX-Request": "true", "HX-Target": "endpoints"}
        ).content.decode()
        assert [name for name in ("alpha", "beta") if name in text] == [found], query


@pytest.mark.parametrize(
    "query",
    [{"q": "\0"}, {"client": "\0"}, {"client": "x"}, {"kind": "\0"}, {"page": "\0"}, {"q": "%" * 5000}],
)
def test_a_nonsense_filter_is_no_failure(client, query: dict[str, str]) -> None:
    client.force_login(make_user(Role.ADMIN))
    assert client.get(LIST, query).status_code == 200


def test_the_list_asks_the_same_number_of_queries_however_long_it_is(
    client, django_assert_num_queries
) -> None:
    user = make_user(Role.MANAGER)
    client.force_login(user)
    make_endpoint(client=make_client())
    with django_assert_num_queries(6):
        client.get(LIST)
    for number in range(60):
        make_endpoint(client=make_client(), name=f"more {number:02d}")
    with django_assert_num_queries(6):
        page = client.get(LIST).content.decode()
    assert "1–50 of 61" in page
