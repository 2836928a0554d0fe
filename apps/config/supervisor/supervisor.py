"""Starts everything in order, starts again what dies, and ends everything, the database last."""

import select
import signal
import socket
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import Any
from urllib.parse import urlsplit

from apps.config import environment, runtime
from apps.config.postgres import PostgresError

from . import children, leftovers, ports, preparing, programs, terminal
from .errors import StartError
from .lock import Lock
from .servers import Servers

LOOK = 15.0  # seconds between looks at the embedded servers
STOPPING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Interrupted(Exception):
    """Somebody asked to stop before everything had started."""


@dataclass(frozen=True)
class Parts:
    """What besides the work itself is wanted. `told` is called once everything has been started."""

    web: bool = True
    demo: bool = True
    beat: bool = True
    what: str = "make run"
    told: Callable[[], None] = lambda: None


class Supervisor:
    """One run, from lock to unlock."""

    def __init__(self, home: Path, parts: Parts) -> None:
        self.home = home
        self.parts = parts
        self.lock = Lock(home, parts.what)
        self.children: list[children.Child] = []
        self.servers: Servers | None = None
        self.stopping: signal.Signals | None = None
        self._starting = True
        self._listener: socket.socket | None = None
        self._wakeup = socket.socketpair()
        for end in self._wakeup:
            end.setblocking(False)

    def run(self) -> None:
        """Start, keep alive until asked to stop, end. Raises StartError and PostgresError."""
        self._listen_to_signals()
        try:
            self._start()
            self._keep()
        except Interrupted:
            terminal.event("stopped before everything had started")
        finally:
            self._starting = False
            self._end()

    def _listen_to_signals(self) -> None:
        signal.set_wakeup_fd(self._wakeup[1].fileno(), warn_on_full_buffer=False)
        signal.signal(signal.SIGCHLD, lambda *_: None)  # only to be woken
        for number in STOPPING:
            signal.signal(number, self._asked)

    def _asked(self, number: int, frame: FrameType | None) -> None:
        self.stopping = signal.Signals(number)
        if self._starting:
            self._starting = False
            raise Interrupted

    def _start(self) -> None:
        if count := leftovers.end_all(self.home):
            terminal.event(f"ended {count} processes that an earlier start had left")
        self.servers = Servers(self.home)
        if self.servers.cluster is not None:
            terminal.event("starting PostgreSQL")
        facts = self.servers.start()
        facts |= self._addresses()
        runtime.write(self.home, facts)
        terminal.event("preparing database, static files and the local site")
        prepared = preparing.prepare(self.home, demo=self.parts.demo)
        for line in prepared.get("done", []):
            terminal.event(line)
        self._start_children(facts)
        if self._listener is not None:
            url = environment.value("FIELDWORK_URL") or facts["web"]
            terminal.welcome(url, prepared.get("people", []), prepared.get("first_page"), self.home)
        self._start_demo(facts)
        self._starting = False
        self.lock.note(ready=True, web=facts.get("web"))
        self.parts.told()

    def _addresses(self) -> dict[str, Any]:
        """Where web and practice endpoint are found; the practice endpoint keeps its port when it can."""
        found: dict[str, Any] = {}
        if self.parts.web:
            bind, port = environment.value("FIELDWORK_BIND"), environment.value("FIELDWORK_PORT")
            if not port.isdecimal() or int(port) > 65535:
                raise StartError(f"FIELDWORK_PORT={port} is not a port: a number up to 65535 would be.")
            self._listener = ports.listen(bind, int(port))
            found["web"] = ports.url(self._listener, bind)
            if self._listener.getsockname()[1] != int(port):
                terminal.event(f"port {port} is taken by another program")
        known = runtime.read(self.home)
        if "practice" in known:
            found["practice"] = known["practice"]
        if self.parts.demo:
            before = urlsplit(found.get("practice", "")).port
            found["practice"] = f"http://127.0.0.1:{ports.free(before)}/v1"
        return found

    def _start_children(self, facts: dict[str, Any]) -> None:
        wanted = programs.list_programs(
            self.home,
            listener=self._listener.fileno() if self._listener is not None else None,
            practice=urlsplit(facts["practice"]).port if self._has_demo() else None,
            beat=self.parts.beat,
        )
        for first in (True, False):
            for program in wanted:
                if program.first is first:
                    child = children.Child(self.home, program)
                    self.children.append(child)
                    child.start()
            if self._listener is not None:
                self._await_answer(self._listener.getsockname()[:2])

    def _has_demo(self) -> bool:
        """Whether the demo is wanted, and nobody has removed it."""
        return self.parts.demo and programs.practice_rows(self.home).exists()

    def _start_demo(self, facts: dict[str, Any]) -> None:
        """The demo's runs need the practice endpoint; told once, and again when that has moved."""
        if not self._has_demo() or preparing.demo_knows(self.home, facts["practice"]):
            return
        endpoint: str = facts["practice"]
        self._await_answer(("127.0.0.1", urlsplit(endpoint).port or 0))
        preparing.tell_demo(self.home, endpoint)
        terminal.event("the demo is told; its runs take about a minute")

    def _await_answer(self, address: tuple[str, int]) -> None:
        """Until somebody answers an HTTP request there; whoever dies meanwhile is started again."""
        while True:
            with socket.socket(socket.AF_INET6 if ":" in address[0] else socket.AF_INET) as connection:
                if connection.connect_ex(address) == 0:
                    connection.sendall(b"HEAD / HTTP/1.0\r\nHost: localhost\r\n\r\n")
                    while connection not in select.select([connection, self._wakeup[0]], [], [], 1)[0]:
                        self._revive()
                    return
            select.select([self._wakeup[0]], [], [], 0.05)
            self._revive()

    def _keep(self) -> None:
        """Sleep; wake for a signal, a child's end, a start that is due, and to look at the servers."""
        look = time.monotonic() + LOOK
        while not self.stopping:
            due = [child.due for child in self.children if child.process is None]
            patience = max(0.0, min([look, *due]) - time.monotonic())
            select.select([self._wakeup[0]], [], [], patience)
            self._revive()
            if time.monotonic() >= look:
                look = time.monotonic() + LOOK

    def _revive(self) -> None:
        self._drain()
        if self.stopping:
            return
        ended = [(child, how) for child in self.children if (how := child.ended())]
        if self.servers is not None and (done := self.servers.look()):
            terminal.event(done)
        for child, how in ended:
            wait = max(0.0, child.due - time.monotonic())
            terminal.event(f"{child.program.name} ended ({how}, {child.log}); again in {wait:.1f} s")
        for child in self.children:
            if child.process is None and time.monotonic() >= child.due and not self.stopping:
                child.start()

    def _drain(self) -> None:
        try:
            while self._wakeup[0].recv(1024):
                pass
        except BlockingIOError:
            return

    def _end(self) -> None:
        """All programs, whatever else carries our mark, and the database last. Rows survive any order."""
        if self.children or self.servers is not None:
            terminal.event(f"stopping ({self.stopping.name})" if self.stopping else "stopping")
        children.end(self.children)
        leftovers.end_all(self.home)
        if self.servers is not None:
            self.servers.stop()
        if self._listener is not None:
            self._listener.close()
        self.lock.release()
        terminal.event("stopped")


def supervise(home: Path, parts: Parts) -> int:
    """Run until asked to stop. Returns the exit code: 0, or 2 after an error that was said."""
    try:
        Supervisor(home, parts).run()
    except (StartError, PostgresError) as error:
        terminal.say(f"fieldwork: {error}")
        return 2
    return 0
