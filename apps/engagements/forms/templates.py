"""What people type about templates."""

from typing import Any, cast

from django import forms

from apps.core.forms import EditForm, LineField, OnceField

from ..models import Template
from ..rules.templates import document
from ..rules.templates.content import Content
from ..selectors.templates import DESCRIPTION, NAME, read_text

BYTES = document.LARGEST * 4  # of a file; no character takes more


def _description() -> LineField:
    return LineField(
        max_length=DESCRIPTION, required=False, help_text="What work it is for, in a sentence or two."
    )


class SaveAsForm(forms.Form):
    name = LineField(max_length=NAME, help_text="The sort of work, not the client: “claims triage pilot”.")
    description = _description()
    once = OnceField()


class TemplateForm(EditForm):
    """A template as text, typed or taken from a file. What the file says of name and description counts where the
    form says nothing."""

    name = LineField(max_length=NAME, required=False, help_text="Left empty, the file's own counts.")
    description = _description()
    content = forms.CharField(
        required=False,
        strip=False,  # so that the lines are those that the person sees
        widget=forms.Textarea(attrs={"rows": 28, "spellcheck": "false", "class": "template-text"}),
        help_text="YAML. Days count from the start of an engagement, which is day 0.",
    )
    file = forms.FileField(
        required=False, label="Or a file", help_text="A .yml file takes the place of the text."
    )
    once = OnceField()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.read: Content | None = None

    def kept(self) -> dict[str, Any]:
        """The content as YAML."""
        row = cast(Template, self.row)
        return {**super().kept(), "content": document.dump(row.content) if row.content else ""}

    def clean(self) -> dict[str, Any]:
        said = super().clean() or self.cleaned_data
        text = self._text(said)
        if text is None:
            return said
        name, description, self.read, problems = read_text(text)
        said["name"] = said.get("name") or name
        said["description"] = said.get("description") or description
        if not said["name"] and "name" not in self.errors:
            self.add_error("name", "Give the template a name.")
        for problem in problems:
            self.add_error("content", problem)
        return said

    def _text(self, said: dict[str, Any]) -> str | None:
        """What is to be read; of a file, its text, which is then shown as if it had been typed."""
        file = said.get("file")
        if file is None:
            return str(said.get("content") or "")
        if file.size > BYTES:
            self.add_error("file", f"This file has {file.size:,} bytes; a template has at most {BYTES:,}.")
            return None
        try:
            text = file.read().decode("utf-8-sig")
        except UnicodeDecodeError:
            self.add_error("file", "This file is no UTF-8 text; save it as UTF-8.")
            return None
        data = cast(Any, self.data).copy()
        data[self.add_prefix("content")] = text
        self.data = data
        return str(text)
