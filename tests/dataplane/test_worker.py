"""A site's real worker over a real broker: orders in, signed reports out, a prompt end."""

import json
import os
import signal
import subprocess
import sys
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from celery import Celery
from kombu import Queue, pools

from apps.config import runtime
from apps.config.postgres import Cluster
from apps.dataplane.contract.broker import PERFORM, celery_settings, is_rabbitmq, queue_arguments, queue_of
from apps.dataplane.contract.envelope import CONTROL, load_key, open_report, public_text, seal
from apps.dataplane.contract.messages import Operation, Order, Report, Slot
from apps.dataplane.contract.plan import Plan, RecordedTarget
from tests.factories.broker import drop

from .conftest import CONTROL_KEY, listening
from .sources import plan_over, write_csv

PATIENCE = 90.0  # seconds; starting a worker on a busy machine takes some
ROOT = Path(__file__).resolve().parents[2]
RABBITMQ = "amqp://guest:guest@127.0.0.1:5672//"
HEADER, ROWS = ["text", "label", "old"], [[f"text {n}", "ab"[n % 2], "a"] for n in range(20)]


class Control:
    """The other side: sends orders to one site and reads what it answers."""

    def __init__(self, folder: Path, broker: str) -> None:
        self.id, self.state, self.broker = f"test-{uuid.uuid4().hex[:8]}", folder / "site", broker
        self.process: subprocess.Popen[str] | None = None
        self.reports: list[Report] = []
        self.app = self._application()
        arguments = queue_arguments(broker)
        results = f"results-{self.id}"
        self.results = Queue(results, routing_key=results, queue_arguments=arguments)
        self.orders = Queue(queue_of(self.id), routing_key=queue_of(self.id), queue_arguments=arguments)
        said = self.run(
            "init", "--id", self.id, "--name", "Test", "--control-key", public_text(CONTROL_KEY),
            "--broker", broker, "--root", str(folder), "--json",
        )  # fmt: skip
        self.site_key = load_key(json.loads(said.stdout)["public_key"])
        settings = self.state / "site.toml"
        settings.write_text(settings.read_text().replace('"results"', f'"{results}"'))
        self.connection = self.app.connection_for_read()
        self.consume()

    def consume(self) -> None:
        self.connection.connect()
        consumer = self.connection.Consumer([self.results], callbacks=[self._take], accept=["json"])
        consumer.consume()

    def connect_again(self) -> None:
        """After the queues were dropped, which this side's connections do not know."""
        self.connection.release()
        pools.reset()
        self.app = self._application()
        self.connection = self.app.connection_for_read()
        self.consume()

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            self._command(*arguments), cwd=ROOT, capture_output=True, text=True, check=False
        )

    def start(self) -> None:
        self.process = subprocess.Popen(self._command("run"), cwd=ROOT, stdout=subprocess.PIPE, text=True)

    def give(self, operation: Operation, plan: Plan, job: str, **more: Any) -> None:
        order = Order(
            operation=operation, job=job, attempt=1, run=plan.run, plan=plan, digest=plan.digest(), **more
        )
        token = seal(order, key=CONTROL_KEY, issuer=CONTROL, audience=self.id)
        self.app.send_task(PERFORM, args=[token], queue=self.orders, retry=False)

    def until(self, condition: Callable[[], object]) -> None:
        end = time.monotonic() + PATIENCE
        while not condition():
            assert time.monotonic() < end, (self.reports, self.log())
            assert self.process is None or self.process.poll() is None, self.log()
            try:
                self.connection.drain_events(timeout=0.2)
            except TimeoutError:
                continue

    def answer_to(self, job: str) -> Any:
        self.until(lambda: any(report.job == job for report in self.reports))
        return next(report.body for report in self.reports if report.job == job)

    def heartbeats(self) -> list[Any]:
        return [report.body for report in self.reports if report.body.kind == "heartbeat"]

    def log(self) -> str:
        return (
            (self.state / "log" / "site.log").read_text()
            if (self.state / "log" / "site.log").exists()
            else ""
        )

    def stop(self, number: int = signal.SIGTERM) -> int:
        assert self.process is not None
        self.process.send_signal(number)
        code = self.process.wait(PATIENCE)
        self.process = None
        return code

    def close(self) -> None:
        if self.process is not None:
            self.process.kill()
            self.process.wait()
        with self.app.connection_for_write() as connection:
            for queue in (self.results, self.orders):
                queue(connection.default_channel).delete()
                if is_rabbitmq(self.broker):  # Celery declares an exchange of the queue's name beside it
                    connection.default_channel.exchange_delete(queue.name)
        self.connection.release()

    def _application(self) -> Celery:
        app = Celery("control", set_as_current=False)
        app.conf.update(celery_settings(self.broker))
        return app

    def _take(self, body: Any, message: Any) -> None:
        message.ack()
        self.reports.append(open_report(body[0][0], key=self.site_key, issuer=self.id))

    def _command(self, name: str, *arguments: str) -> list[str]:
        return [sys.executable, "-m", "apps.dataplane.cli", name, "--state", str(self.state), *arguments]


