"""A site acted out in the test's own process: it reads real envelopes and signs real reports."""

from dataclasses import dataclass, field
from typing import Any

import pytest

from apps.dataplane.contract import envelope, messages
from apps.dataplane.contract.messages import Body, Order
from apps.dispatch import bell
from apps.dispatch.models import Site
from apps.dispatch.services import intake, ledger, sites


@dataclass
class ActedSite:
    """Holds the private key of `site`; `orders` collects what was rung at it."""

    site: Site
    key: Any
    orders: list[Order] = field(default_factory=list)
    boot: str = "boot-1"

    def hear(self, site: str, token: str) -> None:
        """Stands in for the broker: only an envelope for this site can be opened."""
        self.orders.append(envelope.open_order(token, key=bell.control_key(), audience=str(self.site.pk)))

    def report(self, order: Order, body: Body, **changes: Any) -> str:
        """Sign and deliver a report of `order`; returns what the control plane made of it."""
        facts = {
            "site": str(self.site.pk),
            "job": order.job,
            "attempt": order.attempt,
            "digest": order.digest,
        }
        report = messages.Report(**{**facts, **changes}, body=body)
        return intake.accept(
            envelope.seal(report, key=self.key, issuer=report.site, audience=envelope.CONTROL)
        )

    def beat(self, *in_hand: messages.InHand) -> str:
        body = messages.Heartbeat(
            boot=self.boot, version="1", level="full", names=True, roots=1, in_hand=in_hand
        )
        report = messages.Report(site=str(self.site.pk), body=body)
        return intake.accept(
            envelope.seal(report, key=self.key, issuer=str(self.site.pk), audience=envelope.CONTROL)
        )


@pytest.fixture
def acted(db, monkeypatch) -> ActedSite:
    """An enrolled site that has been heard of, and gets what is sent to it."""
    key = envelope.new_key()
    site = sites.enroll(by=None, name="acted", client=None)
    sites.introduce(by=None, site=site, public_key=envelope.public_text(key))
    acted = ActedSite(site, key)
    monkeypatch.setattr(bell, "ring", acted.hear)
    assert acted.beat() == "heard"
    return acted


def dispatch() -> int:
    """What the dispatcher does with all that is due. Returns how many orders went out."""
    sent = 0
    while due := ledger.claim():
        for item in due:
            ledger.send(item)
            sent += 1
    return sent
