"""What pages of webhooks show, out of rows."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from .. import selectors
from ..models import Delivery, DeliveryAttempt, Webhook
from ..rules.webhooks import attempts, events

TONES = {"done": "good", "failed": "bad", "sending": "accent", "queued": "accent"}
ICONS = {"done": "success", "failed": "error", "sending": "play", "queued": "clock"}
# code of a failure → what it means
REASONS = {
    "timeout": "The receiver took longer than ten seconds",
    "unknown_host": "Nobody knows the host's name",
    "refused_address": "The host is not in the public network, and its range is not allowed",
    "not_secure": "The way leads over http to a host that is not in an allowed range",
    "credentials": "The way leads to an address that holds a user name or a password",
    "no_address": "The way leads to something that is no http or https address",
    "tls": "The receiver's certificate does not hold, or TLS failed",
    "refused": "Nothing answers at this address",
    "hung_up": "The receiver hung up without an answer",
    "broken": "The connection broke, or the answer was not HTTP",
    "redirects": "The receiver redirects more than three times",
    "redirect_refused": "The receiver redirects in a way that is not followed; only 307 and 308 are",
    "lost": "Sending it was interrupted; whether it arrived is not known",
}
# For the page; docs/webhooks.md has the same.
VERIFY = """\
from standardwebhooks import Webhook

def receive(body: bytes, headers: dict[str, str]) -> None:
    event = Webhook("whsec_…").verify(body, headers)
    print(event["type"], event["data"]["subject"]["reference"])"""


@dataclass(frozen=True)
class State:
    """How a webhook stands, for a badge; and since when, if that matters."""

    tone: str
    icon: str
    text: str
    since: datetime | None = None


@dataclass(frozen=True)
class ListLine:
    """A webhook as the list shows it. wanted: what it is told of; latest: what became of its latest delivery, in
    words."""

    webhook: Webhook
    state: State
    wanted: str
    latest: str
    at: datetime | None


@dataclass(frozen=True)
class AttemptLine:
    """An attempt with what became of it in words."""

    attempt: DeliveryAttempt
    words: str
    took: str


@dataclass(frozen=True)
class DeliveryLine:
    """A delivery as the log shows it. words: of its latest attempt; empty when all went well."""

    delivery: Delivery
    tone: str
    icon: str
    words: str


def state_of(webhook: Webhook) -> State:
    """Active, paused for a reason, or failing."""
    if webhook.paused_at:
        tone = "quiet" if webhook.paused_why == Webhook.Pause.HAND else "bad"
        return State(tone, "stop", webhook.get_paused_why_display(), webhook.paused_at)
    if webhook.failing_since:
        return State("warn", "alert", "Failing", webhook.failing_since)
    return State("good", "check", "Active")


def list_line(row: selectors.Standing) -> ListLine:
    """A webhook with its badge and its latest delivery."""
    latest = str(Delivery.State(row.state).label) if row.state else ""
    return ListLine(row.webhook, state_of(row.webhook), wanted_words(row.webhook), latest, row.at)


def attempt_line(attempt: DeliveryAttempt) -> AttemptLine:
    """An attempt in words."""
    took = "" if attempt.took_ms is None else f"{attempt.took_ms:,} ms"
    return AttemptLine(attempt, reason_of(attempt) or f"Taken ({attempt.status})", took)


def delivery_lines(deliveries: Iterable[Delivery]) -> list[DeliveryLine]:
    """Deliveries with what their latest attempts came to."""
    rows = list(deliveries)
    last = selectors.last_attempts(rows)
    return [line_of(one, last.get(one.pk)) for one in rows]


def line_of(delivery: Delivery, last: DeliveryAttempt | None = None) -> DeliveryLine:
    """A delivery with its badge."""
    words = reason_of(last) if last is not None else ""
    return DeliveryLine(delivery, TONES[delivery.state], ICONS[delivery.state], words)


def reason_of(attempt: DeliveryAttempt) -> str:
    """Why an attempt failed, in plain words; empty when it did not."""
    if not attempt.failure:
        return ""
    if attempt.status == attempts.GONE:
        return "The receiver wants no more (410)"
    if attempt.status is not None:
        return f"The receiver answered {attempt.status}"
    return REASONS.get(attempt.failure, attempt.failure)


def wanted_words(webhook: Webhook) -> str:
    """What it is told of, in few words."""
    return "Everything" if events.EVERYTHING in webhook.events else ", ".join(webhook.events)


def pretty(body: str) -> str:
    """A body with line breaks; what is sent has none."""
    return json.dumps(json.loads(body), indent=2, ensure_ascii=False)
