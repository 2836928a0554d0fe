"""A real OpenTelemetry SDK, with an instrumented OpenAI client in a process of its own, sends usage."""

import http.client
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from apps.adoption.models import Arrival, Name, UsageEvent
from tests.factories import make_engagement
from tests.factories.tokens import make_token

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]
CALLS = 3


class InBetween(ThreadingHTTPServer):
    """Answers the first requests by itself, with these statuses, and passes the others on."""

    def __init__(self, behind: str, statuses: list[int]) -> None:
        self.behind, self.statuses, self.asked = behind, statuses, 0
        super().__init__(("127.0.0.1", 0), PassingOn)


class PassingOn(BaseHTTPRequestHandler):
    server: InBetween

    def do_POST(self) -> None:
        self.server.asked += 1
        body = self.rfile.read(int(self.headers["Content-Length"]))
        if self.server.statuses:
            self.send_response(self.server.statuses.pop(0))
            self.send_header("Retry-After", "1")
            self.send_header("Content-Length", "0")
            self.end_headers()
            return
        to = http.client.HTTPConnection(self.server.behind)
        to.request("POST", self.path, body, dict(self.headers))
        answer = to.getresponse()
        said = answer.read()
        self.send_response(answer.status)
        self.send_header("Content-Type", answer.getheader("Content-Type", ""))
        self.send_header("Content-Length", str(len(said)))
        self.end_headers()
        self.wfile.write(said)

    def log_message(self, format: str, *args: Any) -> None:
        """Nothing."""


@pytest.fixture
def model() -> Iterator[str]:
    """The address of a model."""
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.benchmarks.mock_endpoint"], stdout=subprocess.PIPE, text=True
    )
    assert process.stdout
    try:
        yield f"http://127.0.0.1:{process.stdout.readline().strip()}/v1"
    finally:
        process.kill()
        process.wait()
        process.stdout.close()


@pytest.fixture
def emptied() -> Iterator[None]:
    """The events are no Django model's, so they are emptied by hand."""
    yield
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE adoption_usageevent")


def test_an_instrumented_client_is_counted_though_it_is_put_off_twice(
    model: str, live_server: Any, emptied: None
) -> None:
    engagement = make_engagement()
    token = make_token(engagement, "usage:write").text
    behind = live_server.url.removeprefix("http://")
    with InBetween(behind, [429, 503]) as between:
        serving = threading.Thread(target=between.serve_forever)
        serving.start()
        try:
            address = f"http://127.0.0.1:{between.server_address[1]}/v1/traces"
            script = str(Path(__file__).with_name("traced_client.py"))
            done = subprocess.run(
                [sys.executable, script, model, address, token, str(CALLS)],
                capture_output=True,
                text=True,
                timeout=120,
            )
        finally:
            between.shutdown()
            serving.join()
    assert done.returncode == 0, done.stderr
    assert between.asked == 3, done.stderr
    rows = list(UsageEvent.objects.filter(engagement=engagement))
    names = dict(Name.objects.values_list("pk", "name"))
    assert len(rows) == CALLS
    assert len({row.user for row in rows} - {None}) == 1
    for row in rows:
        assert row.model_requested is not None
        assert row.workflow is not None
        assert (names[row.model_requested], names[row.workflow]) == ("label=billing", "Triage")
        assert row.input_tokens
        assert row.output_tokens
        assert row.latency_ms
        assert row.error == ""
    arrival = Arrival.objects.get()
    assert (arrival.way, arrival.taken, arrival.passed, arrival.refused) == ("otlp", CALLS, CALLS, 0)
    assert "secret" not in f"{arrival.good}{arrival.bad}{arrival.dropped}"
