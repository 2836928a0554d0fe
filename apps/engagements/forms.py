"""What people type about clients and engagements."""

from typing import Any

from django import forms

from apps.accounts.models import Role, User
from apps.accounts.selectors import active_people
from apps.core.forms import EditForm, LineField

from . import rules
from .models import Engagement, MemberRole, Stage

NAME = 120  # characters


class ClientForm(forms.Form):
    name = LineField(max_length=NAME, help_text="The company, as it calls itself.")


class ClientEditForm(EditForm):
    name = LineField(max_length=NAME)


class EngagementForm(forms.Form):
    client = LineField(
        max_length=NAME, widget=forms.TextInput(attrs={"list": "clients", "autocomplete": "off"})
    )
    name = LineField(max_length=NAME, help_text="What the work is about, such as “support triage”.")


class EngagementEditForm(EditForm):
    name = LineField(max_length=NAME, help_text="What the work is about, such as “support triage”.")


class StageForm(forms.Form):
    stage = forms.ChoiceField(choices=Stage)


class _PlaceForm(forms.Form):
    """A role on an engagement that has to go with the person's role at Fieldwork."""

    role = forms.ChoiceField(choices=MemberRole, initial=MemberRole.ENGINEER, label="Role here")

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        account_role = self.account_role_of(cleaned)
        if account_role and "role" in cleaned and not rules.may_hold(account_role, cleaned["role"]):
            self.add_error("role", "A client viewer can only be a viewer here.")
        return cleaned

    def account_role_of(self, cleaned: dict[str, Any]) -> str:
        """The role at Fieldwork of whoever gets the place; empty as long as it is not known."""
        raise NotImplementedError


class MemberForm(_PlaceForm):
    """A place for somebody who has an account."""

    user = forms.ModelChoiceField(queryset=User.objects.none(), label="Person", empty_label="Choose a person")
    field_order = ["user", "role"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["user"].queryset = active_people()  # type: ignore[attr-defined]

    def account_role_of(self, cleaned: dict[str, Any]) -> str:
        return cleaned["user"].role if "user" in cleaned else ""


class MemberRoleForm(forms.Form):
    """Another role for a member, chosen while looking at a version of the place."""

    role = forms.ChoiceField(choices=MemberRole)
    version = forms.IntegerField(min_value=0, max_value=2**31)


class InvitationForm(_PlaceForm):
    """A place for whoever owns an e-mail address."""

    email = forms.EmailField(label="E-mail", max_length=254)
    account_role = forms.ChoiceField(
        label="At Fieldwork", initial=Role.CLIENT, help_text="For somebody new; an account keeps its role."
    )
    field_order = ["email", "account_role", "role"]

    def __init__(self, data: Any = None, *, by: User, engagement: Engagement) -> None:
        super().__init__(data, auto_id="invite_%s", initial={"role": MemberRole.VIEWER})
        allowed = [(role, Role(role).label) for role in rules.may_become(by.role)]
        self.fields["account_role"].choices = allowed  # type: ignore[attr-defined]
        self.engagement = engagement

    def clean_email(self) -> str:
        """The address, of nobody who is on the engagement already."""
        email = str(self.cleaned_data["email"]).lower()
        member = self.engagement.members.filter(user__email=email).select_related("user").first()
        if member:
            raise forms.ValidationError(f"{member.user.name} is on this engagement already.")
        return email

    def account_role_of(self, cleaned: dict[str, Any]) -> str:
        return str(cleaned.get("account_role", ""))


class JoinForm(forms.Form):
    """Somebody new, whom an invitation lets in."""

    name = LineField(
        label="Your name", max_length=NAME, widget=forms.TextInput(attrs={"autocomplete": "name"})
    )
    password = forms.CharField(
        strip=False,
        max_length=256,
        help_text="At least 8 characters, and not a common one.",
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )
