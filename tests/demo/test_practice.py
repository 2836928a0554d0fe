"""The practice model speaks OpenAI's chat completions, answers from its rows, and says what it is."""

import json
import signal
import subprocess
import sys
import urllib.request
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from aiohttp.test_utils import TestClient, TestServer

from apps.config.environment import ROOT
from apps.demo import practice

ROWS = [
    (text.format(number), label)
    for text, label in (
        ("my card was swallowed by machine {}", "card"),
        ("please transfer {} euro to my landlord", "transfer"),
        ("I forgot the password of my account {}", "login"),
    )
    for number in range(40)
]


@pytest.fixture(scope="module")
def models() -> dict[str, practice.Answer]:
    return practice.learn(ROWS)


@pytest.fixture
async def client(models: dict[str, practice.Answer]) -> AsyncIterator[Any]:
    async with TestClient(TestServer(practice.Practice(models).application())) as client:
        yield client


def _asked(content: str, **more: Any) -> dict[str, Any]:
    return {"model": "practice-large", "messages": [{"role": "user", "content": content}], **more}


async def _ask(client: Any, body: Any) -> tuple[int, dict[str, Any]]:
    response = await client.post("/v1/chat/completions", json=body)
    return response.status, await response.json()


@pytest.mark.parametrize(
    "content",
    [
        "please transfer 7 euro to my landlord",
        "Label this message.\nplease transfer 7 euro to my landlord",
        "Label this message.\n\nplease transfer 7 euro to my landlord",
        "Labels: card, login, transfer.\r\n\r\nAnswer only.\n \n\nplease transfer 7 euro\nto my landlord\n\n",
    ],
)
async def test_answers_the_message_and_not_the_instruction(client: Any, content: str) -> None:
    status, answer = await _ask(client, _asked(content))
    assert status == 200
    assert answer["choices"][0]["message"] == {"role": "assistant", "content": "transfer", "refusal": None}
    assert answer["choices"][0]["finish_reason"] == "stop"


async def test_says_that_it_is_a_practice_model_and_counts_tokens(client: Any) -> None:
    _, answer = await _ask(client, _asked("my card was swallowed"))
    assert answer["system_fingerprint"] == "practice model"
    assert answer["model"] == "practice-large"
    usage = answer["usage"]
    assert usage == {"prompt_tokens": 4, "completion_tokens": 1, "total_tokens": 5}


async def test_reads_content_parts_and_the_last_user_message(client: Any) -> None:
    parts = [{"type": "text", "text": "I forgot the password"}]
    messages = [
        {"role": "system", "content": "card, login, transfer"},
        {"role": "user", "content": "my card was swallowed"},
        {"role": "assistant", "content": "card"},
        {"role": "user", "content": parts},
    ]
    _, answer = await _ask(client, {"model": "practice-small", "messages": messages})
    assert answer["choices"][0]["message"]["content"] == "login"


async def test_an_answer_longer_than_max_tokens_is_truncated() -> None:
    models = {"practice-large": lambda instruction, text: "one two three"}
    async with TestClient(TestServer(practice.Practice(models).application())) as client:
        _, answer = await _ask(client, _asked("x", max_tokens=2))
    assert answer["choices"][0]["message"]["content"] == "one two"
    assert answer["choices"][0]["finish_reason"] == "length"
    assert answer["usage"]["completion_tokens"] == 2


async def test_lists_its_models(client: Any) -> None:
    response = await client.get("/v1/models")
    models = (await response.json())["data"]
    assert {model["id"] for model in models} == {"practice-large", "practice-small"}
    assert {model["owned_by"] for model in models} == {"practice model"}


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (404, _asked("x", model="gpt-9")),
        (400, _asked("x", stream=True)),
        (400, _asked("x", max_tokens=0)),
        (400, {"model": "practice-large", "messages": []}),
        (400, {"model": "practice-large"}),
        (400, {"model": "practice-large", "messages": [{"role": "system", "content": "x"}]}),
        (400, {"model": "practice-large", "messages": [{"role": "user", "content": 7}]}),
        (400, {"model": "practice-large", "messages": ["x"]}),
        (400, {"messages": [{"role": "user", "content": "x"}]}),
        (400, []),
    ],
)
async def test_a_wrong_request_is_refused_in_the_shape_of_the_api(
    client: Any, status: int, body: Any
) -> None:
    got, answer = await _ask(client, body)
    assert got == status
    assert answer["error"]["type"] == "invalid_request_error"
    assert answer["error"]["message"]


