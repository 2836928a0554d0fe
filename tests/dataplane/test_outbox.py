"""What leaves waits for the broker in order; nothing is lost while the process lives, and nothing piles up."""

import threading
from collections.abc import Callable, Iterator

import pytest

from apps.dataplane.outbox import Outbox

PATIENCE = 30.0


class Broker:
    """Refuses as long as it is away."""

    def __init__(self) -> None:
        self.here = threading.Event()
        self.tried = threading.Semaphore(0)
        self.got: list[str] = []
        self.connections = self.closed = 0
        self._changed = threading.Condition()

    def connect(self) -> "Broker":
        self.connections += 1
        return self

    def publish(self, envelope: str) -> None:
        self.tried.release()
        if not self.here.is_set():
            raise ConnectionError("away")
        with self._changed:
            self.got.append(envelope)
            self._changed.notify_all()

    def close(self) -> None:
        self.closed += 1

    def until(self, condition: Callable[[], bool]) -> None:
        with self._changed:
            assert self._changed.wait_for(condition, PATIENCE), self.got


@pytest.fixture
def broker() -> Broker:
    return Broker()


@pytest.fixture
def outbox(broker: Broker) -> Iterator[Outbox]:
    outbox = Outbox(broker.connect)
    yield outbox
    broker.here.set()
    outbox.close()


def test_delivers_in_order_over_one_connection(broker: Broker, outbox: Outbox) -> None:
    broker.here.set()
    for number in range(100):
        outbox.send(lambda number=number: str(number))  # type: ignore[misc]
    broker.until(lambda: len(broker.got) == 100)
    assert broker.got == [str(number) for number in range(100)]
    assert broker.connections == 1


def test_keeps_what_it_has_while_the_broker_is_away_and_signs_it_when_it_leaves(
    broker: Broker, outbox: Outbox
) -> None:
    made: list[str] = []

    def envelope() -> str:
        made.append(f"made {len(made)}")
        return made[-1]

    outbox.send(envelope)
    outbox.send(lambda: "second")
    for _ in range(3):
        assert broker.tried.acquire(timeout=PATIENCE)
    broker.here.set()
    broker.until(lambda: len(broker.got) == 2)
    assert broker.got == [made[-1], "second"]
    assert len(made) > 1
    assert broker.closed == broker.connections - 1


def test_a_heartbeat_is_dropped_while_others_wait(broker: Broker, outbox: Outbox) -> None:
    outbox.send(lambda: "first")
    assert broker.tried.acquire(timeout=PATIENCE)
    outbox.send(lambda: "second")
    outbox.send_if_idle(lambda: "beat")
    broker.here.set()
    broker.until(lambda: len(broker.got) == 2)
    outbox.close()
    assert broker.got == ["first", "second"]


def test_who_has_more_to_say_than_fits_waits(broker: Broker, outbox: Outbox) -> None:
    def talk() -> None:
        for number in range(100):
            outbox.send(lambda number=number: str(number))  # type: ignore[misc]

    talker = threading.Thread(target=talk)
    talker.start()
    assert broker.tried.acquire(timeout=PATIENCE)
    assert talker.is_alive()
    broker.here.set()
    talker.join(PATIENCE)
    broker.until(lambda: len(broker.got) == 100)


def test_closing_delivers_what_waits_and_gives_up_on_a_broker_that_stays_away(broker: Broker) -> None:
    broker.here.set()
    quick = Outbox(broker.connect)
    quick.send(lambda: "last")
    quick.close()
    assert broker.got == ["last"]
    broker.here.clear()
    stuck = Outbox(broker.connect)
    stuck.send(lambda: "never")
    stuck.close(seconds=0.2)
    assert broker.got == ["last"]
