"""Tokens: one's own, an engagement's, and, for administrators, everybody's."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from apps.accounts.access import EVERYONE, PersonRequest
from apps.accounts.access import access as declare
from apps.accounts.links import absolute
from apps.accounts.models import Role
from apps.core.forms import refusals_into
from apps.core.pages import Filter, page_of
from apps.core.web import confirmation, field_check, page_or_fragment
from apps.engagements.access import EngagementRequest, access
from apps.engagements.selectors import may_staff

from . import selectors, services
from .access import TokenRequest, revocable
from .forms import OwnTokenForm, TokenForm
from .models import Token
from .rules import terms
from .services import Issued


@declare(roles=EVERYONE)
def token_list(request: PersonRequest) -> HttpResponse:
    context = {**_rows(request, selectors.tokens_of_person(request.user)), "own": True}
    return _list(request, "tokens/token_list.html", context)


@declare(roles=EVERYONE, methods=["GET", "POST"])
def token_new(request: PersonRequest) -> HttpResponse:
    form = OwnTokenForm(request.POST or None, by=request.user)
    if answer := field_check(request, form):
        return answer
    if form.is_valid():
        with refusals_into(form):
            issued = services.issue_own(by=request.user, **form.cleaned_data)
            return _show(request, "tokens/token_made.html", issued, back=reverse("tokens:list"))
    return render(request, "tokens/token_new.html", {"form": form})


@declare(roles=EVERYONE, methods=["GET", "POST"], checks=[revocable])
def token_revoke(request: TokenRequest, pk: UUID) -> HttpResponse:
    token = request.token
    own = token.user_id == request.user.pk
    back = reverse("tokens:list" if own else "tokens:everybodys")
    if token.engagement and request.user.role != Role.ADMIN:
        back = reverse("tokens:engagement", args=[token.engagement_id])
    if request.method != "POST":
        return confirmation(
            request,
            title=f"Revoke {token.name}?",
            text="Whatever uses it is refused from its next request on. It cannot be made to work again.",
            action="Revoke",
            back=back,
        )
    services.revoke(by=request.user, token=token)
    messages.success(request, f"{token.name} is revoked.")
    return redirect(back)


@declare(roles={Role.ADMIN})
def everybodys_list(request: PersonRequest) -> HttpResponse:
    chosen = {name: request.GET.get(name, "") for name in ("state", "whose")}
    search = request.GET.get("q", "")
    context = {
        **_rows(request, selectors.every_token(search=search, **chosen)),
        "search": search,
        "filters": [
            Filter("state", "Any state", [(one, one.title()) for one in terms.STATES], chosen["state"]),
            Filter(
                "whose",
                "Of anybody",
                [("person", "Of people"), ("engagement", "Of engagements")],
                chosen["whose"],
            ),
        ],
        "narrowed": bool(search or any(chosen.values())),
        "everybodys": True,
    }
    return _list(request, "tokens/everybodys_list.html", context)


@access(engagement="pk")
def engagement_list(request: EngagementRequest, pk: UUID) -> HttpResponse:
    engagement = request.engagement
    context = {
        **_rows(request, selectors.tokens_of_engagement(engagement)),
        "engagement": engagement,
        "may_staff": may_staff(request.user, engagement),
    }
    return _list(request, "tokens/engagement_list.html", context)


@access(engagement="pk", staffing=True, methods=["GET", "POST"])
def engagement_new(request: EngagementRequest, pk: UUID) -> HttpResponse:
    engagement = request.engagement
    form = TokenForm(request.POST or None)
    if answer := field_check(request, form):
        return answer
    if form.is_valid():
        with refusals_into(form):
            issued = services.issue_for_engagement(
                by=request.user, engagement=engagement, **form.cleaned_data
            )
            back = reverse("tokens:engagement", args=[pk])
            return _show(request, "tokens/engagement_made.html", issued, back=back, engagement=engagement)
    return render(request, "tokens/engagement_new.html", {"form": form, "engagement": engagement})


def _rows(request: HttpRequest, tokens: QuerySet[Token]) -> dict[str, Any]:
    return {"page": page_of(request, tokens)}


def _list(request: HttpRequest, template: str, context: dict[str, Any]) -> HttpResponse:
    return page_or_fragment(request, template, context, fragments={"tokens": "tokens/_tokens.html"})


def _show(request: HttpRequest, template: str, issued: Issued, **context: Any) -> HttpResponse:
    """The one page that ever shows the token; it is not an address, so that no history or log keeps it."""
    facts = {"token": issued.token, "text": issued.text, "server": absolute(request, "/").rstrip("/")}
    return render(request, template, {**facts, **context})
