"""An evaluation out of a file."""

from typing import Any

from django import forms

from apps.core.forms import LineField

from .. import spec
from ..spec.document import LARGEST
from .rows import box


class FileForm(forms.Form):
    """A spec as text or as a file; after `is_valid()`, `pilot` is what it says."""

    name = LineField(
        max_length=120, help_text="What the evaluation is called here; a known name gets a next version."
    )
    text = forms.CharField(required=False, strip=False, label="The YAML", widget=box(16))
    file = forms.FileField(
        required=False, label="Or a file", widget=forms.FileInput(attrs={"accept": ".yml,.yaml"})
    )

    def __init__(self, *args: Any, client: str, engagement: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.place = client, engagement
        self.pilot: spec.PilotSpec | None = None
        self.wrong: list[spec.SpecError] = []

    def clean_file(self) -> str:
        """The file's text, or nothing."""
        file = self.cleaned_data["file"]
        if file is None:
            return ""
        if file.size > LARGEST:
            raise forms.ValidationError("This is larger than 1 MiB; a spec is a few lines.")
        try:
            return str(file.read().decode("utf-8-sig"))
        except UnicodeDecodeError:
            raise forms.ValidationError("This is not UTF-8 text.") from None

    def clean(self) -> dict[str, Any]:
        said = super().clean() or {}
        text = (said.get("file") or said.get("text") or "").replace("\r\n", "\n")
        if not text.strip():
            if "file" not in self.errors:
                self.add_error("text", "Paste a spec, or choose a file.")
            return said
        try:
            self.pilot = spec.parse(text)
        except spec.InvalidSpec as error:
            self.wrong = list(error.errors)
            self.add_error(
                "text", "The spec cannot be taken as it is; what is wrong stands below, line by line."
            )
            return said
        for message in out_of_place(self.pilot, *self.place):
            self.add_error("text", message)
        return said


def out_of_place(pilot: spec.PilotSpec, client: str, engagement: str) -> list[str]:
    """Why a spec does not belong on that engagement, or cannot be taken without a folder beside it."""
    told = []
    if (pilot.client.casefold(), pilot.engagement.casefold()) != (client.casefold(), engagement.casefold()):
        there = f"{pilot.client} · {pilot.engagement}"
        here = f"{client} · {engagement}"
        told.append(f"This spec is for {there}, and this page for {here}: change its first lines.")
    if relative := [path for path in spec.paths_of(pilot) if not path.startswith("/")]:
        told.append(
            f"The path {relative[0]} is relative, and a page has no folder: write it from the root of the site's "
            "disk, such as /data/rows.csv."
        )
    return told
