"""How long the `fieldwork` command takes from Enter to its prompt, beside a Python that does nothing.

    make bench-command [ARGS="--rounds 30"]

`log` includes the request: a server in this process answers at once. The programs are started in turn, and the medians
and their ratios to the bare Python are printed. On an idle machine none takes 300 ms.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

from apps.tokens.rules import text

ENGAGEMENT = "7d5e3d7e-6f0b-4f6f-9d4e-2f8f5d0e8a11"
ITEM = {"reference": "L-1", "kind": "note", "item": "entry", "title": "x", "client_visible": False}


class Answers(BaseHTTPRequestHandler):
    """Says that everything was written down."""

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        body = json.dumps(ITEM).encode()
        self.send_response(201)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args: object) -> None:
        pass


def taken(command: list[str], environ: dict[str, str]) -> float:
    began = time.perf_counter()
    subprocess.run(command, env=environ, check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - began


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=20)
    rounds = parser.parse_args().rounds
    server = HTTPServer(("127.0.0.1", 0), Answers)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    script = str(Path(sys.executable).with_name("fieldwork"))
    programs = {
        "python -c pass": [sys.executable, "-c", "pass"],
        "fieldwork --help": [script, "--help"],
        "fieldwork log": [script, "log", "Called the bank"],
    }
    with tempfile.TemporaryDirectory() as home:
        environ = {
            "HOME": home,
            "PATH": os.environ["PATH"],
            "FIELDWORK_URL": f"http://127.0.0.1:{server.server_port}",
            "FIELDWORK_TOKEN": text.compose("0" * text.PUBLIC, "0" * text.SECRET),
            "FIELDWORK_ENGAGEMENT": ENGAGEMENT,
        }
        times: dict[str, list[float]] = {name: [] for name in programs}
        for number in range(rounds + 1):
            for name, command in programs.items():
                seconds = taken(command, environ)
                if number:  # the first fills the disk's cache
                    times[name].append(seconds)
    medians = {name: statistics.median(each) for name, each in times.items()}
    for name, median in medians.items():
        ratio = median / medians["python -c pass"]
        sys.stdout.write(f"{name}: {1000 * median:.0f} ms, {ratio:.1f} times a bare Python\n")


if __name__ == "__main__":
    main()
