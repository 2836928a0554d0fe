"""What people type about members and invitations."""

from typing import Any

from django import forms

from apps.accounts.models import Role, User
from apps.core.forms import LineField

from .. import rules
from ..models import Engagement, MemberRole
from ..selectors.members import addable_to

NAME = 120  # characters


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


class PersonField(forms.ModelChoiceField):  # type: ignore[type-arg]
    """Somebody with an account; whoever is at the client is marked as such."""

    def label_from_instance(self, obj: User) -> str:
        return f"{obj.name}, at the client" if obj.role == Role.CLIENT else obj.name


class MemberForm(_PlaceForm):
    """A place for somebody who has an account, unless they are at another client."""

    user = PersonField(queryset=User.objects.none(), label="Person", empty_label="Choose a person")
    field_order = ["user", "role"]

    def __init__(self, data: Any = None, *, engagement: Engagement) -> None:
        super().__init__(data)
        self.fields["user"].queryset = addable_to(engagement)  # type: ignore[attr-defined]
        self.fields["role"].help_text = "Whoever is at the client can only be a viewer."

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
