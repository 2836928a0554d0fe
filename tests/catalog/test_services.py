"""Endpoints are kept once: what is refused, what is written down, and what an evaluation may copy."""

from decimal import Decimal
from typing import Any

import pytest

from apps.audit.models import Event
from apps.catalog import selectors, services
from apps.catalog.models import Endpoint
from apps.core.errors import Refused
from apps.pilots.spec.models import AnthropicTarget, OpenAITarget
from tests.factories import make_client, make_engagement, make_member, make_user
from tests.factories.endpoints import make_endpoint

pytestmark = pytest.mark.django_db
KEY = "sk-proj-abcdefgh0123456789abcd"
FULL: dict[str, Any] = {
    "api_key": "secret:llm-key",
    "params": {"temperature": 0, "max_tokens": 16, "stop": ["\n"]},
    "price_input": Decimal("0.15"),
    "price_output": Decimal("0.6"),
    "headers": {"X-Team": "pilots", "Authorization": "env:GATE"},
    "ca": "/etc/ssl/bank.pem",
    "proxy": "http://proxy:3128",
}


def test_what_an_evaluation_copies_is_exactly_a_target_of_a_spec() -> None:
    target = make_endpoint(**FULL).as_target()
    assert target == {
        "kind": "openai",
        "base_url": "https://models.example/v1",
        "model": "m-1",
        "api_key": "secret:llm-key",
        "params": FULL["params"],
        "price": {"input": 0.15, "output": 0.6},
        "headers": FULL["headers"],
        "ca": "/etc/ssl/bank.pem",
        "proxy": "http://proxy:3128",
    }
    assert OpenAITarget.model_validate({"name": "t", **target}).price.output == 0.6


def test_what_is_empty_is_left_out() -> None:
    bare = make_endpoint(kind="anthropic", base_url="https://api.anthropic.com")
    assert bare.as_target() == {"kind": "anthropic", "base_url": "https://api.anthropic.com", "model": "m-1"}
    assert AnthropicTarget.model_validate({"name": "t", **bare.as_target()}).price is None


def test_a_price_of_zero_is_given_and_a_missing_one_is_not() -> None:
    assert make_endpoint(price_input=Decimal(0)).as_target()["price"] == {"input": 0.0}
    assert "price" not in make_endpoint().as_target()
    assert make_endpoint().priced_at is None


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", " "),
        ("name", "x" * 121),
        ("name", "a\0b"),
        ("kind", "grpc"),
        ("place", "moon"),
        ("base_url", ""),
        ("base_url", "ftp://host"),
        ("base_url", "https://user:pass@host/v1"),
        ("base_url", "https://host/v1?api_key=abc"),
        ("model", ""),
        ("api_key", KEY),
        ("api_key", "hunter2"),
        ("api_key", f"secret:{KEY}"),
        ("headers", {"X-Api-Key": "abc"}),
        ("headers", {"X Y": "abc"}),
        ("headers", {"X-Y": "two\nlines"}),
        ("params", {"messages": []}),
        ("params", {"api_key": "abc"}),
        ("params", {"note": KEY}),
        ("params", {"a": "\0"}),
        ("params", {"a": "\ud800"}),
        ("params", {"a": float("inf")}),
        ("params", {"a": [[[[[[[[1]]]]]]]]}),
        ("params", {"max_tokens": 1, "max_completion_tokens": 1}),
        ("price_input", Decimal(-1)),
        ("price_output", Decimal("NaN")),
        ("price_output", Decimal("0.00000001")),
        ("ca", "bank.pem"),
        ("proxy", "secret:proxy"),
        ("place_words", "x" * 201),
        ("notes", f"the key is {KEY}"),
        ("model", f"Bearer {KEY}"),
    ],
)
def test_it_refuses_naming_the_field_and_never_repeats_a_key(field: str, value: Any) -> None:
    with pytest.raises(Refused) as refused:
        make_endpoint(**{field: value})
    assert refused.value.field == field
    assert not any(secret in refused.value.message for secret in (KEY, "hunter2", "pass@", "abc"))
    assert not Endpoint.objects.exists()


