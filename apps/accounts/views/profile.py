"""What everybody may change about themselves."""

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme

from apps.core.forms import refusals_into
from apps.core.web import field_check

from .. import services
from ..access import EVERYONE, PersonRequest, access
from ..device import YEAR
from ..forms import OwnPasswordForm, ProfileForm


@access(roles=EVERYONE, methods=["GET", "POST"])
def profile(request: PersonRequest) -> HttpResponse:
    user = request.user
    form = ProfileForm(request.POST or None, row=user)
    if answer := field_check(request, form):
        return answer
    if form.is_valid():
        with refusals_into(form):
            services.change_profile(by=user, user=user, **form.cleaned_data)
        if not form.errors:
            messages.success(request, "Saved.")
            return redirect("accounts:profile")
    return render(request, "accounts/profile_form.html", {"form": form, "password_form": OwnPasswordForm()})


@access(roles=EVERYONE, methods=["POST"])
def password(request: PersonRequest) -> HttpResponse:
    """Change one's own password; every other session of the person ends, this one goes on."""
    user = request.user
    form = OwnPasswordForm(request.POST)
    if form.is_valid() and not user.check_password(form.cleaned_data["current"]):
        form.add_error("current", "This is not your present password.")
    if form.is_valid():
        with refusals_into(form):
            services.change_password(by=user, user=user, password=form.cleaned_data["password"])
        if not form.errors:
            update_session_auth_hash(request, user)
            messages.success(request, "Your password is changed; other browsers are signed out.")
            return redirect("accounts:profile")
    context = {"form": ProfileForm(row=user), "password_form": form}
    return render(request, "accounts/profile_form.html", context, status=409)


@access(roles=EVERYONE, methods=["POST"])
def theme(request: PersonRequest) -> HttpResponse:
    """Light or dark in this browser; anything else follows the system."""
    back, chosen = request.POST.get("next", ""), request.POST.get("theme", "")
    ours = url_has_allowed_host_and_scheme(back, allowed_hosts={request.get_host()})
    response = redirect(back if ours else "overview:start")
    if chosen in {"light", "dark"}:
        response.set_cookie(
            "theme", chosen, max_age=YEAR, samesite="Lax", secure=settings.SECURE, httponly=True
        )
    else:
        response.delete_cookie("theme", samesite="Lax")
    return response
