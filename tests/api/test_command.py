"""The real `fieldwork` command, as a process of its own, against a server that runs."""

import json
import os
import shutil
import stat
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from apps.api.command import memory, showing
from apps.api.command.stop import Stop
from apps.config.environment import ROOT
from apps.engagements.models import Engagement, Item, LogEntry
from apps.tokens.models import Token
from apps.tokens.services import Issued
from tests.factories import make_client, make_engagement, make_member, make_user
from tests.factories.tokens import make_token

pytestmark = pytest.mark.django_db(transaction=True)


def console() -> list[str]:
    """The installed script; where the project is not installed, the same module."""
    script = shutil.which("fieldwork", path=str(Path(sys.executable).parent))
    return [script] if script else [sys.executable, "-m", "apps.api.command.main"]


class Terminal:
    """A person's terminal: `run` gives what the command has printed, and its exit code."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.environ = {"HOME": str(home), "PATH": os.environ["PATH"], "LANG": "C.UTF-8"}
        self.file = home / ".config" / "fieldwork" / "config.toml"

    def run(self, *words: str, typed: str | bytes = "", **environ: str) -> "Said":
        raw = typed.encode() if isinstance(typed, str) else typed
        done = subprocess.run(
            [*console(), *words],
            input=raw,
            capture_output=True,
            env={**self.environ, **environ},
            cwd=ROOT,
            timeout=60,
            check=False,
        )
        return Said(done.returncode, done.stdout.decode(), done.stderr.decode())

    def sign_in(self, url: str, issued: Issued) -> "Said":
        return self.run("login", "--url", url, "--token-stdin", typed=issued.text + "\n")


class Said:
    def __init__(self, code: int, out: str, err: str) -> None:
        self.code, self.out, self.err = code, out, err
        assert "Traceback" not in err, err

    @property
    def json(self) -> Any:
        return json.loads(self.out)


@pytest.fixture
def terminal(tmp_path: Path) -> Terminal:
    return Terminal(tmp_path)


@pytest.fixture
def engagement(transactional_db: None) -> Engagement:
    return make_engagement(client=make_client("Northwind Bank"), name="Support triage")


@pytest.fixture
def signed_in(terminal: Terminal, engagement: Engagement, live_server: Any) -> Terminal:
    """Somebody who works on one engagement, and on another one of a similar name."""
    person = make_member(engagement, user=make_user(name="Maria Lindqvist")).user
    make_member(make_engagement(client=make_client("Contoso"), name="Support desk"), user=person)
    terminal.issued = make_token(person, name="laptop")  # type: ignore[attr-defined]
    assert terminal.sign_in(live_server.url, terminal.issued).code == 0  # type: ignore[attr-defined]
    return terminal


def test_signing_in_says_as_whom_and_keeps_the_token_for_its_owner_alone(
    terminal: Terminal, engagement: Engagement, live_server: Any
) -> None:
    issued = make_token(make_member(engagement, user=make_user(name="Maria Lindqvist")).user, name="laptop")
    said = terminal.sign_in(live_server.url, issued)
    assert (said.code, said.err) == (0, "")
    assert "Maria Lindqvist" in said.out
    assert "laptop" in said.out
    assert issued.text not in said.out
    assert stat.S_IMODE(terminal.file.stat().st_mode) == 0o600
    assert stat.S_IMODE(terminal.file.parent.stat().st_mode) == 0o700
    assert sorted(path.name for path in terminal.file.parent.iterdir()) == ["config.toml"]
    assert terminal.run("logout").code == 0
    assert not terminal.file.exists()
    assert terminal.run("engagements").code == 3


@pytest.mark.parametrize("typed", ["", "fw_x", "no token at all", "\xff"])
def test_a_mistyped_token_is_not_even_sent(terminal: Terminal, typed: str) -> None:
    said = terminal.run(
        "login", "--url", "http://127.0.0.1:9", "--token-stdin", typed=typed.encode("latin-1")
    )
    assert (said.code, terminal.file.exists()) == (3, False)
    assert "mistyped" in said.err


def test_a_token_is_never_an_argument(terminal: Terminal) -> None:
    for words in (("login", "--token", "fw_x"), ("login", "fw_x"), ("--token", "fw_x", "engagements")):
        assert terminal.run(*words).code == 2
    assert (
        terminal.run("login", "--url", "http://127.0.0.1:9").code == 2
    )  # nobody to ask, and no --token-stdin


def test_a_line_is_logged(signed_in: Terminal, engagement: Engagement) -> None:
    assert "Northwind Bank · Support triage" in signed_in.run("use", "triage").out
    said = signed_in.run("log", "/decision Use the replica because it is quick #data !client 30m")
    assert (said.code, said.err) == (0, "")
    assert said.out.splitlines()[0] == "L-1 decision: Use the replica"
    assert "Northwind Bank · Support triage, the client sees it" in said.out
    entry = LogEntry.objects.get()
    assert (entry.engagement, entry.minutes, entry.by.name) == (engagement, 30, "Maria Lindqvist")  # type: ignore[union-attr]
    assert signed_in.run("log", "/risk", "high", "The", "API", "ends").out.startswith(
        "R-1 risk: The API ends"
    )


def test_what_a_pipe_says_is_logged_whole(signed_in: Terminal) -> None:
    text = "Zoë 🚀 met مستشفى\n\n- one\n- two\n"
    for environ in ({}, {"LANG": "C", "LC_ALL": "C"}, {"LC_ALL": "POSIX", "PYTHONIOENCODING": "ascii"}):
        said = signed_in.run("log", "-e", "triage", "-", "--json", typed=text, **environ)
        assert said.code == 0, said.err
        assert LogEntry.objects.latest("number").text == text.strip()
    listed = signed_in.run("log", "-e", "triage", "--list")
    assert listed.out.count("Zoë 🚀 met مستشفى") == 3


@pytest.mark.parametrize("typed", [b"\xff\xfe", b"x" * 70_000, b""])
def test_what_cannot_be_logged_is_refused_before_or_by_the_server(signed_in: Terminal, typed: bytes) -> None:
    said = signed_in.run("log", "-e", "triage", "-", typed=typed)
    assert said.code in (1, 2)
    assert said.err
    assert not LogEntry.objects.exists()


@pytest.mark.parametrize(
    ("line", "marked"),
    [
        ("/risc high The vendor may end the API", "/risc"),
        ("/action @nobody call the bank", "@nobody"),
        ("/risk hihg it ends", "hihg"),
    ],
)
def test_the_part_of_a_line_that_does_not_parse_gets_a_caret(
    signed_in: Terminal, line: str, marked: str
) -> None:
    said = signed_in.run("log", "-e", "triage", line)
    shown, carets, words, *_ = said.err.splitlines()
    assert (said.code, said.out, shown) == (1, "", line)
    at = carets.index("^")
    assert line[at : at + carets.count("^")] == marked
    assert words
    problem = signed_in.run("log", "-e", "triage", line, "--json")
    assert (problem.code, problem.json["code"]) == (1, "unclear")
    assert not Item.objects.filter(kind__in=["entry", "risk", "action"]).exists()


def test_a_caret_stands_beneath_its_part_whatever_stands_before() -> None:
    assert showing.underlined("早 abc def", 2, 5) == ("早 abc def", "   ^^^")
    assert showing.underlined("e\u0301 abc", 3, 6) == ("e\u0301 abc", "  ^^^")
    assert showing.underlined("one\ntwo bad\nthree", 8, 11) == ("two bad", "    ^^^")
    assert showing.underlined("one\r\ntwo bad", 8, 11) == ("two bad", "    ^^^")
    assert showing.underlined("", 0, 0) == ("", "^")
    assert showing.underlined("a\tb", 2, 3) == ("a b", "  ^")


def test_nothing_that_others_wrote_steers_the_terminal() -> None:
    assert showing.safe("\x1b]0;owned\x07 \x9b31m \u202e x\ny") == " ]0;owned   31m   x\ny"


def test_the_log_is_listed_and_narrowed(signed_in: Terminal) -> None:
    signed_in.run("use", "northwind-bank/support-triage")
    signed_in.run("log", "/blocker No VPN yet #access")
    signed_in.run("log", "Called the bank #people")
    assert (
        signed_in.run("log", "--list").out.splitlines()[0].endswith("L-2  note     Called the bank #people")
    )
    for words in (["--kind", "blocker"], ["--tag", "access"], ["-q", "VPN"], ["-n", "1", "-q", "vpn"]):
        found = signed_in.run("log", "--list", *words, "--json").json
        assert [one["reference"] for one in found] == ["L-1"], words
    assert signed_in.run("log", "--list", "--since", "2999-01-01").out == "Nothing fits.\n"
    for said in ("today", "yesterday", "mon", "7d", "2w", "12h", "2026-11-01", "2026-11-01T09:30:00+01:00"):
        found = signed_in.run("log", "--list", "--since", said)
        assert (found.code, len(found.out.splitlines())) == (0, 2), said
    wrong = signed_in.run("log", "--list", "--since", "nonsense")
    assert (wrong.code, "Write 2026-11-01, today, yesterday, mon, 7d, 2w or 12h." in wrong.err) == (2, True)
    wrong = signed_in.run("log", "--list", "--kind", "gossip")
    assert (wrong.code, "there are note, decision, meeting" in wrong.err) == (1, True)


def test_the_engagement_is_found_by_whatever_names_it_and_doubt_is_told(signed_in: Terminal) -> None:
    pk = str(Engagement.objects.get(name="Support triage").pk)
    for named in ("support-triage", "SUPPORT TRIAGE", "triage", "northwind", "northwind-bank/support", pk):
        assert signed_in.run("log", "-e", named, "x").code == 0, named
    doubt = signed_in.run("log", "-e", "support", "x")
    assert doubt.code == 4
    assert "northwind-bank/support-triage" in doubt.err
    assert "contoso/support-desk" in doubt.err
    for named in ("nothing-like-it", "contoso/triage", "\x07"):
        assert signed_in.run("log", "-e", named, "x").code == 4, named
    near = signed_in.run("log", "-e", "suport-triage", "x")
    assert "Did you mean northwind-bank/support-triage" in near.err
    other = str(make_engagement().pk)
    for words in (["log", "-e", other, "x"], ["log", "--list", "-e", other], ["use", other]):
        unseen = signed_in.run(*words)
        assert (unseen.code, f"There is no engagement {other}" in unseen.err) == (4, True), words
    none = signed_in.run("log", "x")
    assert (none.code, "fieldwork use" in none.err) == (4, True)
    assert signed_in.run("log", "x", FIELDWORK_ENGAGEMENT="triage").code == 0
    assert LogEntry.objects.count() == 7


def test_the_engagements_are_listed(signed_in: Terminal) -> None:
    signed_in.run("use", "triage")
    lines = signed_in.run("engagements").out.splitlines()
    assert [line.split()[0] for line in lines] == ["contoso/support-desk", "*"]
    assert [one["name"] for one in signed_in.run("engagements", "triage", "--json").json] == [
        "Support triage"
    ]
    assert signed_in.run("engagements", "nothing").out == "No engagement fits.\n"


def test_an_engagements_token_needs_no_other_word(
    terminal: Terminal, engagement: Engagement, live_server: Any
) -> None:
    issued = make_token(engagement, "log:write", name="nightly")
    assert "Northwind Bank · Support triage" in terminal.sign_in(live_server.url, issued).out
    assert terminal.run("log", "Backup done").code == 0
    terminal.run("logout")
    said = terminal.run("log", "From CI", FIELDWORK_URL=live_server.url, FIELDWORK_TOKEN=issued.text)
    assert (said.code, "Northwind Bank · Support triage" in said.out) == (0, True)
    assert not terminal.file.exists()
    assert LogEntry.objects.count() == 2
    denied = terminal.run("engagements", FIELDWORK_URL=live_server.url, FIELDWORK_TOKEN=issued.text)
    assert (denied.code, "engagements:read" in denied.err) == (3, True)


def test_a_token_that_has_ended_is_said_to_have(signed_in: Terminal) -> None:
    Token.objects.update(expires_at=timezone.now() - timedelta(days=1))
    said = signed_in.run("log", "-e", "triage", "x")
    assert (said.code, "expired" in said.err, "/tokens/new/" in said.err) == (3, True, True)
    Token.objects.update(revoked_at=timezone.now())
    assert "revoked" in signed_in.run("engagements").err
    Token.objects.all().delete()
    assert signed_in.run("engagements").code == 3


def test_a_file_that_others_can_read_is_refused(signed_in: Terminal) -> None:
    signed_in.file.chmod(0o644)
    said = signed_in.run("engagements")
    assert (said.code, "chmod 600" in said.err) == (3, True)


@pytest.mark.parametrize("content", [b"token = ", b"\xff", b"url = 'http://evil.example'\n", b""])
def test_a_file_that_is_broken_is_said_to_be(terminal: Terminal, content: bytes) -> None:
    terminal.file.parent.mkdir(parents=True)
    terminal.file.write_bytes(content)
    terminal.file.chmod(0o600)
    assert terminal.run("engagements").code in (2, 3)


def test_a_server_that_is_not_there_is_said_not_to_be(terminal: Terminal) -> None:
    issued = make_token(make_user())
    said = terminal.run("engagements", FIELDWORK_URL="http://127.0.0.1:9", FIELDWORK_TOKEN=issued.text)
    assert said.code == 5
    assert said.err == "http://127.0.0.1:9 cannot be reached: Connection refused.\n"


@pytest.mark.parametrize(
    "url",
    [
        "http://fieldwork.example.com",
        "http://192.0.2.1:8000",
        "http://127.0.0.1.evil.example",
        "http://localhost.evil.example",
        "http://127.evil",
        "http://user:password@127.0.0.1",
        "ftp://127.0.0.1",
        "file:///etc/passwd",
        "127.0.0.1:8000",
        "https://",
        "http://[::1",
        "https://x?y",
        "http://localhost:99999999",
    ],
)
def test_a_token_leaves_this_machine_only_encrypted_and_only_to_an_address(
    terminal: Terminal, url: str
) -> None:
    with pytest.raises(Stop):
        memory.checked(url)
    issued = make_token(make_user())
    assert terminal.run("engagements", FIELDWORK_URL=url, FIELDWORK_TOKEN=issued.text).code == 2
    assert terminal.sign_in(url, issued).code == 2
    assert not terminal.file.exists()


@pytest.mark.parametrize(
    ("url", "kept"),
    [
        ("https://fieldwork.example.com/", "https://fieldwork.example.com"),
        ("http://localhost:8000", "http://localhost:8000"),
        ("http://127.0.0.1:8000/sub/", "http://127.0.0.1:8000/sub"),
        ("http://[::1]:8000", "http://[::1]:8000"),
    ],
)
def test_an_address_is_kept_in_one_way(url: str, kept: str) -> None:
    assert memory.checked(url) == kept


def test_the_remembered_token_goes_to_no_other_server(signed_in: Terminal, stub: "Stub") -> None:
    said = signed_in.run("engagements", FIELDWORK_URL=stub.url)
    assert (said.code, stub.asked) == (3, [])
    assert "FIELDWORK_TOKEN" in said.err


class Stub:
    """A server that answers as `reply(handler)` says, and remembers what it was asked."""

    def __init__(self) -> None:
        self.asked: list[dict[str, str]] = []
        self.reply: Callable[[Any], None] = lambda handler: handler.send_error(500)
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self.rfile.read(int(self.headers.get("Content-Length", 0)))
                outer.asked.append(dict(self.headers))
                outer.reply(self)

            do_POST = do_CONNECT = do_GET

            def log_message(self, *args: object) -> None:
                pass

        self.server = HTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, args=(0.05,), daemon=True).start()


@pytest.fixture
def stub() -> Iterator[Stub]:
    made = Stub()
    yield made
    made.server.shutdown()
    made.server.server_close()


def answer(status: int, body: bytes, **headers: str) -> Callable[[Any], None]:
    def reply(handler: Any) -> None:
        handler.send_response(status)
        for name, value in {"Content-Length": str(len(body)), **headers}.items():
            handler.send_header(name, value)
        handler.end_headers()
        handler.wfile.write(body)

    return reply


@pytest.fixture
def armed(terminal: Terminal, stub: Stub) -> Terminal:
    """Somebody whose server is the stub."""
    terminal.environ |= {"FIELDWORK_URL": stub.url, "FIELDWORK_TOKEN": make_token(make_user()).text}
    return terminal


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_no_redirect_takes_the_token_along(armed: Terminal, stub: Stub, status: int) -> None:
    elsewhere = Stub()
    stub.reply = answer(status, b"", Location=f"{elsewhere.url}/api/v1/engagements/")
    said = armed.run("engagements")
    assert (said.code, len(stub.asked), elsewhere.asked) == (6, 1, [])
    assert "not followed" in said.err
    elsewhere.server.shutdown()


def test_no_proxy_sees_what_is_meant_for_this_machine(armed: Terminal, stub: Stub) -> None:
    proxy = Stub()
    stub.reply = answer(200, b'{"results": [], "next_cursor": null}')
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy"):
        assert armed.run("engagements", **{name: proxy.url}).code == 0
    assert proxy.asked == []
    proxy.server.shutdown()


@pytest.mark.parametrize("body", [b"<html>hello</html>", b"[]", b"", b'{"some": "thing"', b"\xff"])
@pytest.mark.parametrize("status", [200, 401, 404])
def test_what_is_no_fieldwork_is_said_to_be_none(
    armed: Terminal, stub: Stub, status: int, body: bytes
) -> None:
    stub.reply = answer(status, body)
    said = armed.run("engagements")
    assert (said.code, "Is the address right?" in said.err) == (6, True)


@pytest.mark.parametrize("status", [500, 502, 503])
def test_a_server_that_fails_is_to_be_tried_again(armed: Terminal, stub: Stub, status: int) -> None:
    stub.reply = answer(status, b"<html>Bad gateway</html>")
    said = armed.run("engagements")
    assert (said.code, said.err) == (5, f"{stub.url} fails (status {status}). Try again later.\n")


@pytest.mark.parametrize(
    ("wait", "says"),
    [("42", "in 42 seconds"), ("900", "in 15 minutes"), ("Thu, 1 Jan 2099", "later"), ("", "later")],
)
def test_whoever_asks_too_often_is_told_when_to_try_again(
    armed: Terminal, stub: Stub, wait: str, says: str
) -> None:
    body = {"status": 429, "code": "too_many_requests", "detail": "Too many requests."}
    stub.reply = answer(429, json.dumps(body).encode(), **({"Retry-After": wait} if wait else {}))
    said = armed.run("engagements")
    assert (said.code, said.err) == (5, f"Too many requests. Try again {says}.\n")


def test_a_connection_that_breaks_is_tried_again_under_the_same_key(armed: Terminal, stub: Stub) -> None:
    item = {"reference": "L-1", "kind": "note", "item": "entry", "title": "x", "client_visible": False}

    def reply(handler: Any) -> None:
        if len(stub.asked) == 1:
            handler.connection.close()  # as if the answer was lost
        else:
            answer(201, json.dumps(item).encode())(handler)

    stub.reply = reply
    said = armed.run("log", "x", FIELDWORK_ENGAGEMENT="7d5e3d7e-6f0b-4f6f-9d4e-2f8f5d0e8a11")
    assert said.code == 0, said.err
    first, second = (asked["Idempotency-Key"] for asked in stub.asked)
    assert first == second
    assert len(first) > 20


def test_whoever_stops_reading_is_no_failure(signed_in: Terminal) -> None:
    reader = subprocess.Popen(
        [*console(), "engagements"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=signed_in.environ,
        cwd=ROOT,
    )
    reader.stdout.close()  # type: ignore[union-attr]
    error = reader.stderr.read()  # type: ignore[union-attr]
    assert (reader.wait(), error) == (0, b"")


def test_wrong_usage_says_what_would_be_right(terminal: Terminal) -> None:
    for words in (
        (),
        ("log",),
        ("log", "--list", "x"),
        ("log", "-n", "0", "--list"),
        ("nonsense",),
        ("use",),
    ):
        said = terminal.run(*words)
        assert (said.code, bool(said.err)) == (2, True), words
    assert "exit codes" in terminal.run("--help").out


def test_arguments_that_are_no_text_are_refused(signed_in: Terminal) -> None:
    for words in (("log", "-e", "triage", os.fsdecode(b"\xff")), ("log", "-e", os.fsdecode(b"\xff"), "x")):
        assert signed_in.run(*words).code in (2, 4)


def test_the_command_starts_without_django_or_anything_else_that_was_installed() -> None:
    code = (
        "import sys; before = set(sys.modules)\n"
        "from apps.api.command import asking, choosing, main, memory, showing, stop\n"
        "import http.client, urllib.request, tomllib, json, ssl\n"
        "new = {name.partition('.')[0] for name in set(sys.modules) - before}\n"
        "print(*sorted(new - set(sys.stdlib_module_names)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, check=True)
    assert done.stdout.split() == ["apps"]


def test_the_script_is_the_commands() -> None:
    assert 'fieldwork = "apps.api.command.main:main"' in (ROOT / "pyproject.toml").read_text()
