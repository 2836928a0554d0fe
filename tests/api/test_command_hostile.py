"""The `fieldwork` command before servers, tokens and places that are not as they should be."""

import io
import json
import zipfile
from pathlib import Path
from typing import Any

import pytest

from apps.api.command import showing
from apps.tokens.rules import text
from tests.factories import make_user
from tests.factories.tokens import make_token

from .test_command import Stub, Terminal, answer, armed, stub, terminal

__all__ = ["armed", "stub", "terminal"]
pytestmark = pytest.mark.django_db(transaction=True)
CLIENT = {"name": "x", "slug": "x"}
ENGAGEMENT = {"id": "7d5e3d7e-6f0b-4f6f-9d4e-2f8f5d0e8a11", "name": "x", "slug": "x", "client": CLIENT}


@pytest.mark.parametrize(
    "body",
    [
        b"{}",
        b'{"results": 5, "next_cursor": null}',
        b'{"results": [5], "next_cursor": null}',
        b'{"results": [{}], "next_cursor": null}',
        b'{"results": []}',
        b'{"results": ' + b"[" * 100_000 + b"]" * 100_000 + b"}",
    ],
)
def test_an_answer_of_another_shape_is_no_fieldworks(armed: Terminal, stub: Stub, body: bytes) -> None:
    stub.reply = answer(200, body)
    said = armed.run("engagements")
    assert (said.code, said.out, "Is the address right?" in said.err) == (6, "", True)


def test_a_list_that_never_ends_ends(armed: Terminal, stub: Stub) -> None:
    stub.reply = answer(200, b'{"results": [], "next_cursor": "again"}')
    assert armed.run("engagements").code == 0
    assert len(stub.asked) == 1


@pytest.mark.parametrize("host", ["a" * 70 + ".invalid", "m\u00fcnchen.invalid/\u00e9", "xn--\u00e9.invalid"])
def test_a_host_that_cannot_be_called_is_said_to_be_none(terminal: Terminal, host: str) -> None:
    said = terminal.run(
        "engagements", FIELDWORK_URL=f"https://{host}", FIELDWORK_TOKEN=make_token(make_user()).text
    )
    assert (said.code, said.out) in ((5, ""), (6, ""))


@pytest.mark.parametrize("written", ["secret\nand more", "secret-\u00e9", "fw_secret", "Bearer secret"])
def test_what_is_no_token_is_neither_sent_nor_repeated(armed: Terminal, stub: Stub, written: str) -> None:
    said = armed.run("engagements", FIELDWORK_TOKEN=written)
    assert (said.code, stub.asked) == (3, [])
    assert "secret" not in said.out + said.err


def test_what_steers_a_terminal_is_a_number_in_json(armed: Terminal, stub: Stub) -> None:
    name = "\x1b[31m \x9b31m \x7f \u202e \U000e0041 ok \u00e9 \U0001f680"
    row = {**ENGAGEMENT, "name": name, "stage": "pilot"}
    stub.reply = answer(200, json.dumps({"results": [row], "next_cursor": None}).encode())
    said = armed.run("engagements", "--json")
    assert said.json[0]["name"] == name
    assert "ok \u00e9 \U0001f680" in said.out
    assert not any(showing.safe(char) != char for char in said.out)


def packed(content: bytes) -> Any:
    """A server whose token is for one engagement, and whose pack is this."""

    def reply(handler: Any) -> None:
        is_pack = handler.path.endswith("/pack/")
        answer(200, content if is_pack else json.dumps({"engagement": ENGAGEMENT}).encode())(handler)

    return reply


def broken_zip() -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as pack:
        pack.writestr("log/a.md", "the content of a note " * 40)
    whole = bytearray(buffer.getvalue())
    whole[45:60] = b"\xff" * 15
    return bytes(whole)


@pytest.mark.parametrize("content", [b"", b"<html>Sign in</html>", b"PK\x05\x06 but no more", broken_zip()])
def test_what_is_no_pack_is_not_kept_as_one(
    armed: Terminal, stub: Stub, tmp_path: Path, content: bytes
) -> None:
    stub.reply = packed(content)
    said = armed.run("export", str(tmp_path / "notes"))
    assert (said.code, "no pack" in said.err) == (6, True)
    assert armed.run("export", str(tmp_path / "notes.zip")).code == 6
    assert [path for path in tmp_path.iterdir() if path.name != ".config"] == []


def test_a_place_that_cannot_be_written_is_said_to_be(armed: Terminal, stub: Stub, tmp_path: Path) -> None:
    stub.reply = packed(b"")
    (tmp_path / "leads away").symlink_to(tmp_path / "elsewhere")
    assert armed.run("export", str(tmp_path / "leads away")).code == 2
    assert armed.run("export", "/dev/null").code == 2
    assert armed.run("export", "/proc/notes").code == 2
    (tmp_path / ".config").write_text("in the way")
    said = armed.run(
        "login", "--url", stub.url, "--token-stdin", typed=text.compose("0" * text.PUBLIC, "0" * text.SECRET)
    )
    assert said.code in (2, 6)
