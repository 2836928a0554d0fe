"""Receivers of webhooks as tests use them, and webhooks that lead there."""

import json
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from ipaddress import ip_network
from pathlib import Path
from typing import Any

from apps.delivery import secrets
from apps.delivery.models import Delivery, Webhook
from apps.delivery.services import webhooks as services
from apps.delivery.services.webhooks import hearing
from tests.e2e.running import until

PROGRAM = Path(__file__).with_name("receiver.py")
LOOPBACK = (ip_network("127.0.0.1/32"),)


@dataclass
class Receiver:
    """A receiver that is running; `taken` is what has reached it."""

    host: str
    scheme: str
    port: int = 0
    taken: list[dict[str, Any]] = field(default_factory=list)
    stopped: list[int] = field(default_factory=list)

    def address(self, path: str = "/taken") -> str:
        return f"{self.scheme}://{self.host}:{self.port}{path}"

    def paths(self) -> list[str]:
        return [one["path"] for one in self.taken]

    def hear(self, line: str) -> None:
        said = json.loads(line)
        if "port" in said:
            self.port = said["port"]
        elif "stopped" in said:
            self.stopped.append(said["stopped"])
        else:
            self.taken.append(said)


@contextmanager
def receiving(
    *known: str, host: str = "127.0.0.1", tls: tuple[Path, Path] | None = None
) -> Iterator[Receiver]:
    """A receiver that holds those secrets, in a process of its own."""
    receiver = Receiver(host, "https" if tls else "http")
    arguments = [host, ",".join(known), *map(str, tls or ())]
    process = subprocess.Popen([sys.executable, str(PROGRAM), *arguments], stdout=subprocess.PIPE, text=True)

    def read() -> None:
        assert process.stdout
        for line in process.stdout:
            receiver.hear(line)

    reader = threading.Thread(target=read, daemon=True)
    reader.start()
    try:
        until(lambda: receiver.port or process.poll() is not None)
        assert receiver.port, "the receiver did not start"
        yield receiver
    finally:
        process.terminate()
        process.wait(30)
        reader.join(30)


def webhook(address: str, engagement: Any = None, events: Any = ("housekeeping",), **facts: Any) -> Webhook:
    """A webhook as a row, without a look at its address."""
    number = Webhook.objects.count() + 1
    said = {"name": f"webhook {number}", "address": address, "events": list(events), "engagement": engagement}
    hearing.ask_again()
    return Webhook.objects.create(**{**said, **facts})


def secret_of(one: Webhook) -> str:
    return secrets.text_of(one)


def later(**time: float) -> None:
    """So much time passes for everything that waits."""
    passed = timedelta(**time)
    for delivery in Delivery.objects.exclude(next_at=None):
        Delivery.objects.filter(pk=delivery.pk).update(next_at=delivery.next_at - passed)


def send(**passed: float) -> int:
    """What the worker does, after some time."""
    later(**(passed or {"seconds": 0}))
    return services.send_due()


def only() -> Delivery:
    """The one delivery there is."""
    return Delivery.objects.get()