def test_a_name_is_taken_once_per_client_whatever_the_case_and_also_when_retired() -> None:
    client = make_client()
    first = make_endpoint(client=client, name="Llama")
    make_endpoint(client=make_client(), name="llama")
    make_endpoint(name="llama")
    services.retire(by=None, endpoint=first)
    with pytest.raises(Refused, match="retired and can be restored") as refused:
        make_endpoint(client=client, name=" LLAMA ")
    assert refused.value.field == "name"
    with pytest.raises(Refused, match="There is an endpoint llama"):
        make_endpoint(name="Llama")


def test_an_engagement_chooses_among_its_clients_and_the_common_ones_but_no_retired_one() -> None:
    engagement = make_engagement()
    make_endpoint(client=engagement.client, name="b")
    make_endpoint(name="a")
    make_endpoint(client=make_client(), name="foreign")
    services.retire(by=None, endpoint=make_endpoint(name="gone"))
    assert [each.name for each in selectors.endpoints_for(engagement)] == ["a", "b"]


def test_a_stale_version_changes_nothing_and_what_is_the_same_is_never_stale() -> None:
    endpoint = make_endpoint(model="m-1")
    services.change(by=None, endpoint=endpoint, version=1, model="m-2")
    services.change(by=None, endpoint=endpoint, version=1, model="m-2")
    with pytest.raises(Refused) as refused:
        services.change(by=None, endpoint=endpoint, version=1, model="m-3")
    endpoint.refresh_from_db()
    assert (refused.value.code, endpoint.model, endpoint.version) == ("stale", "m-2", 2)


def test_the_price_is_dated_when_it_changes_and_only_then() -> None:
    endpoint = make_endpoint(price_input=Decimal(1))
    since = endpoint.priced_at
    services.change(by=None, endpoint=endpoint, model="m-2", price_input=Decimal("1.000"))
    endpoint.refresh_from_db()
    assert endpoint.priced_at == since
    services.change(by=None, endpoint=endpoint, price_input=Decimal(2))
    endpoint.refresh_from_db()
    assert endpoint.priced_at > since
    services.change(by=None, endpoint=endpoint, price_input=None)
    endpoint.refresh_from_db()
    assert endpoint.priced_at is None


def test_every_write_is_written_down_with_the_names_of_fields_and_no_value() -> None:
    user, endpoint = make_user("admin"), make_endpoint()
    services.change(by=user, endpoint=endpoint, api_key="secret:other", model="m-9")
    services.retire(by=user, endpoint=endpoint)
    services.retire(by=user, endpoint=endpoint)
    services.restore(by=user, endpoint=endpoint)
    events = Event.objects.filter(subject_id=endpoint.pk).order_by("at")
    assert [event.verb for event in events] == ["added", "changed", "retired", "restored"]
    assert events[1].data == {"fields": "api_key, model"}


def test_who_may_see_and_write() -> None:
    engagement = make_engagement()
    own, common = make_endpoint(client=engagement.client), make_endpoint()
    foreign = make_endpoint(client=make_client())
    admin, viewer = make_user("admin"), make_member(engagement, "viewer", user=make_user("client")).user
    engineer, onlooker = make_member(engagement).user, make_member(engagement, "viewer").user
    assert set(selectors.visible_to(admin)) == {own, common, foreign}
    assert set(selectors.visible_to(engineer)) == set(selectors.visible_to(onlooker)) == {own, common}
    assert set(selectors.visible_to(viewer)) == set()
    assert [selectors.may_write(user, own) for user in (admin, engineer, onlooker)] == [True, True, False]
    assert [selectors.may_write(user, common) for user in (admin, engineer, onlooker)] == [True, False, False]
    assert [selectors.may_try(user, common) for user in (admin, engineer, onlooker)] == [True, True, False]
