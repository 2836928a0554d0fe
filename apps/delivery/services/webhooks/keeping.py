"""Webhooks come, change, rest and go."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.utils import timezone

from apps.accounts.models import User
from apps.audit.services import record
from apps.audit.through import present
from apps.core.errors import Refused
from apps.core.locks import hold
from apps.core.text import one_line
from apps.core.versions import keep, lock_at
from apps.core.waking import wake
from apps.engagements.models import Engagement
from apps.engagements.rules.endings import CLOSED_WORDS

from ... import secrets
from ...models import Webhook
from ...models.webhooks import NAME
from ...posting import check_address
from ...rules.webhooks import events as kinds
from .hearing import TASK, ask_again
from .telling import tell

MOST = 20  # of one engagement, and of the installation


@dataclass(frozen=True)
class Issued:
    """A webhook together with its secret, which is shown only now."""

    webhook: Webhook
    secret: str

    def __repr__(self) -> str:
        return f"Issued({self.webhook.pk})"  # never the secret, wherever this may be printed


def make(
    *, by: User | None, engagement: Engagement | None, name: str, address: str, events: Iterable[str]
) -> Issued:
    """A webhook of an engagement, or of the installation. Raises Refused for a name that is taken, an address that may
    not be called, events that are not offered, one webhook too many, and a closed engagement.

    The address is looked up before anything is locked, because name servers may take their time.
    """
    check_address(address)
    with transaction.atomic():
        return _make(by, engagement, name, address, events)


def change(*, by: User | None, webhook: Webhook, version: int | None = None, **wanted: Any) -> Webhook:
    """Change name, address or events. Raises Refused as `make` does, and for a `version` that has passed. What is on
    its way goes to the new address."""
    check_address(wanted.get("address", webhook.address))
    with transaction.atomic():
        return _change(by, webhook, version, wanted)


@transaction.atomic
def pause(*, by: User | None, webhook: Webhook, why: str = Webhook.Pause.HAND) -> Webhook:
    """Tell it nothing any more. What happens meanwhile is not kept for it; what waits to be sent goes on waiting."""
    locked = lock(webhook)
    if locked.is_active:
        locked.paused_at, locked.paused_why = timezone.now(), why
        keep(locked, ["paused_at", "paused_why"])
        record(by=by, verb="paused", subject=locked, engagement=locked.engagement, name=locked.name, why=why)
    return locked


@transaction.atomic
def resume(*, by: User | None, webhook: Webhook) -> Webhook:
    """Tell it what happens from now on, and send what waits."""
    locked = lock(webhook)
    if not locked.is_active:
        locked.paused_at, locked.paused_why, locked.failing_since = None, "", None
        keep(locked, ["paused_at", "paused_why", "failing_since"])
        ask_again()
        record(by=by, verb="resumed", subject=locked, engagement=locked.engagement, name=locked.name)
        wake(TASK)
    return locked


@transaction.atomic
def remove(*, by: User | None, webhook: Webhook) -> None:
    """Delete a webhook with its log; what is on its way is not sent."""
    locked = Webhook.objects.select_for_update().filter(pk=webhook.pk).first()
    if locked is not None:
        record(by=by, verb="removed", subject=locked, engagement=locked.engagement, name=locked.name)
        locked.delete()


def lock(webhook: Webhook) -> Webhook:
    """The webhook, locked until the transaction ends. Raises Refused when it is gone."""
    locked = Webhook.objects.select_for_update(no_key=True).filter(pk=webhook.pk).first()
    if locked is None:
        raise Refused("gone", "Somebody else has removed this webhook meanwhile.")
    return locked


def _make(
    by: User | None, engagement: Engagement | None, name: str, address: str, events: Iterable[str]
) -> Issued:
    hold("delivery.webhooks", str(engagement.pk if engagement else ""))
    if engagement and not Engagement.objects.filter(pk=engagement.pk, closed_at=None).exists():
        raise Refused("closed", CLOSED_WORDS)
    if Webhook.objects.filter(engagement=engagement).count() >= MOST:
        raise Refused("too_many", f"There are {MOST} webhooks here already; remove one first.")
    webhook = Webhook(engagement=engagement, address=address, created_by=by)
    webhook.name = _name(webhook, name)
    webhook.events = _events(webhook, events)
    webhook.save()
    ask_again()
    facts = {"name": webhook.name, "host": webhook.host, "events": webhook.events}
    record(by=by, verb="made", subject=webhook, engagement=engagement, **facts)
    _tell_of_program(webhook, "made")
    return Issued(webhook, secrets.text_of(webhook))


def _change(by: User | None, webhook: Webhook, version: int | None, wanted: dict[str, Any]) -> Webhook:
    hold("delivery.webhooks", str(webhook.engagement_id or ""))
    if "name" in wanted:
        wanted["name"] = _name(webhook, wanted["name"])
    if "events" in wanted:
        wanted["events"] = _events(webhook, wanted["events"])
    host = webhook.host
    locked, before = lock_at(webhook, version, **wanted)
    if before:
        keep(locked, before)
        facts: dict[str, Any] = {name: value for name, value in before.items() if name != "address"}
        after = {name: getattr(locked, name) for name in facts}
        if "address" in before:  # which may hold what is nobody else's
            facts["host"], after["host"] = host, locked.host
        record(by=by, verb="changed", subject=locked, engagement=locked.engagement, before=facts, after=after)
        if "address" in before:
            _tell_of_program(locked, "redirected")
    return locked


def _tell_of_program(webhook: Webhook, done: str) -> None:
    """A program can be talked into sending things out, so people learn of what one has done; a person at a screen knows
    it."""
    if via := present().get("via"):
        tell(webhook, f"The {via} has {done} the webhook {webhook.name}; it leads to {webhook.host}.")


def _name(webhook: Webhook, name: str) -> str:
    name = one_line(name, limit=NAME, field="name")
    others = Webhook.objects.filter(engagement=webhook.engagement).exclude(pk=webhook.pk)
    if others.filter(name=name).exists():
        raise Refused("name_taken", f"There is a webhook {name} already; choose another name.", field="name")
    return name


def _events(webhook: Webhook, wanted: Iterable[str]) -> list[str]:
    """In the order of the list; everything is nothing besides."""
    chosen, known = set(wanted), kinds.offered(whole=webhook.engagement_id is None)
    if not chosen:
        raise Refused("events_missing", "Choose at least one kind of event.", field="events")
    if unknown := sorted(chosen - known.keys() - {kinds.EVERYTHING}):
        message = f"{', '.join(unknown)} is not offered; there are {', '.join(known)}."
        raise Refused("event_unknown", message, field="events")
    return [kinds.EVERYTHING] if kinds.EVERYTHING in chosen else [kind for kind in known if kind in chosen]
