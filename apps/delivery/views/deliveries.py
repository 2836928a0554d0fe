"""One delivery of a webhook with its attempts; and those that somebody asks for."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render

from apps.accounts.access import access as declare
from apps.accounts.models import STAFF

from .. import selectors
from ..access import DeliveryRequest, WebhookRequest, delivery_check, webhook_check
from ..presenters import webhooks as shown
from ..services import webhooks as services
from .webhooks import around


@declare(roles=STAFF, methods=["POST"], checks=[webhook_check()])
def webhook_test(request: WebhookRequest, pk: UUID) -> HttpResponse:
    delivery = services.send_test(by=request.user, webhook=request.webhook)
    messages.success(request, "A test event is on its way. Its attempts appear here.")
    return redirect(delivery)


@declare(roles=STAFF, checks=[delivery_check])
def delivery_detail(request: DeliveryRequest, pk: UUID) -> HttpResponse:
    delivery = request.delivery
    tried = list(selectors.attempts_of(delivery))
    context = {
        **around(request.webhook),
        "delivery": delivery,
        "line": shown.line_of(delivery, tried[0] if tried else None),
        "attempts": [shown.attempt_line(one) for one in tried],
        "body": shown.pretty(delivery.body),
    }
    return render(request, "delivery/delivery_detail.html", context)


@declare(roles=STAFF, methods=["POST"], checks=[delivery_check])
def delivery_replay(request: DeliveryRequest, pk: UUID) -> HttpResponse:
    services.replay(by=request.user, delivery=request.delivery)
    messages.success(request, "It is sent again, with the same id and content.")
    return redirect(request.delivery)
