"""Clients: what is sent, and that no JSON an endpoint may answer is too strange to be read or refused."""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from apps.dataplane.clients import CLIENTS, Answer, BadShape, client_for
from apps.dataplane.contract.plan import AnthropicTarget, OpenAITarget

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)


def openai(**more: Any) -> OpenAITarget:
    return OpenAITarget.model_validate({"name": "t", "base_url": "http://h/v1", "model": "m", **more})


def anthropic(**more: Any) -> AnthropicTarget:
    return AnthropicTarget.model_validate({"name": "t", "model": "m", **more})


CALLABLE = [client_for(openai(), system=None), client_for(anthropic(), system=None)]


def test_every_callable_kind_has_a_client():
    assert set(CLIENTS) == {"openai", "anthropic"}


@pytest.mark.parametrize(
    ("target", "url"),
    [
        (openai(), "http://h/v1/chat/completions"),
        (openai(base_url="http://h/v1/"), "http://h/v1/chat/completions"),
        (
            openai(base_url="https://h/deploy?api-version=3"),
            "https://h/deploy/chat/completions?api-version=3",
        ),
        (anthropic(), "https://api.anthropic.com/v1/messages"),
        (anthropic(base_url="http://h/v1/"), "http://h/v1/messages"),
        (anthropic(base_url="http://h/proxy"), "http://h/proxy/v1/messages"),
    ],
)
def test_addresses(target: OpenAITarget | AnthropicTarget, url: str):
    assert client_for(target, system=None).url == url


@pytest.mark.parametrize(
    ("params", "sent", "worst"),
    [
        ({}, {"max_tokens": 256}, 256),
        ({"max_tokens": 16}, {"max_tokens": 16}, 16),
        ({"max_completion_tokens": 900}, {"max_completion_tokens": 900}, 900),
        ({"max_tokens": None}, {"max_tokens": 256}, 256),
        ({"max_tokens": "many"}, {"max_tokens": 256}, 256),
        ({"max_tokens": 0}, {"max_tokens": 256}, 256),
        ({"n": 4, "stream": True, "seed": 1}, {"max_tokens": 256, "seed": 1}, 256),
    ],
)
def test_a_call_always_has_a_limit_and_one_answer(params: dict, sent: dict, worst: int):
    client = client_for(openai(params=params), system=None)
    turns = [{"role": "user", "content": "p"}]
    assert json.loads(client.body("p")) == {"model": "m", "messages": turns, **sent}
    assert client.max_tokens == worst


@settings(deadline=None)
@given(st.text(alphabet=st.characters(codec=None)), st.none() | st.text(max_size=10))
def test_prompt_and_system_arrive_as_they_are(prompt: str, system: str | None):
    for target in (openai(params={"stop": ['"}]}']}), anthropic(params={"stop": ['"}]}']})):
        body = json.loads(client_for(target, system=system).body(prompt))
        assert body["messages"][-1] == {"role": "user", "content": prompt}
        said = body.get("system") or next(
            (t["content"] for t in body["messages"] if t["role"] == "system"), None
        )
        assert said == (system or None)


@settings(deadline=None)
@given(JSON)
def test_any_json_is_read_or_refused(document: object):
    shapes = [
        document,
        {"choices": document},
        {"choices": [document]},
        {"choices": [{"message": document}]},
        {"choices": [{"message": {"content": document, "refusal": document}, "finish_reason": document}]},
        {"choices": [{"message": {"content": "x"}}], "usage": document},
        {"choices": [{"message": {"content": "x"}}], "usage": {"prompt_tokens": document}},
        {"content": document, "stop_reason": document, "usage": document},
        {"content": [document], "usage": {"input_tokens": document, "output_tokens": document}},
    ]
    for client in CALLABLE:
        for shape in shapes:
            try:
                answer = client.answer(shape)
            except BadShape:
                continue
            assert isinstance(answer.text, str)
            assert answer.kind in {"ok", "empty", "refused", "truncated"}
            for count in (answer.input_tokens, answer.output_tokens):
                assert count is None or 0 <= count < 2**31


def test_tokens_of_an_anthropic_cache_are_paid_for_too():
    usage = {
        "input_tokens": 3,
        "cache_read_input_tokens": 5,
        "cache_creation_input_tokens": 7,
        "output_tokens": 2,
    }
    document = {"content": [{"type": "text", "text": "x"}], "stop_reason": "end_turn", "usage": usage}
    assert CALLABLE[1].answer(document) == Answer("x", "ok", 15, 2)


def test_a_key_is_in_no_repr():
    for client in CALLABLE:
        assert "sk-secret" in "".join(client.headers("sk-secret").values())
        assert "sk-secret" not in repr(client) + repr(vars(client))
