"""Administrators see to people."""

import logging
from smtplib import SMTPException
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse

from apps.core.forms import refusals_into
from apps.core.pages import page_of
from apps.core.web import confirmation, field_check, page_or_fragment

from .. import links, selectors, services
from ..access import PersonRequest, access
from ..forms import PersonForm, RoleForm
from ..models import Role, User

logger = logging.getLogger(__name__)
ADMINS = {Role.ADMIN}


@access(roles=ADMINS)
def person_list(request: PersonRequest) -> HttpResponse:
    search = request.GET.get("q", "")
    context = {"page": page_of(request, selectors.people(search)), "search": search}
    return page_or_fragment(
        request, "accounts/person_list.html", context, fragments={"people": "accounts/_people.html"}
    )


@access(roles=ADMINS, methods=["GET", "POST"])
def person_new(request: PersonRequest) -> HttpResponse:
    form = PersonForm(request.POST or None)
    if answer := field_check(request, form):
        return answer
    if form.is_valid():
        with refusals_into(form):
            person = services.create_user(by=request.user, **form.cleaned_data)
        if not form.errors:
            return _show_link(request, person, welcome=True)
    return render(request, "accounts/person_new.html", {"form": form})


@access(roles=ADMINS)
def person_detail(request: PersonRequest, pk: UUID) -> HttpResponse:
    person = get_object_or_404(User, pk=pk)
    form = RoleForm(row=person)
    return render(request, "accounts/person_detail.html", {"person": person, "form": form})


@access(roles=ADMINS, methods=["POST"])
def person_role(request: PersonRequest, pk: UUID) -> HttpResponse:
    person = get_object_or_404(User, pk=pk)
    form = RoleForm(request.POST, row=person)
    if answer := field_check(request, form):
        return answer
    if form.is_valid():
        with refusals_into(form):
            services.change_role(by=request.user, user=person, **form.cleaned_data)
        if not form.errors:
            messages.success(request, f"{person.name} is now {person.get_role_display()}.")
            return redirect("accounts:person", pk=pk)
    context = {"person": person, "form": form}
    return render(request, "accounts/person_detail.html", context, status=409)


@access(roles=ADMINS, methods=["GET", "POST"])
def person_deactivate(request: PersonRequest, pk: UUID) -> HttpResponse:
    person = get_object_or_404(User, pk=pk)
    if request.method != "POST":
        return confirmation(
            request,
            title=f"Deactivate {person.name}?",
            text="They are signed out everywhere at once and cannot sign in until they are reactivated. Their tokens "
            "are revoked for good.",
            action="Deactivate",
            back=reverse("accounts:person", args=[pk]),
        )
    services.deactivate(by=request.user, user=person)
    messages.success(request, f"{person.name} is deactivated, and signed out everywhere.")
    return redirect("accounts:person", pk=pk)


@access(roles=ADMINS, methods=["POST"])
def person_reactivate(request: PersonRequest, pk: UUID) -> HttpResponse:
    person = get_object_or_404(User, pk=pk)
    services.reactivate(by=request.user, user=person)
    messages.success(request, f"{person.name} can sign in again.")
    return redirect("accounts:person", pk=pk)


@access(roles=ADMINS, methods=["POST"])
def person_link(request: PersonRequest, pk: UUID) -> HttpResponse:
    person = get_object_or_404(User, pk=pk, is_active=True)
    return _show_link(request, person, welcome=not person.has_usable_password())


def _show_link(request: PersonRequest, person: User, *, welcome: bool) -> HttpResponse:
    """Mail a one-time link, and show it this once: not every Fieldwork has a mail server."""
    link = links.link_for(request, person)
    try:
        links.mail_link(person, link, welcome=welcome)
        mailed = True
    except (OSError, SMTPException):
        logger.exception("a mail with a link to set a password could not be sent")
        mailed = False
    context = {"person": person, "link": link, "mailed": mailed}
    return render(request, "accounts/person_link.html", context)