@contextmanager
def control_of(folder: Path, broker: str) -> Iterator[Control]:
    control = Control(folder, broker)
    try:
        yield control
    finally:
        control.close()


@pytest.fixture
def embedded(tmp_path: Path, cluster: Cluster, test_home: Path) -> Iterator[Control]:
    with control_of(tmp_path, runtime.read(test_home)["broker"]) as control:
        yield control


def plan_of(folder: Path) -> Plan:
    plan = plan_over(write_csv(folder / "a.csv", HEADER, ROWS))
    return plan.model_copy(update={"targets": (RecordedTarget(name="old", column="old"),)})


def works(control: Control, folder: Path) -> None:
    """From nothing to a tally and a clean end, on any broker."""
    plan = plan_of(folder)
    control.give(Operation.FREEZE, plan, "early")  # waits in the queue until the worker is there
    control.start()
    assert control.answer_to("early").extent.rows == 20
    assert control.heartbeats()[0].in_hand == ()
    control.give(Operation.CHUNK, plan, "chunk", slot=Slot(target=0, start=0, stop=20))
    chunk = control.answer_to("chunk")
    assert [row.scores["exact"] for row in chunk.rows] == [1.0, 0.0] * 10
    control.give(Operation.TALLY, plan, "tally")
    exact = next(each for each in control.answer_to("tally").summaries if each.metric == "exact")
    assert (exact.n, exact.total) == (20, 10.0)
    second = control.run("run")
    assert second.returncode == 2
    assert f"process id {control.process.pid if control.process else ''}" in second.stderr
    shown = control.run("show", "run", chunk.rows[3].key[:12])
    assert "sample 3" in shown.stdout
    assert "answer     a" in shown.stdout
    assert control.stop() == 0
    assert "Traceback" not in control.log()


def test_works_over_queues_in_postgresql(embedded: Control, tmp_path: Path) -> None:
    works(embedded, tmp_path)


@pytest.mark.services
@pytest.mark.skipif(not listening("127.0.0.1", 5672), reason="no RabbitMQ on 127.0.0.1:5672")
def test_works_over_rabbitmq_and_declares_nothing_but_its_queue(tmp_path: Path) -> None:
    with control_of(tmp_path, os.environ.get("TEST_RABBITMQ_URL", RABBITMQ)) as control:
        works(control, tmp_path)
        assert "delayed" not in control.log()


def test_ctrl_c_ends_it_and_frees_the_folder(embedded: Control) -> None:
    embedded.start()
    embedded.until(embedded.heartbeats)
    assert embedded.stop(signal.SIGINT) == 0
    boots = {beat.boot for beat in embedded.heartbeats()}
    embedded.start()
    embedded.until(lambda: {beat.boot for beat in embedded.heartbeats()} - boots)
    assert embedded.stop() == 0


def test_survives_its_queues_and_their_schema_being_dropped(embedded: Control, tmp_path: Path) -> None:
    plan = plan_of(tmp_path)
    embedded.start()
    embedded.until(embedded.heartbeats)
    for wipe in ("DROP SCHEMA pgmq CASCADE", "SELECT pgmq.drop_queue(queue_name) FROM pgmq.meta"):
        drop(embedded.broker, wipe)
        embedded.connect_again()
        embedded.give(Operation.FREEZE, plan, wipe)
        assert embedded.answer_to(wipe).extent.rows == 20
    assert embedded.stop() == 0


def test_a_forged_order_is_refused_and_the_next_one_is_taken(embedded: Control, tmp_path: Path) -> None:
    embedded.start()
    embedded.app.send_task(PERFORM, args=["forged"], queue=embedded.orders, retry=False)
    embedded.until(lambda: any(report.body.kind == "failure" for report in embedded.reports))
    assert next(r.body.code for r in embedded.reports if r.body.kind == "failure") == "envelope_signature"
    embedded.give(Operation.FREEZE, plan_of(tmp_path), "next")
    assert embedded.answer_to("next").extent.rows == 20
    assert embedded.stop() == 0
