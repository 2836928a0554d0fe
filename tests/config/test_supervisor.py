"""One supervisor per home; what it starts is known, restarted, told no more than it needs, and ended."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest

from apps.config import environment
from apps.config.environment import ROOT
from apps.config.supervisor import children, leftovers, ports, programs
from apps.config.supervisor.errors import StartError
from apps.config.supervisor.lock import Lock, holder

PATIENCE = 60.0


def until(true: Callable[[], object]) -> None:
    """Wait for a condition."""
    deadline = time.monotonic() + PATIENCE
    while not true():
        assert time.monotonic() < deadline, "the condition did not come true"
        time.sleep(0.02)


def program(code: str, **more: bool) -> programs.Program:
    return programs.Program("sample", (sys.executable, "-c", code), control=True, **more)


def test_a_second_start_is_told_who_runs_and_where(tmp_path: Path) -> None:
    first = Lock(tmp_path, "make run")
    first.note(web="http://127.0.0.1:8123")
    with pytest.raises(StartError, match=rf"already runs in .* at http://127.0.0.1:8123: .* {os.getpid()}"):
        Lock(tmp_path, "make run")
    assert holder(tmp_path) == {**(holder(tmp_path) or {}), "pid": os.getpid(), "what": "make run"}
    first.release()
    assert holder(tmp_path) is None
    Lock(tmp_path, "make run").release()


def test_the_lock_goes_with_its_process_however_that_ends(tmp_path: Path) -> None:
    script = (
        "import sys; from pathlib import Path; from apps.config.supervisor.lock import Lock\n"
        "lock = Lock(Path(sys.argv[1]), 'x'); print('held', flush=True); sys.stdin.read()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", script, str(tmp_path)],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as other:
        assert other.stdout is not None
        other.stdout.readline()
        assert holder(tmp_path) is not None
        other.kill()
        other.wait()
    Lock(tmp_path, "make run").release()


def test_a_home_that_cannot_be_written_is_said_in_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(StartError, match="cannot be written by this user"):
        Lock(tmp_path / "file" / "home", "make run")


def test_a_taken_port_is_left_alone_and_the_next_free_one_is_used() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with ports.listen("127.0.0.1", port) as listener:
            assert listener.getsockname()[1] > port
            assert ports.url(listener, "127.0.0.1") == f"http://127.0.0.1:{listener.getsockname()[1]}"
        with socket.create_connection(("127.0.0.1", port)):
            assert taken.accept()


def test_an_address_of_another_machine_is_refused() -> None:
    with pytest.raises(StartError, match=r"Cannot listen on 192\.0\.2\.1:8000"):
        ports.listen("192.0.2.1", 8000)
    with pytest.raises(StartError, match="is not an address"):
        ports.listen("no such host", 8000)


def test_a_port_is_kept_while_it_is_free() -> None:
    port = ports.free(None)
    assert ports.free(port) == port
    with socket.create_server(("127.0.0.1", port)):
        assert ports.free(port) != port


def test_the_site_knows_its_owners_variables_and_none_of_control(tmp_path: Path) -> None:
    base = {setting.name: "secret" for setting in environment.SETTINGS}
    base |= {"FIELDWORK_ANYTHING": "secret", "DJANGO_SETTINGS_MODULE": "x", "LLM_KEY": "mine", "PATH": "/bin"}
    listed = programs.list_programs(tmp_path, listener=3, practice=1, beat=True)
    by_name = {program.name: program for program in listed}
    assert list(by_name) == ["web", "site", "intake", "dispatcher", "control", "practice", "beat"]
    for name in ("site", "practice"):
        known = programs.environment(tmp_path, by_name[name], base)
        assert known == {
            "LLM_KEY": "mine",
            "PATH": "/bin",
            "PYTHONUNBUFFERED": "1",
            leftovers.MARK: str(tmp_path),
        }
    assert programs.environment(tmp_path, by_name["web"], base)["DATABASE_URL"] == "secret"


def test_without_web_demo_and_beat_only_the_work_itself_is_left(tmp_path: Path) -> None:
    listed = programs.list_programs(tmp_path, listener=None, practice=None, beat=False)
    assert [program.name for program in listed] == ["site", "intake", "dispatcher", "control"]


def test_leftovers_of_this_home_are_ended_and_strangers_are_not(tmp_path: Path) -> None:
    code = "import subprocess, sys; subprocess.run([sys.executable, '-c', 'input()'])"

    def start(home: Path) -> subprocess.Popen[bytes]:
        kept = {**os.environ, leftovers.MARK: str(home)}
        return subprocess.Popen([sys.executable, "-c", code], env=kept, stdin=subprocess.PIPE)

    ours, stranger = start(tmp_path / "home"), start(tmp_path / "another")
    try:
        until(lambda: len(leftovers.marked(tmp_path / "home")) == 2)
        until(lambda: len(leftovers.marked(tmp_path / "another")) == 2)
        assert leftovers.end_all(tmp_path / "home") == 2
        ours.wait(PATIENCE)
        assert leftovers.marked(tmp_path / "home") == []
        assert stranger.poll() is None
    finally:
        leftovers.end_all(tmp_path / "another")
        for process in (ours, stranger):
            assert process.stdin is not None
            process.stdin.close()
            process.wait(PATIENCE)


def test_what_ignores_the_request_to_end_is_killed(tmp_path: Path) -> None:
    code = "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('deaf'); signal.pause()"
    child = children.Child(
        tmp_path, programs.Program("deaf", (sys.executable, "-uc", code), True, patience=0.1)
    )
    child.start()
    until(lambda: "deaf" in child.log.read_text())
    assert child.process is not None
    process = psutil.Process(child.process.pid)
    children.end([child])
    assert not process.is_running()


def test_a_program_that_keeps_dying_is_started_ever_more_rarely(tmp_path: Path) -> None:
    child = children.Child(tmp_path, program("raise SystemExit(3)"))
    waits = []
    for _ in range(4):
        child.start()
        until(lambda: child.process is not None and child.process.poll() is not None)
        assert child.ended() == "exit 3"
        assert child.ended() is None  # said once
        waits.append(round(child.due - time.monotonic(), 1))
    assert waits == pytest.approx([0.5, 1.0, 2.0, 4.0], abs=0.2)


def test_the_end_of_a_program_ends_what_it_has_started(tmp_path: Path) -> None:
    code = (
        "import subprocess, sys, os\n"
        "print(subprocess.Popen([sys.executable, '-c', 'import signal; signal.pause()']).pid, flush=True)\n"
        "os.kill(os.getpid(), 9)"
    )
    child = children.Child(tmp_path, program(code))
    child.start()
    until(lambda: child.process is not None and child.process.poll() is not None)
    orphan = int(child.log.read_text())
    assert psutil.pid_exists(orphan)
    assert child.ended() == "SIGKILL"
    until(lambda: not psutil.pid_exists(orphan) or psutil.Process(orphan).status() == psutil.STATUS_ZOMBIE)


def test_logs_are_private_and_a_long_one_is_put_aside(tmp_path: Path) -> None:
    child = children.Child(tmp_path, program("print('new')"))
    child.log.parent.mkdir()
    child.log.write_bytes(b"x" * (children.LARGEST_LOG + 1))
    child.start()
    until(lambda: child.process is not None and child.process.poll() is not None)
    assert child.log.read_text() == "new\n"
    assert child.log.stat().st_mode & 0o077 == 0
    assert (tmp_path / "log" / "sample.log.1").stat().st_size == children.LARGEST_LOG + 1
