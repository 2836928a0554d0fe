"""Webhooks of an engagement, for those who lead it; and of the installation, for administrators."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone

from apps.accounts.access import PersonRequest
from apps.accounts.access import access as declare
from apps.accounts.models import STAFF, Role
from apps.core.forms import refusals_into
from apps.core.keyset import Cursor, part
from apps.core.pages import Filter
from apps.core.web import confirmation, field_check, page_or_fragment
from apps.engagements.access import EngagementRequest, access
from apps.engagements.models import Engagement
from apps.engagements.selectors import may_staff

from .. import selectors
from ..access import WebhookRequest, webhook_check
from ..forms import WebhookEditForm, WebhookForm
from ..models import Delivery, Webhook
from ..presenters import webhooks as shown
from ..services import webhooks as services
from ..services.webhooks import Issued

ADMINS = {Role.ADMIN}
SIZE = 50
OF_ENGAGEMENT, OF_INSTALLATION = "engagements/engagement_base.html", "delivery/installation_base.html"


@access(engagement="pk")
def engagement_list(request: EngagementRequest, pk: UUID) -> HttpResponse:
    engagement = request.engagement
    manages = may_staff(request.user, engagement)
    return _list(request, engagement, manages, reverse("webhooks:engagement-new", args=[pk]))


@access(engagement="pk", staffing=True, methods=["GET", "POST"])
def engagement_new(request: EngagementRequest, pk: UUID) -> HttpResponse:
    return _new(request, request.engagement, reverse("webhooks:engagement", args=[pk]))


@declare(roles=ADMINS)
def installation_list(request: PersonRequest) -> HttpResponse:
    return _list(request, None, True, reverse("webhooks:new"))


@declare(roles=ADMINS, methods=["GET", "POST"])
def installation_new(request: PersonRequest) -> HttpResponse:
    return _new(request, None, reverse("webhooks:installation"))


@declare(roles=STAFF, checks=[webhook_check()])
def webhook_detail(request: WebhookRequest, pk: UUID) -> HttpResponse:
    """The webhook, how to verify what it sends, and its log."""
    webhook, state = request.webhook, request.GET.get("state", "")

    def fetch(cursor: Cursor | None, size: int) -> Any:
        return selectors.deliveries_before(webhook, cursor, size, state=state)

    rows = part(fetch, request.GET.get("before", ""), SIZE, lambda row: (row.created_at, row.pk))
    context = {
        **around(webhook),
        "state": shown.state_of(webhook),
        "wanted": shown.wanted_words(webhook),
        "signs_twice": webhook.signs_twice(timezone.now()),
        "part": rows,
        "lines": shown.delivery_lines(rows.rows),
        "filters": [Filter("state", "All states", Delivery.State.choices, state)],
        "narrowed": bool(state) or not rows.first,
    }
    fragments = {"deliveries": "delivery/_deliveries.html"}
    return page_or_fragment(request, "delivery/webhook_detail.html", context, fragments=fragments)


@declare(roles=STAFF, methods=["GET", "POST"], checks=[webhook_check(changes=True)])
def webhook_edit(request: WebhookRequest, pk: UUID) -> HttpResponse:
    webhook = request.webhook
    form = WebhookEditForm(request.POST or None, row=webhook)
    if answer := field_check(request, form):
        return answer
    if form.is_valid():
        with refusals_into(form):
            services.change(by=request.user, webhook=webhook, **form.cleaned_data)
        if not form.errors:
            messages.success(request, "Saved.")
            return redirect(webhook)
    return render(request, "delivery/webhook_edit.html", {**around(webhook), "form": form})


@declare(roles=STAFF, methods=["POST"], checks=[webhook_check()])
def webhook_pause(request: WebhookRequest, pk: UUID) -> HttpResponse:
    services.pause(by=request.user, webhook=request.webhook)
    messages.success(request, f"{request.webhook.name} is paused. What happens meanwhile is not kept for it.")
    return redirect(request.webhook)


@declare(roles=STAFF, methods=["POST"], checks=[webhook_check()])
def webhook_resume(request: WebhookRequest, pk: UUID) -> HttpResponse:
    services.resume(by=request.user, webhook=request.webhook)
    messages.success(request, f"{request.webhook.name} is active again.")
    return redirect(request.webhook)


@declare(roles=STAFF, methods=["GET", "POST"], checks=[webhook_check(changes=True)])
def webhook_rotate(request: WebhookRequest, pk: UUID) -> HttpResponse:
    webhook = request.webhook
    if request.method != "POST":
        return confirmation(
            request,
            title=f"New secret for {webhook.name}?",
            text="It is shown once. For 24 hours deliveries are signed with the new and the old secret, so that the"
            " receiver can be changed meanwhile.",
            action="Make a new secret",
            back=webhook.get_absolute_url(),
            tone="primary",
        )
    return _issued(request, services.rotate(by=request.user, webhook=webhook))


@declare(roles=STAFF, methods=["POST"], checks=[webhook_check()])
def webhook_end_old_secret(request: WebhookRequest, pk: UUID) -> HttpResponse:
    services.end_old_secret(by=request.user, webhook=request.webhook)
    messages.success(request, "From now on only the new secret signs.")
    return redirect(request.webhook)


@declare(roles=STAFF, methods=["GET", "POST"], checks=[webhook_check(changes=True)])
def webhook_remove(request: WebhookRequest, pk: UUID) -> HttpResponse:
    webhook = request.webhook
    if request.method != "POST":
        return confirmation(
            request,
            title=f"Remove {webhook.name}?",
            text="Its log goes with it, and what waits to be sent is not sent. To stop it for a while, pause it.",
            action="Remove",
            back=webhook.get_absolute_url(),
        )
    back = _place(webhook.engagement)
    services.remove(by=request.user, webhook=webhook)
    messages.success(request, f"{webhook.name} is removed.")
    return redirect(back)


def _list(request: HttpRequest, engagement: Engagement | None, manages: bool, new: str) -> HttpResponse:
    rows = selectors.standings(selectors.webhooks_of(engagement))
    context = {
        **_within(engagement),
        "lines": [shown.list_line(row) for row in rows],
        "manages": manages,
        "new": new if manages and (engagement is None or engagement.is_open) else "",
    }
    return render(request, "delivery/webhook_list.html", context)


def _new(request: PersonRequest, engagement: Engagement | None, back: str) -> HttpResponse:
    form = WebhookForm(request.POST or None, whole=engagement is None)
    if answer := field_check(request, form):
        return answer
    if form.is_valid():
        with refusals_into(form):
            issued = services.make(by=request.user, engagement=engagement, **form.cleaned_data)
            return _issued(request, issued)
    return render(request, "delivery/webhook_new.html", {**_within(engagement), "form": form, "back": back})


def _issued(request: HttpRequest, issued: Issued) -> HttpResponse:
    """The one page that ever shows the secret; it is not an address, so that no history or log keeps it."""
    context = {**around(issued.webhook), "secret": issued.secret}
    return render(request, "delivery/webhook_issued.html", context)


def around(webhook: Webhook) -> dict[str, Any]:
    """What the pages of a webhook need around what they show."""
    changeable = webhook.engagement is None or webhook.engagement.is_open
    more = {"webhook": webhook, "changeable": changeable, "verify": shown.VERIFY}
    return {**_within(webhook.engagement), **more}


def _within(engagement: Engagement | None) -> dict[str, Any]:
    """What the page of an engagement, or of the installation, needs around what it shows."""
    layout = OF_INSTALLATION if engagement is None else OF_ENGAGEMENT
    return {"engagement": engagement, "layout": layout, "list": _place(engagement)}


def _place(engagement: Engagement | None) -> str:
    if engagement is None:
        return reverse("webhooks:installation")
    return reverse("webhooks:engagement", args=[engagement.pk])
