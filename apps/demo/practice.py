"""The practice model: an OpenAI-compatible HTTP server that answers from a small classifier. No Django here.

It stands in for a model endpoint where there is none, and says so in everything it answers. `practice-large`
has learned from all training rows, `practice-small` from every third of them, so that there is a choice.

It classifies the last paragraph of the last user message; everything before it, and the system message, is the
instruction. One habit makes it depend on the prompt, as real models do in ways of their own:

- an instruction that names two or more of the labels it knows has it choose among those, and answer with the label
  and nothing else;
- without that it chooses among all it knows, and where it is less than SURE it says so in a sentence
  ("This looks like neurology, but I am not certain."), which is right for a reader and wrong for an exact match.

Nothing of this is by chance: the same request always gets the same answer. Only how long it takes is drawn.

    python -m apps.demo.practice --port 0 --train rows.csv --label category --address-file address.json

The CSV (UTF-8) has a column `text` and one of labels; rows without a label are passed over. The address file gets
{"base_url": "http://127.0.0.1:…/v1"}.
"""

import argparse
import asyncio
import csv
import json
import os
import random
import re
import signal
import socket
import sys
import time
import uuid
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

from aiohttp import web
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import Pipeline, make_pipeline

from .names import LARGE, SMALL

SHARE = 3  # practice-small learns from every third row
SURE = 0.7  # probability from which it answers with the label alone, unless it was told the labels
LATENCY = {LARGE: (0.06, 0.18), SMALL: (0.02, 0.06)}  # seconds, uniform: as if it were far away
FINGERPRINT = "practice model"
ROLES = ("system", "developer", "user", "assistant")
LARGEST = 1024 * 1024  # bytes of a request
Answer = Callable[[str, str], str]  # of instruction and text


class BadRequest(Exception):
    """The request is not one that this API takes; the text says why."""


def learn(rows: Sequence[tuple[str, str]]) -> dict[str, Answer]:
    """One answering function for each model, out of (text, label) rows. Raises ValueError without rows."""
    if not rows:
        raise ValueError("no training rows")
    few = rows[::SHARE] if len(rows) >= 2 * SHARE else rows
    return {LARGE: _fit(rows), SMALL: _fit(few)}


def _fit(rows: Sequence[tuple[str, str]]) -> Answer:
    texts, labels = zip(*rows, strict=True)
    if len(set(labels)) == 1:
        return lambda instruction, text: str(labels[0])
    vectors = TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True)
    pipeline: Pipeline = make_pipeline(vectors, LogisticRegression(C=20, max_iter=200))
    pipeline.fit(texts, labels)
    known = [str(label) for label in pipeline.classes_]
    named = _finder(known)

    def answer(instruction: str, text: str) -> str:
        found = dict(zip(known, pipeline.predict_proba([text])[0], strict=True))
        allowed = named(instruction)
        if len(allowed) > 1:
            return max(allowed, key=lambda label: (found[label], label))
        best = max(known, key=lambda label: (found[label], label))
        return best if found[best] >= SURE else f"This looks like {best}, but I am not certain."

    return answer


def _finder(known: Iterable[str]) -> Callable[[str], set[str]]:
    """Which of the known labels a text names, as whole words in whatever case."""
    labels = {label.casefold(): label for label in known}
    longest_first = sorted(map(re.escape, labels), key=len, reverse=True)
    pattern = re.compile(rf"(?<![\w-])(?:{'|'.join(longest_first)})(?![\w-])")
    return lambda text: {labels[name] for name in pattern.findall(text.casefold())}


def read_rows(path: Path, label: str) -> list[tuple[str, str]]:
    """The training rows. Raises ValueError when the file has not the two columns."""
    with path.open(encoding="utf-8", newline="") as file:
        reader = csv.DictReader(file)
        if not {"text", label} <= set(reader.fieldnames or ()):
            raise ValueError(f"{path} needs the columns text and {label}")
        return [(row["text"], row[label]) for row in reader if row[label]]


def message_in(messages: Any) -> tuple[str, str]:
    """(instruction, text to classify): the text is the last paragraph of the last user message. Raises BadRequest."""
    if not isinstance(messages, list) or not messages:
        raise BadRequest("'messages' must be a non-empty list")
    spoken = [_content(message) for message in messages if _role(message) == "user"]
    if not spoken:
        raise BadRequest("'messages' has no message of the role 'user'")
    system = [_content(message) for message in messages if _role(message) in ("system", "developer")]
    paragraphs = [part.strip() for part in re.split(r"\n\s*\n", spoken[-1]) if part.strip()]
    last = paragraphs.pop() if paragraphs else ""
    if not paragraphs and "\n" in last:  # an instruction above, the message below
        first, _, last = last.partition("\n")
        paragraphs = [first]
    return "\n".join([*system, *paragraphs]), last


def _role(message: Any) -> str:
    if not isinstance(message, dict) or message.get("role") not in ROLES:
        raise BadRequest("every message needs a 'role' and a 'content'")
    return str(message["role"])


def _content(message: dict[str, Any]) -> str:
    content = message.get("content")
    if isinstance(content, list):  # parts
        content = "\n".join(str(part.get("text", "")) for part in content if isinstance(part, dict))
    if not isinstance(content, str):
        raise BadRequest("'content' must be text")
    return content


