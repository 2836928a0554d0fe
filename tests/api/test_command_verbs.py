"""`fieldwork today`, `run` and `export`, as processes of their own, against a server that runs."""

import io
import json
import threading
import time
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
import yaml
from django.db import connection

from apps.dataplane.contract import envelope
from apps.dispatch.models import Site
from apps.dispatch.services import sites
from apps.engagements.models import Engagement
from apps.pilots.models import Run
from apps.tokens.rules import text
from tests.factories.items import make_item
from tests.factories.runs import make_evaluation

from .test_command import Terminal, engagement, signed_in, terminal

__all__ = ["engagement", "signed_in", "terminal"]  # the fixtures
pytestmark = pytest.mark.django_db(transaction=True)


def make_local_site() -> None:
    key = envelope.public_text(envelope.new_key())
    sites.introduce(by=None, site=Site.objects.create(name="local"), public_key=key)


@pytest.fixture
def at_work(signed_in: Terminal) -> Terminal:
    assert signed_in.run("use", "triage").code == 0
    return signed_in


def test_today_says_what_needs_one_first_and_why(at_work: Terminal, engagement: Engagement) -> None:
    person = engagement.members.get().user
    make_item(engagement, "risk", title="Vendors may stop", severity="high")
    make_item(engagement, "action", title="Call the bank", owner=person, due="2026-01-05")
    said = at_work.run("today")
    assert (said.code, said.err) == (0, "")
    assert "Northwind Bank · Support triage (" in said.out
    assert "R-1" in said.out
    assert "Due to you" in said.out
    assert "2026-01-05  overdue  A-1  Call the bank" in said.out
    assert at_work.run("today", "--json").json["due"][0]["reference"] == "A-1"


@contextmanager
def comes_out(state: str, verdict: str) -> Iterator[None]:
    """The first run that is started is over at once, as if a site had made it."""

    def work() -> None:
        deadline = time.monotonic() + 60
        while not Run.objects.update(state=state, verdict=verdict or None) and time.monotonic() < deadline:
            time.sleep(0.05)
        connection.close()

    thread = threading.Thread(target=work)
    thread.start()
    try:
        yield
    finally:
        thread.join()


def test_a_run_is_started_by_a_part_of_its_evaluations_name(
    at_work: Terminal, engagement: Engagement
) -> None:
    assert "no evaluation yet" in at_work.run("run").out
    evaluation = make_evaluation(client=engagement.client.name, engagement=engagement.name)
    make_local_site()
    assert evaluation.name in at_work.run("run").out
    nothing = at_work.run("run", "no such thing")
    assert (nothing.code, evaluation.name in nothing.err) == (4, True)
    said = at_work.run("run", evaluation.name[:4], "--label", "from the terminal")
    assert (said.code, said.err) == (0, "")
    run = Run.objects.get()
    assert run.label == "from the terminal"
    assert f"/runs/{run.pk}/" in said.out


@pytest.mark.parametrize(
    ("state", "verdict", "code"),
    [
        ("done", "met", 0),
        ("done", "missed", 7),
        ("done", "undecided", 8),
        ("failed", "", 1),
        ("cancelled", "", 1),
    ],
)
def test_the_exit_code_is_the_verdict(
    at_work: Terminal, engagement: Engagement, state: str, verdict: str, code: int
) -> None:
    evaluation = make_evaluation(client=engagement.client.name, engagement=engagement.name)
    make_local_site()
    with comes_out(state, verdict):
        said = at_work.run("run", evaluation.name, "--wait")
    assert said.code == code
    assert (verdict or state) in said.err or code == 0


def test_everything_is_taken_along_as_a_folder_or_a_file(
    at_work: Terminal, engagement: Engagement, tmp_path: Path
) -> None:
    make_item(engagement, "risk", title="Vendors may stop")
    folder, file = tmp_path / "notes", tmp_path / "notes.zip"
    assert at_work.run("export", str(folder)).code == 0
    assert at_work.run("export", str(file)).code == 0
    manifest = yaml.safe_load((folder / "manifest.yml").read_text())
    assert manifest
    with zipfile.ZipFile(file) as pack:
        names = {name for name in pack.namelist() if not name.endswith("/")}
    assert names == {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}
    again = at_work.run("export", str(folder))
    assert (again.code, "would be overwritten" in again.err) == (2, True)
    assert at_work.run("export", str(tmp_path / "not" / "there")).code == 2
    assert not [path for path in tmp_path.iterdir() if path.name.startswith(".fieldwork-")]


class Hostile(BaseHTTPRequestHandler):
    """Answers as a Fieldwork does, and then with a file that would lie elsewhere."""

    def do_GET(self) -> None:
        client = {"name": "x", "slug": "x"}
        one = {"id": "7d5e3d7e-6f0b-4f6f-9d4e-2f8f5d0e8a11", "name": "x", "slug": "x", "client": client}
        body = json.dumps({"engagement": one}).encode()
        if self.path.endswith("/pack/"):
            buffer = io.BytesIO()
            with zipfile.ZipFile(buffer, "w") as pack:
                pack.writestr("fine.txt", "fine")
                pack.writestr("../evil.txt", "evil")
            body = buffer.getvalue()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args: object) -> None:
        pass


def test_a_pack_that_names_a_place_outside_of_itself_is_not_unpacked(
    terminal: Terminal, tmp_path: Path
) -> None:
    server = HTTPServer(("127.0.0.1", 0), Hostile)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    (tmp_path / "a").mkdir()
    said = terminal.run(
        "export",
        str(tmp_path / "a" / "notes"),
        FIELDWORK_URL=f"http://127.0.0.1:{server.server_port}",
        FIELDWORK_TOKEN=text.compose("0" * text.PUBLIC, "0" * text.SECRET),
    )
    server.shutdown()
    assert (said.code, "outside of itself" in said.err) == (2, True)
    assert not list(tmp_path.rglob("evil.txt"))
    assert not list(tmp_path.rglob("fine.txt"))