async def test_what_is_not_json_or_not_there_is_refused_as_json(client: Any) -> None:
    response = await client.post("/v1/chat/completions", data=b"\xff{")
    assert (response.status, (await response.json())["error"]["type"]) == (400, "invalid_request_error")
    response = await client.get("/v1/embeddings")
    assert (response.status, (await response.json())["error"]["type"]) == (404, "invalid_request_error")


def test_the_small_model_has_learned_less() -> None:
    rows = [(f"word{number} word{number + 1}", f"label{number}") for number in range(60)]
    models = practice.learn(rows)
    labels = " ".join(label for _, label in rows)

    def right(answer: practice.Answer) -> int:
        return sum(answer(labels, text) == label for text, label in rows)

    assert right(models["practice-large"]) == 60
    assert 20 <= right(models["practice-small"]) < 30


UNSURE = "please swallow my account"


async def test_where_it_is_not_sure_it_answers_in_a_sentence(client: Any) -> None:
    status, answer = await _ask(client, _asked(f"What is this about?\n\n{UNSURE}"))
    content = answer["choices"][0]["message"]["content"]
    assert status == 200
    assert content.startswith("This looks like ")
    assert content.endswith(", but I am not certain.")


async def test_told_the_labels_it_chooses_among_them_and_says_no_more(client: Any) -> None:
    prompt = f"Is this Card or login?\n\n{UNSURE}"
    _, answer = await _ask(client, _asked(prompt))
    assert answer["choices"][0]["message"]["content"] in {"card", "login"}
    sure = "please transfer 7 euro to my landlord"
    _, answer = await _ask(client, _asked(f"Is this card or login?\n\n{sure}"))
    assert answer["choices"][0]["message"]["content"] in {"card", "login"}
    named = [{"role": "system", "content": "card, login"}, {"role": "user", "content": sure}]
    _, answer = await _ask(client, {"model": "practice-large", "messages": named})
    assert answer["choices"][0]["message"]["content"] in {"card", "login"}


async def test_a_single_label_in_the_instruction_is_no_choice(client: Any) -> None:
    _, answer = await _ask(client, _asked("Is this about a card?\n\nI forgot the password of my account 3"))
    assert answer["choices"][0]["message"]["content"] == "login"


async def test_the_text_itself_is_no_instruction(client: Any) -> None:
    text = "transfer card: I forgot the password of my account 3"
    _, answer = await _ask(client, _asked(f"Which one?\n\n{text}"))
    assert answer["choices"][0]["message"]["content"] not in {"card", "transfer"}


def test_runs_on_a_free_port_without_django_and_stops_when_told(tmp_path: Path) -> None:
    train, address = tmp_path / "train.csv", tmp_path / "address.json"
    train.write_text("text,kind\n" + "".join(f'"{text}",{label}\n' for text, label in ROWS))
    block = (
        "import sys; sys.modules['django'] = None; from apps.demo import practice; sys.exit(practice.main())"
    )
    options = ["--train", str(train), "--label", "kind", "--address-file", str(address)]
    with subprocess.Popen(
        [sys.executable, "-c", block, *options], cwd=ROOT, stdout=subprocess.PIPE, text=True
    ) as server:
        assert server.stdout is not None
        assert "practice model at http://127.0.0.1:" in server.stdout.readline()
        base_url = json.loads(address.read_text())["base_url"]
        request = urllib.request.Request(
            f"{base_url}/chat/completions",
            data=json.dumps(_asked("my card")).encode(),
            headers={"Content-Type": "application/json", "Authorization": "Bearer whatever"},
        )
        with urllib.request.urlopen(request) as response:
            assert json.load(response)["choices"][0]["message"]["content"] == "card"
        server.send_signal(signal.SIGTERM)
        assert server.wait(30) == 0
        assert not address.exists(), "nobody answers there any more"


def test_training_rows_without_the_columns_are_refused_by_name(tmp_path: Path) -> None:
    train = tmp_path / "train.csv"
    train.write_text("message,label\nx,y\n")
    done = subprocess.run(
        [sys.executable, "-m", "apps.demo.practice", "--train", str(train)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2
    assert "needs the columns text and label" in done.stderr
    assert "Traceback" not in done.stderr
