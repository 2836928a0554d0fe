"""Invitations: made and withdrawn by those who staff an engagement, answered by whoever holds the link."""

from uuid import UUID

from django.contrib import messages
from django.contrib.auth import login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse

from apps.accounts import device, links
from apps.accounts.access import access as declare
from apps.accounts.models import User
from apps.accounts.services import attempts
from apps.core.addresses import address_of
from apps.core.errors import Refused
from apps.core.forms import refusals_into
from apps.core.web import confirmation, field_check

from .. import selectors, services
from ..access import EngagementRequest, access
from ..forms import InvitationForm, JoinForm
from ..models import Engagement, Invitation
from ..services.invitations import ENDED, Issued, digest_of
from .members import members_page

GUESSES = 30  # wrong links from one network address in a quarter of an hour


@access(engagement="pk", staffing=True, closed=True, methods=["POST"])
def invite(request: EngagementRequest, pk: UUID) -> HttpResponse:
    form = InvitationForm(request.POST, by=request.user, engagement=request.engagement)
    if answer := field_check(request, form):
        return answer
    if form.is_valid():
        with refusals_into(form):
            issued = services.invite(by=request.user, engagement=request.engagement, **form.cleaned_data)
            return _show_link(request, issued)
    return members_page(request, invitation_form=form, status=409)


@access(engagement="pk", staffing=True, closed=True, methods=["GET", "POST"])
def invitation_withdraw(request: EngagementRequest, pk: UUID, invitation: UUID) -> HttpResponse:
    found = get_object_or_404(Invitation, pk=invitation, engagement=request.engagement)
    back = reverse("engagements:members", args=[pk])
    if request.method != "POST":
        return confirmation(
            request,
            title=f"Withdraw the invitation of {found.email}?",
            text="The link stops working at once. You can invite the same address again.",
            action="Withdraw",
            back=back,
        )
    services.withdraw(by=request.user, invitation=found)
    messages.success(request, f"The invitation of {found.email} is withdrawn.")
    return redirect(back)


@declare(public=True, reason="the link proves who is invited", methods=["GET", "POST"])
def invitation_answer(request: HttpRequest, token: str) -> HttpResponse:
    """Where the link leads. What ended or never was says so and nothing else: neither whom it was for, nor
    where it led, nor whether that address is somebody's."""
    bucket = attempts.bucket_of("invitation", address_of(request))
    try:
        attempts.begin(bucket=bucket, limit=GUESSES)
    except Refused:
        return _ended(request, "Too many wrong links from here. Wait a quarter of an hour.", status=429)
    invitation = selectors.invitation_of(digest_of(token))
    if invitation is None:
        return _ended(request, "This link is not one of an invitation. Was all of it copied?", status=404)
    attempts.forgive(bucket=bucket)
    state = selectors.invitation_state(invitation)
    if state == "used" and selectors.visible_to(request.user).filter(pk=invitation.engagement_id).exists():
        return redirect(invitation.engagement)
    if state != "open":
        return _ended(request, ENDED[state], status=410)
    if isinstance(request.user, User):
        return _accept(request, invitation, request.user)
    return _join(request, invitation)


def _accept(request: HttpRequest, invitation: Invitation, user: User) -> HttpResponse:
    """Somebody signed in: the one it is for accepts; anybody else is told to sign out."""
    context = {"invitation": invitation, "mine": user.email == invitation.email, "error": ""}
    if request.method != "POST":
        return render(request, "engagements/invitation_accept.html", context)
    try:
        services.accept(by=user, invitation=invitation)
    except Refused as error:
        context["error"] = error.message
        return render(request, "engagements/invitation_accept.html", context, status=409)
    return _welcome(request, invitation.engagement)


def _join(request: HttpRequest, invitation: Invitation) -> HttpResponse:
    """Nobody signed in: an account is made here, or, if there is one, signed in to."""
    form = JoinForm(request.POST or None)
    if answer := field_check(request, form):
        return answer
    known = User.objects.filter(email=invitation.email).exists()
    if form.is_valid():
        with refusals_into(form):
            member = services.accept_as_new(invitation=invitation, **form.cleaned_data)
            login(request, member.user)
            response = _welcome(request, invitation.engagement)
            device.remember(response, invitation.email)
            return response
    context = {"invitation": invitation, "form": form, "known": known, "here": request.path}
    return render(request, "engagements/invitation_join.html", context)


def _show_link(request: EngagementRequest, issued: Issued) -> HttpResponse:
    """Mail the link if mail is set up, and show it this once."""
    invitation = issued.invitation
    link = links.absolute(request, reverse("engagements:invitation", args=[issued.token]))
    context = {"engagement": request.engagement, "invitation": invitation, "link": link}
    facts = {"by": request.user.name, "what": str(request.engagement), "expires_at": invitation.expires_at}
    context["mailed"] = links.mail_invitation(invitation.email, link, facts)
    return render(request, "engagements/invitation_link.html", context)


def _welcome(request: HttpRequest, engagement: Engagement) -> HttpResponse:
    messages.success(request, f"Welcome to {engagement.name}.")
    return redirect(engagement)


def _ended(request: HttpRequest, message: str, *, status: int) -> HttpResponse:
    return render(request, "engagements/invitation_ended.html", {"message": message}, status=status)
