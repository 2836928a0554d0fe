"""What people type about people."""

from typing import Any
from zoneinfo import available_timezones

from django import forms
from django.contrib.auth.forms import AuthenticationForm
from django.core.exceptions import ValidationError
from django.http import HttpRequest

from apps.core.errors import Refused
from apps.core.forms import EditForm, LineField, refusals_into

from . import device, services
from .models import Role, User
from .services import attempts

TIMEZONES = [
    (name, name.replace("_", " ")) for name in sorted(available_timezones()) if "/" in name or name == "UTC"
]


def _new_password(label: str = "Password") -> forms.CharField:
    return forms.CharField(
        label=label,
        strip=False,
        max_length=256,
        help_text="At least 8 characters, and not a common one.",
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )


def _email() -> forms.EmailField:
    return forms.EmailField(
        label="E-mail", max_length=254, widget=forms.EmailInput(attrs={"autocomplete": "username"})
    )


class SignInForm(AuthenticationForm):
    """E-mail and password; one answer for every way of being wrong."""

    error_messages = {
        "invalid_login": "E-mail or password is wrong, or the account is closed.",
        "inactive": "E-mail or password is wrong, or the account is closed.",
    }

    def __init__(self, request: HttpRequest | None = None, *args: Any, **kwargs: Any) -> None:
        super().__init__(request, *args, **kwargs)
        self.fields["username"] = _email()
        self.fields["password"].max_length = 256  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        email = self.cleaned_data.get("username", "").lower()
        if not email or not self.cleaned_data.get("password"):
            return self.cleaned_data
        bucket = attempts.bucket_of("sign-in", email, device.origin(self.request, email))
        try:
            attempts.begin(bucket=bucket)
        except Refused as error:
            raise ValidationError(error.message, code=error.code) from None
        cleaned = super().clean()
        attempts.forgive(bucket=bucket)
        return cleaned


class ResetForm(forms.Form):
    """Asks for the address that a link to a new password is mailed to."""

    email = _email()


class NewPasswordForm(forms.Form):
    """A new password for the person whom a link names."""

    password = _new_password("New password")

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if "password" in cleaned:
            with refusals_into(self):
                services.change_password(by=self.user, user=self.user, password=cleaned["password"])
        return cleaned

    def save(self) -> User:
        """The person; the service has already kept the password."""
        return self.user


class OwnPasswordForm(forms.Form):
    """A new password, from somebody who knows the present one."""

    current = forms.CharField(
        label="Present password",
        strip=False,
        max_length=256,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )
    password = _new_password("New password")


class ProfileForm(EditForm):
    name = LineField(max_length=120, widget=forms.TextInput(attrs={"autocomplete": "name"}))
    timezone = forms.ChoiceField(label="Time zone", choices=TIMEZONES, initial="UTC")


class FirstAdministratorForm(forms.Form):
    name = LineField(
        label="Your name", max_length=120, widget=forms.TextInput(attrs={"autocomplete": "name"})
    )
    email = _email()
    password = _new_password()


class PersonForm(forms.Form):
    """A new person, who sets the password through a link."""

    name = LineField(max_length=120)
    email = forms.EmailField(label="E-mail", max_length=254)
    role = forms.ChoiceField(choices=Role, initial=Role.FDE)


class RoleForm(EditForm):
    role = forms.ChoiceField(choices=Role)
