"""Forms of an import: what is brought along, and which column is what."""

from hashlib import blake2b
from typing import Any

from django import forms

from apps.accounts.models import User

from ..models import Import, Imported
from ..rules.imports import cells, dates, people
from ..rules.imports.fields import fields_of

PASTED = 1_000_000  # characters; more comes as a file
NOBODY = "Nobody here: keep the name in the text"


class BeginForm(forms.Form):
    """A file, or the same pasted."""

    what = forms.ChoiceField(
        label="What the rows are",
        choices=[(one.value, "RAID items" if one == Imported.RISKS else one.label) for one in Imported],
        widget=forms.RadioSelect,
    )
    file = forms.FileField(
        label="File", required=False, help_text="CSV with a row of headings, up to 25 MB and 200,000 rows."
    )
    text = forms.CharField(
        label="Or paste it",
        required=False,
        max_length=PASTED,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 5, "spellcheck": "false"}),
        help_text="Cells copied from a spreadsheet, with their headings.",
    )

    def clean(self) -> dict[str, Any]:
        """One of the two."""
        said = super().clean() or {}
        if not said.get("file") and not (said.get("text") or "").strip() and not self.errors:
            self.add_error("file", "Choose a file, or paste its rows below.")
        return said

    @property
    def content(self) -> bytes:
        """What is brought along."""
        file = self.cleaned_data.get("file")
        return bytes(file.read()) if file else str(self.cleaned_data["text"]).encode()

    @property
    def name(self) -> str:
        """Of the file; empty for what was pasted."""
        file = self.cleaned_data.get("file")
        return str(file.name or "file") if file else ""


class MappingForm(forms.Form):
    """Which column is what, and whatever the columns do not say by themselves. looked: the dry run, as far as it is
    there."""

    def __init__(self, data: Any, *, pending: Import, looked: dict[str, Any], members: list[User]) -> None:
        self.pending, mapping = pending, pending.mapping
        super().__init__(data)
        places = [(str(place), heading) for place, heading in enumerate(mapping["headings"])]
        for one in fields_of(pending.what):
            self.fields[f"column_{one.name}"] = forms.TypedChoiceField(
                label=one.label,
                choices=[("", "Not in this file"), *places],
                coerce=int,
                empty_value=None,
                required=False,
                initial=mapping["columns"].get(one.name),
            )
        self._asked(looked.get("asks", []), mapping)
        self.names = {f"who_{_mark(one['name'])}": one for one in looked.get("names", [])}
        choices = [("", NOBODY), *((str(person.pk), person.name) for person in members)]
        for name, one in self.names.items():
            chosen = mapping.get("people", {}).get(people.key_of(one["name"]), "")
            self.fields[name] = forms.ChoiceField(
                label=one["name"], choices=choices, required=False, initial=chosen
            )
        self._ticks(mapping)

    def _asked(self, asks: list[str], mapping: dict[str, Any]) -> None:
        if "order" in asks:
            self.fields["order"] = forms.ChoiceField(
                label="In dates such as 01/02/2026",
                choices=[("", "Say which comes first"), (dates.DAY_FIRST, "the day comes first (1 February)"),
                         (dates.MONTH_FIRST, "the month comes first (2 January)")],
                required=False, initial=mapping.get("order", ""),
            )  # fmt: skip
        if "scale" in asks:
            self.fields["scale"] = forms.TypedChoiceField(
                label="Levels as numbers count",
                choices=[("", "Say how far"), *((str(top), f"from 1 to {top}") for top in cells.SCALES)],
                coerce=int, empty_value=None, required=False, initial=mapping.get("scale") or "",
            )  # fmt: skip

    def _ticks(self, mapping: dict[str, Any]) -> None:
        if "client_visible" in mapping["columns"]:
            self.fields["shown"] = self._tick("Show the client the rows that say so", mapping.get("shown"))
        self.fields["again"] = self._tick("Import duplicates all the same", mapping.get("again"))
        left = len(mapping["headings"]) - len(mapping["columns"])
        if left > 0:
            what = "the other column" if left == 1 else f"the other {left} columns"
            self.fields["rest"] = self._tick(f"Keep {what} in the text", mapping.get("rest"))

    def _tick(self, label: str, initial: Any) -> forms.BooleanField:
        return forms.BooleanField(label=label, required=False, initial=bool(initial))

    @property
    def wanted(self) -> dict[str, Any]:
        """As `services.imports.remap` takes it."""
        said = self.cleaned_data
        columns = {
            one.name: said[f"column_{one.name}"]
            for one in fields_of(self.pending.what)
            if said.get(f"column_{one.name}") is not None
        }
        named = {people.key_of(one["name"]): said[name] for name, one in self.names.items()}
        kept: dict[str, Any] = {}
        for name in {"order", "shown", "again", "rest"} & self.fields.keys():
            kept[name] = said[name]
        if "scale" in self.fields:
            kept["scale"] = said["scale"] or 0
        return {"columns": columns, "people": {**self.pending.mapping.get("people", {}), **named}, **kept}


def _mark(name: str) -> str:
    """A name as part of a field's: the same one in every look."""
    return blake2b(people.key_of(name).encode(errors="replace"), digest_size=6).hexdigest()
