"""What a person wants to be told."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render

from apps.accounts.access import EVERYONE, PersonRequest, access
from apps.core.forms import refusals_into

from .. import presenters, selectors, services
from ..forms import MuteForm, NoticesForm
from ..rules import preferences


@access(roles=EVERYONE, methods=["GET", "POST"])
def notices(request: PersonRequest) -> HttpResponse:
    form = NoticesForm(request.POST or None, user=request.user)
    if form.is_valid():
        with refusals_into(form):
            services.choose(by=request.user, user=request.user, wanted=form.wanted())
        if not form.errors:
            messages.success(request, "Saved.")
            return redirect("delivery:preferences")
    return _page(request, form, MuteForm(user=request.user))


@access(roles=EVERYONE, methods=["POST"])
def mute(request: PersonRequest) -> HttpResponse:
    """Makes one engagement silent; with `speak`, lets it speak again."""
    form = MuteForm(request.POST, user=request.user)
    if form.is_valid():
        speak, user, engagement = "speak" in request.POST, request.user, form.cleaned_data["engagement"]
        with refusals_into(form):
            (services.unmute if speak else services.mute)(by=user, user=user, engagement=engagement)
        if not form.errors:
            verb = "speaks to you again" if speak else "is muted"
            messages.success(request, f"{engagement} {verb}.")
            return redirect("delivery:preferences")
    return _page(request, NoticesForm(user=request.user), form, status=409)


def _page(request: PersonRequest, form: NoticesForm, mute_form: MuteForm, status: int = 200) -> HttpResponse:
    failed = selectors.failed_mail_to(request.user)
    context = {
        "form": form,
        "mute_form": mute_form,
        "channels": list(preferences.CHANNELS.values()),
        "muted": selectors.muted_by(request.user),
        "failed": presenters.log_line(failed) if failed else None,
    }
    return render(request, "delivery/preferences_form.html", context, status=status)
