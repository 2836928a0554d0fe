"""The way in and out: sign-in, sign-out, the first administrator, a new password by mail."""

import logging
from collections.abc import Callable
from smtplib import SMTPException
from typing import Any

from django.contrib.auth import login, logout
from django.contrib.auth import views as django_views
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse, reverse_lazy

from apps.core.errors import Refused
from apps.core.forms import refusals_into
from apps.core.typed import typed_in
from apps.core.web import RedirectThen, field_check

from .. import device, links, selectors, services
from ..access import access
from ..forms import FirstAdministratorForm, NewPasswordForm, ResetForm, SignInForm
from ..models import User
from ..services import attempts

logger = logging.getLogger(__name__)
FORM_METHODS = ["get", "post", "head", "options"]
RESET_MAILS = 3  # to one address in a quarter of an hour


class SignIn(django_views.LoginView):
    """Django's own, with our form; before anyone exists it leads to the first administrator's page. What somebody
    typed before their session ended is carried through, and given back to them."""

    http_method_names = FORM_METHODS
    template_name = "accounts/sign_in.html"
    authentication_form = SignInForm

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if request.user.is_authenticated:
            return self._onwards()
        return super().dispatch(request, *args, **kwargs)

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not selectors.anyone_exists():
            return redirect("accounts:first-administrator")
        return super().get(request, *args, **kwargs)

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if "username" not in request.POST:  # brought here by static/js/page.js
            return self.render_to_response(self.get_context_data(form=self.form_class(request)))
        return super().post(request, *args, **kwargs)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(typed=typed_in(self.request, carried=True), **kwargs)

    def form_valid(self, form: Any) -> HttpResponse:
        login(self.request, form.get_user())
        response = self._onwards()
        device.remember(response, form.get_user().email)
        return response

    def _onwards(self) -> HttpResponse:
        """To where the person was going; by way of what they typed, if anything."""
        to = self.get_success_url()
        if to == self.request.path:
            to = reverse("overview:start")
        if typed := typed_in(self.request, carried=True):
            context = {"typed": typed, "next": to}
            return render(self.request, "accounts/signed_in_typed.html", context)
        return redirect(to)


@access(public=True, reason="whoever is signed out already is where they want to be", methods=["POST"])
def sign_out(request: HttpRequest) -> HttpResponse:
    logout(request)
    return redirect("accounts:sign-in")


@access(
    public=True,
    reason="makes the first person of an empty Fieldwork; gone afterwards",
    methods=["GET", "POST"],
)
def first_administrator(request: HttpRequest) -> HttpResponse:
    if selectors.anyone_exists():
        raise Http404
    form = FirstAdministratorForm(request.POST or None)
    if answer := field_check(request, form):
        return answer
    if form.is_valid():
        with refusals_into(form):
            user = services.make_first_administrator(**form.cleaned_data)
        if not form.errors:
            login(request, user)
            return redirect("overview:start")
    return render(request, "accounts/first_administrator.html", {"form": form})


@access(public=True, reason="somebody who forgot their password cannot sign in", methods=["GET", "POST"])
def password_reset(request: HttpRequest) -> HttpResponse:
    """Mail a link if the address is somebody's; the answer is the same either way, and as quick."""
    form = ResetForm(request.POST or None)
    if form.is_valid():
        mail = _reset_mail(request, form.cleaned_data["email"].lower())
        return RedirectThen(reverse("accounts:password-reset-sent"), mail)
    return render(request, "accounts/password_reset.html", {"form": form})


@access(public=True, reason="says what happens next to somebody who forgot their password")
def password_reset_sent(request: HttpRequest) -> HttpResponse:
    return render(request, "accounts/password_reset_sent.html")


class PasswordSet(django_views.PasswordResetConfirmView):
    """Where the one-time link leads. Django moves the token out of the address before it shows the form."""

    http_method_names = FORM_METHODS
    template_name = "accounts/password_set.html"
    form_class = NewPasswordForm  # type: ignore[assignment]
    success_url = reverse_lazy("overview:start")

    def get_user(self, uidb64: str) -> User | None:
        user = super().get_user(uidb64)
        return user if isinstance(user, User) and user.is_active else None

    def form_valid(self, form: Any) -> HttpResponse:
        response = super().form_valid(form)
        login(self.request, form.user)
        device.remember(response, form.user.email)
        return response


def _reset_mail(request: HttpRequest, email: str) -> Callable[[], None]:
    """What is to be mailed to that address, if anything."""
    user = User.objects.filter(email=email, is_active=True).first()
    try:
        attempts.begin(bucket=attempts.bucket_of("reset", email), limit=RESET_MAILS)
    except Refused:
        user = None  # said nowhere, because the answer must not tell whether the address is known
    link = links.link_for(request, user) if user else ""

    def mail() -> None:
        if user is None:
            return
        try:
            links.mail_link(user, link, welcome=False)
        except (OSError, SMTPException):
            logger.exception("a mail with a link to a new password could not be sent")

    return mail


sign_in = access(public=True, reason="the way in")(SignIn.as_view())
password_set = access(public=True, reason="the one-time link proves who somebody is")(PasswordSet.as_view())