def tokens(text: str) -> int:
    """A rough count: words and punctuation marks."""
    return len(re.findall(r"\w+|[^\w\s]", text))


class Practice:
    """The handlers. `models`: name → answering function."""

    def __init__(self, models: dict[str, Answer], seed: int = 0) -> None:
        self.models = models
        self._chance = random.Random(seed)  # noqa: S311 - only how long an answer takes

    def application(self) -> web.Application:
        application = web.Application(client_max_size=LARGEST, middlewares=[_speak_json])
        application.router.add_get("/v1/models", self.list_models)
        application.router.add_post("/v1/chat/completions", self.complete)
        return application

    async def list_models(self, request: web.Request) -> web.Response:
        models = [
            {"id": name, "object": "model", "created": 0, "owned_by": FINGERPRINT} for name in self.models
        ]
        return web.json_response({"object": "list", "data": models})

    async def complete(self, request: web.Request) -> web.Response:
        asked = await _body(request)
        model = asked.get("model")
        if not isinstance(model, str):
            raise BadRequest("'model' must be text")
        if model not in self.models:
            return _error(404, f"The model {model!r} does not exist; there are {', '.join(self.models)}.")
        if asked.get("stream"):
            raise BadRequest("'stream' is not supported by the practice model")
        limit = _limit(asked)
        instruction, text = message_in(asked.get("messages"))
        await asyncio.sleep(self._chance.uniform(*LATENCY[model]))
        answer = self.models[model](instruction, text)
        return web.json_response(_completion(model, asked["messages"], answer, limit))


def _limit(asked: dict[str, Any]) -> int | None:
    limit = asked.get("max_completion_tokens", asked.get("max_tokens"))
    if limit is not None and (not isinstance(limit, int) or isinstance(limit, bool) or limit < 1):
        raise BadRequest("'max_tokens' must be a whole number above 0")
    return limit


def _completion(model: str, messages: list[dict[str, Any]], answer: str, limit: int | None) -> dict[str, Any]:
    pieces = re.findall(r"\s*(?:\w+|[^\w\s])", answer)
    cut = limit is not None and len(pieces) > limit
    content = "".join(pieces[:limit]) if cut else answer
    used, given = sum(tokens(_content(message)) for message in messages), tokens(content)
    return {
        "id": f"chatcmpl-{uuid.uuid4().hex}",
        "object": "chat.completion",
        "created": int(time.time()),
        "model": model,
        "system_fingerprint": FINGERPRINT,
        "choices": [
            {
                "index": 0,
                "message": {"role": "assistant", "content": content, "refusal": None},
                "logprobs": None,
                "finish_reason": "length" if cut else "stop",
            }
        ],
        "usage": {"prompt_tokens": used, "completion_tokens": given, "total_tokens": used + given},
    }


async def _body(request: web.Request) -> dict[str, Any]:
    try:
        body = await request.json()
    except (ValueError, UnicodeDecodeError) as error:
        raise BadRequest("the body is not JSON") from error
    if not isinstance(body, dict):
        raise BadRequest("the body is not a JSON object")
    return body


def _error(status: int, text: str) -> web.Response:
    kind = "invalid_request_error" if status < 500 else "server_error"
    error = {"message": text, "type": kind, "param": None, "code": None}
    return web.json_response({"error": error}, status=status)


@web.middleware
async def _speak_json(request: web.Request, handler: Any) -> web.StreamResponse:
    """Errors in the API's own shape."""
    try:
        answer: web.StreamResponse = await handler(request)
    except BadRequest as error:
        return _error(400, str(error))
    except web.HTTPException as error:
        return _error(error.status, error.reason)
    return answer


def serve(models: dict[str, Answer], port: int, address_file: Path | None) -> None:
    """Answer on 127.0.0.1 until SIGTERM or SIGINT; the address file is there as long. Port 0 takes any free one."""
    listener = socket.create_server(("127.0.0.1", port))
    base_url = f"http://127.0.0.1:{listener.getsockname()[1]}/v1"
    if address_file is not None:
        fresh = address_file.with_name(f".{address_file.name}.{os.getpid()}")
        fresh.write_text(json.dumps({"base_url": base_url}))
        fresh.replace(address_file)
    sys.stdout.write(f"practice model at {base_url}\n")
    sys.stdout.flush()
    try:
        asyncio.run(_until_told(Practice(models).application(), listener))
    finally:
        if address_file is not None:
            address_file.unlink(missing_ok=True)


async def _until_told(application: web.Application, listener: socket.socket) -> None:
    told = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, told.set)
    runner = web.AppRunner(application, access_log=None)
    await runner.setup()
    await web.SockSite(runner, listener).start()
    await told.wait()
    await runner.cleanup()


def main() -> int:
    parser = argparse.ArgumentParser(prog="practice", description="An OpenAI-compatible practice model.")
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--train", type=Path, required=True, help="CSV with a column text and one of labels")
    parser.add_argument("--label", default="label", help="name of the labels' column")
    parser.add_argument("--address-file", type=Path)
    options = parser.parse_args()
    try:
        models = learn(read_rows(options.train, options.label))
    except (OSError, ValueError) as error:
        sys.stderr.write(f"practice: {error}\n")
        return 2
    serve(models, options.port, options.address_file)
    return 0


if __name__ == "__main__":
    sys.exit(main())
