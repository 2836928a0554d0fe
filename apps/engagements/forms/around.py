"""What people type around an item: comments, links, attachments."""

from typing import Any
from uuid import UUID, uuid4

from django import forms
from django.conf import settings

from apps.accounts.models import Role, User
from apps.core.forms import EditForm

from ..models import Item
from ..rules.attachments import ENDINGS
from ..rules.links import SAYINGS, reference_in, words
from ..selectors.around import by_reference
from ..services.comments import COMMENT

_INTERNAL = "Internal: not for the client's viewers"


class CommentForm(forms.Form):
    """once: given out anew with every form, so that one sending that arrives twice is one comment."""

    text = forms.CharField(
        label="Comment",
        max_length=COMMENT,
        error_messages={"required": "A comment needs some words."},
        widget=forms.Textarea(
            attrs={"rows": 3, "placeholder": "Markdown; @ mentions somebody", "dir": "auto"}
        ),
    )
    internal = forms.BooleanField(label=_INTERNAL, required=False, initial=True)
    once = forms.Field(required=False, widget=forms.HiddenInput)

    def __init__(self, data: Any = None, *, by: User, item: Item) -> None:
        super().__init__(
            data, auto_id="comment_%s", initial={"internal": not item.client_visible, "once": uuid4()}
        )
        if by.role == Role.CLIENT:
            del self.fields["internal"]

    def clean_once(self) -> UUID | None:
        """The id, or None for what is no id."""
        try:
            return UUID(str(self.cleaned_data["once"]))
        except ValueError:
            return None


class CommentEditForm(EditForm):
    text = forms.CharField(
        label="Comment", max_length=COMMENT, widget=forms.Textarea(attrs={"rows": 6, "dir": "auto"})
    )
    internal = forms.BooleanField(label=_INTERNAL, required=False)

    def __init__(self, *args: Any, by: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if by.role == Role.CLIENT:
            del self.fields["internal"]


class LinkForm(forms.Form):
    said = forms.ChoiceField(label="This", choices=[(said, words(said)) for said in SAYINGS])
    other = forms.CharField(
        label="Other item",
        max_length=300,
        widget=forms.TextInput(attrs={"autocomplete": "off", "placeholder": "R-4", "dir": "auto"}),
        error_messages={"required": "Write the other item's reference, such as R-4."},
    )

    def __init__(self, data: Any = None, *, by: User, item: Item) -> None:
        super().__init__(data, auto_id="link_%s")
        self.by, self.item = by, item
        self.fields["other"].widget.attrs["list"] = "link-others"

    def clean_other(self) -> Item:
        """The item whose reference the text begins with."""
        text = self.cleaned_data["other"]
        if reference_in(text) is None:
            raise forms.ValidationError("Write the other item's reference, such as R-4, or choose one.")
        found = by_reference(self.by, self.item.engagement, text)
        if found is None:
            raise forms.ValidationError(f"There is no {text.split()[0]} on this engagement.")
        if found.pk == self.item.pk:
            raise forms.ValidationError(f"{found.reference} is this one; it cannot be linked to itself.")
        return found


class AttachmentForm(forms.Form):
    file = forms.FileField(
        label="File",
        error_messages={
            "required": "Choose a file.",
            "empty": "This file is empty.",
            "missing": "No file has arrived. Choose it again.",
        },
    )
    leaves = forms.BooleanField(
        label="I know that it leaves the client's network",
        error_messages={"required": "Say that you know that the file leaves the client's network."},
    )

    def __init__(self, data: Any = None, files: Any = None) -> None:
        super().__init__(data, files, auto_id="attachment_%s")
        accepted = [ending for endings in ENDINGS.values() for ending in endings]
        attrs = {"accept": ",".join(accepted), "data-most": settings.ATTACHMENT_LIMIT}
        self.fields["file"].widget.attrs.update(attrs)


__all__ = ["AttachmentForm", "CommentEditForm", "CommentForm", "LinkForm"]
