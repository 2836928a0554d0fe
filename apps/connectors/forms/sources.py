"""Where rows live: a file at the site, a database it can log in to, or a file of the person's own."""

from typing import Any, cast

from django import forms
from pydantic import TypeAdapter

from apps.core.forms import EditForm, LineField
from apps.dataplane.contract import plan
from apps.dataplane.contract.privacy import Level

from ..models import NAME, Source
from ..rules.places import kind_of, name_of, problems

FILES = [("csv", "CSV"), ("jsonl", "JSONL"), ("parquet", "Parquet"), ("xlsx", "Excel (XLSX)")]
PATH, REFERENCE, TABLE, QUERY = 1000, 300, 200, 8000  # characters
LEVELS = [
    (Level.AGGREGATE, "numbers over groups"),
    (Level.SCORES, "numbers only"),
    (Level.REDACTED, "first rows, masked"),
    (Level.FULL, "first rows, as they are"),
]
_SOURCE: TypeAdapter[plan.Source] = TypeAdapter(plan.Source)


class _AddressForm(forms.Form):
    """After `is_valid()`, `cleaned_data["source"]` is the address and `cleaned_data["name"]` what it is called."""

    only_name = False
    name = LineField(max_length=NAME, required=False, help_text="Left empty: the file's or the table's name.")

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if self.errors:
            return cleaned
        source = _SOURCE.validate_python(self.address(cleaned))
        for field, message in problems(source):
            self.add_error(field, message)
        return {**cleaned, "source": source, "name": cleaned.get("name") or name_of(source)}

    def address(self, cleaned: dict[str, Any]) -> dict[str, Any]:
        """The address as `contract.plan` has it."""
        raise NotImplementedError


class FileForm(_AddressForm):
    path = forms.CharField(
        max_length=PATH,
        help_text="As the site sees it, such as /srv/data/messages.csv.",
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    kind = forms.ChoiceField(
        label="Format",
        choices=[("", "By the file's ending"), *FILES],
        required=False,
        help_text="CSV with a header.",
    )
    sheet = forms.CharField(
        max_length=TABLE, required=False, help_text="Of a workbook; left empty, the first one."
    )
    field_order = ["path", "kind", "sheet", "name"]

    def clean(self) -> dict[str, Any]:
        path, kind = self.cleaned_data.get("path"), self.cleaned_data.get("kind")
        if path and kind == "" and not kind_of(path):
            self.add_error("kind", "The ending does not tell; choose one.")
        elif self.cleaned_data.get("sheet") and (kind or kind_of(path or "")) != "xlsx":
            self.add_error("sheet", "Only a workbook (XLSX) has sheets; leave this empty.")
        return super().clean()

    def address(self, cleaned: dict[str, Any]) -> dict[str, Any]:
        kind = cleaned["kind"] or kind_of(cleaned["path"])
        return {"kind": kind, "path": cleaned["path"], "sheet": cleaned["sheet"] or None}


class DatabaseForm(_AddressForm):
    dsn = forms.CharField(
        label="Login",
        max_length=REFERENCE,
        help_text="A reference such as secret:warehouse. The site's owner stores what it stands for, "
        "postgresql://user:password@host/database, with fieldwork-site secret warehouse.",
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    table = forms.CharField(
        max_length=TABLE, required=False, help_text="Such as messages, or support.messages."
    )
    query = forms.CharField(
        max_length=QUERY,
        required=False,
        help_text="Or one SELECT instead of a table.",
        widget=forms.Textarea(attrs={"rows": 4, "spellcheck": "false"}),
    )
    field_order = ["dsn", "table", "query", "name"]

    def address(self, cleaned: dict[str, Any]) -> dict[str, Any]:
        chosen = {name: cleaned[name] or None for name in ("table", "query")}
        return {"kind": "postgres", "dsn": cleaned["dsn"], **chosen}


class _SourceEditForm(EditForm):
    def kept(self) -> dict[str, Any]:
        """The name, and the parts of its address."""
        return {**super().kept(), **cast(Source, self.row).address}


class FileEditForm(FileForm, _SourceEditForm):
    pass


class DatabaseEditForm(DatabaseForm, _SourceEditForm):
    pass


def form_for(kind: str, data: Any = None, *, initial: dict[str, Any]) -> FileForm | DatabaseForm:
    """The form of a new source of that kind; of a file for any other word."""
    form = DatabaseForm if kind == "postgres" else FileForm
    return form(data, initial={name: text for name, text in initial.items() if name in form.base_fields})


def edit_form_for(source: Source, data: Any = None, *, fixed: bool) -> FileEditForm | DatabaseEditForm:
    """The form that changes a source. fixed: its place stays, so that only the name is asked for; a place that is sent
    all the same, because the form was opened before, is judged by the service."""
    kind = DatabaseEditForm if source.kind == "postgres" else FileEditForm
    form = kind(data, row=source)
    form.only_name = fixed and not any(name in source.address for name in data or ())
    for name, field in form.fields.items():
        field.disabled = form.only_name and name not in ("name", "version")
    return form


class UploadForm(forms.Form):
    file = forms.FileField(
        max_length=200,
        help_text="CSV, JSONL, Parquet or XLSX.",
        widget=forms.FileInput(attrs={"accept": ".csv,.tsv,.txt,.jsonl,.ndjson,.parquet,.xlsx"}),
    )


class LevelForm(forms.Form):
    """How much of a source is asked for."""

    level = forms.ChoiceField(choices=LEVELS, initial=Level.SCORES, label="Ask for")

    def __init__(self, *args: Any, highest: str = Level.FULL, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        allowed = [(level, words) for level, words in LEVELS if Level(highest).includes(level)]
        self.fields["level"].choices = allowed[1:] or allowed  # type: ignore[attr-defined]


class PlaceForm(forms.Form):
    """A folder to look around in, or the login of a database."""

    path = forms.CharField(max_length=PATH, required=False)
    dsn = forms.CharField(
        max_length=REFERENCE,
        label="Login",
        help_text="A reference such as secret:warehouse, which the site's owner has stored there.",
    )

    def __init__(self, data: Any = None) -> None:
        super().__init__(data)
        self.fields["dsn"].required = "path" not in (data or ())

    def place(self) -> plan.FolderSource | plan.PostgresSource:
        """The place as the contract has it; no path: wherever the site begins."""
        if dsn := self.cleaned_data["dsn"]:
            return plan.PostgresSource(dsn=dsn)
        return plan.FolderSource(path=self.cleaned_data["path"])
