"""May this person, with this webhook?"""

from typing import Any

from django.http import Http404, HttpRequest

from apps.accounts.access import Check, PersonRequest
from apps.accounts.models import User
from apps.engagements.access import refuse_closed

from . import selectors
from .models import Delivery, Webhook


class WebhookRequest(PersonRequest):
    """The request that a view of a webhook receives."""

    webhook: Webhook


class DeliveryRequest(WebhookRequest):
    """The request that a view of a delivery receives."""

    delivery: Delivery


def webhook_check(*, changes: bool = False) -> Check:
    """For `access(checks=[…])`: the URL's `pk` is a webhook that the person may manage; the view finds it as
    `request.webhook`. Anything else gives the same 404 as none. changes: what is shown serves a change alone."""

    def check(request: HttpRequest, kwargs: dict[str, Any]) -> None:
        known = Webhook.objects.select_related("engagement__client", "created_by")
        _manage(request, known.filter(pk=kwargs["pk"]).first(), changes=changes)

    return check


def delivery_check(request: HttpRequest, kwargs: dict[str, Any]) -> None:
    """Likewise for a delivery, which the view finds as `request.delivery`."""
    known = Delivery.objects.select_related("webhook__engagement__client", "webhook__created_by")
    delivery = known.filter(pk=kwargs["pk"]).first()
    _manage(request, delivery.webhook if delivery else None)
    request.delivery = delivery  # type: ignore[attr-defined]


def _manage(request: HttpRequest, webhook: Webhook | None, *, changes: bool = False) -> None:
    user = request.user
    if webhook is None or not isinstance(user, User) or not selectors.may_manage(user, webhook):
        raise Http404("No such webhook.")
    if webhook.engagement is not None:
        refuse_closed(request, webhook.engagement, changes=changes)
    request.webhook = webhook  # type: ignore[attr-defined]
