"""The producer that rings at sites, over the real embedded broker."""

import threading
from uuid import uuid4

import pytest

from apps.config import runtime
from apps.dispatch import bell


@pytest.fixture
def broker(cluster, settings, test_home):
    settings.BROKER = runtime.read(test_home)["broker"]
    bell.producer.cache_clear()
    yield settings.BROKER
    bell.hang_up()


def ring_within_seconds(site: str) -> bool:
    """Whether the ringing came back at all."""
    ringing = threading.Thread(target=bell.ring, args=(site, "token"), daemon=True)
    ringing.start()
    ringing.join(20)
    return not ringing.is_alive()


def test_whoever_hung_up_can_ring_again(broker: str) -> None:
    site = str(uuid4())
    for _ in range(3):
        assert ring_within_seconds(site)
        bell.hang_up()


def test_hanging_up_with_a_connection_in_hand_keeps_nobody_waiting(broker: str) -> None:
    held = bell.producer().pool.acquire(block=True)  # type: ignore[attr-defined]
    bell.hang_up()
    assert ring_within_seconds(str(uuid4()))
    held.release()
