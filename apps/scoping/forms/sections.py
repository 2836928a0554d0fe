"""The sections of a use case's page, each edited in place."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, cast

from django import forms
from django.http import QueryDict

from apps.core.forms import EditForm, LineField
from apps.core.lines import Line, lines_of
from apps.core.merging import BOTH, TAKEN, merge
from apps.engagements.models import TITLE, Stakeholder

from ..models import UseCase
from ..services.use_cases import MOST_STEPS, WHY
from .fields import basis, number, plain, text

SCORES = [("", "–"), *((n, str(n)) for n in range(1, 6))]


class SectionRow:
    """A use case as one of its sections sees it: its version is the section's own."""

    def __init__(self, use_case: UseCase, section: str) -> None:
        self.use_case, self.section = use_case, section

    @property
    def version(self) -> int:
        return self.use_case.section_version(self.section)

    def refresh_from_db(self) -> None:
        """What is kept now."""
        self.use_case.refresh_from_db()

    def __getattr__(self, name: str) -> Any:
        return getattr(self.use_case, name)


class SectionForm(EditForm):
    """A section; `said` is what the service gets."""

    def __init__(self, data: Any = None, *, row: Any, **kwargs: Any) -> None:
        super().__init__(data, row=row, **kwargs)

    def said(self) -> dict[str, Any]:
        return self.cleaned_data


class ProblemForm(SectionForm):
    title = LineField(max_length=TITLE, label="What it is called")
    stated_problem = text("The problem as it was stated", help_text="In the client's words.")
    real_problem = text("The real problem", help_text="What is left after asking why a few times.")
    sufferers = text("Who suffers it", rows=2, help_text="Whose day is worse for it, and how many they are.")
    client_visible = forms.BooleanField(
        required=False, label="The client's viewers see this use case, with its figures"
    )


class LimitsForm(SectionForm):
    limits = text("Constraints", help_text="Systems, deadlines, budgets, what must not change.")
    compliance = text(
        "Compliance needs", help_text="Rules, reviews, where the data may go and who has to agree."
    )


def _part(label: str) -> forms.TypedChoiceField:
    return forms.TypedChoiceField(label=label, choices=SCORES, coerce=int, empty_value=None, required=False)


def _why(part: str) -> LineField:
    return LineField(max_length=WHY, required=False, label=f"Why {part}")


class ScoreForm(SectionForm):
    score_value = _part("Value")
    value_why = _why("this value")
    score_feasibility = _part("Feasibility")
    feasibility_why = _why("this feasibility")
    score_risk = _part("Risk")
    risk_why = _why("this risk")


class OwnerForm(SectionForm):
    business_owner = forms.ModelChoiceField(
        queryset=Stakeholder.objects.none(),
        required=False,
        label="A stakeholder",
        empty_label="Nobody from the list",
        help_text="Stakeholders are never shown to the client.",
    )
    business_owner_name = LineField(
        max_length=120,
        required=False,
        label="Name and position, in words",
        help_text="The client sees these words.",
    )

    def __init__(self, data: Any = None, *, row: Any, **kwargs: Any) -> None:
        super().__init__(data, row=row, **kwargs)
        known = Stakeholder.objects.filter(engagement=row.engagement_id, removed_at=None)
        self.fields["business_owner"].queryset = known.order_by("title")  # type: ignore[attr-defined]


class StepForm(forms.Form):
    """One step of today's process; without a word it is left out."""

    step = LineField(max_length=200, required=False, label="What happens")
    actor = LineField(max_length=80, required=False, label="Who")
    system = LineField(max_length=80, required=False, label="In which system")
    minutes = number("Minutes", least=0)

    def is_blank(self) -> bool:
        return not any(str(self[name].value() or "").strip() for name in self.fields)

    def clean(self) -> dict[str, Any]:
        said = super().clean() or {}
        if not self.is_blank() and not said.get("step") and "step" not in self.errors:
            self.add_error("step", "Say what happens in this step.")
        return said


class ProcessForm(SectionForm):
    """Steps are rows of their own: `steps-count`, and `steps-N-step` and so on. `do` tells what was pressed."""

    volume = number("Cases a month", least=0)
    volume_basis = basis("The volume is")
    minutes_per_case = number("Minutes of work per case", least=0)
    minutes_basis = basis("The minutes are")
    exceptions = text(
        "Exceptions", help_text="What does not go the usual way, how often, and who handles it."
    )

    def __init__(self, data: QueryDict | None = None, *, row: Any, **kwargs: Any) -> None:
        super().__init__(data, row=row, **kwargs)
        if data is None:
            steps = [{name: step.get(name) for name in StepForm.base_fields} for step in row.steps]
            self.steps = [StepForm(initial=step, prefix=f"steps-{n}") for n, step in enumerate([*steps, {}])]
        else:
            self.steps = _sent_steps(data)
        self.steps_first = data.get("initial-steps") if data is not None else written_steps(row.steps)
        self.steps_told, self.steps_theirs = "", ""
        self.steps_lines: tuple[Line, ...] = ()

    def catch_up(self, message: str) -> None:
        """The steps are one thing: the person's own when they changed any of them, else those that are kept now."""
        super().catch_up(message)
        theirs = written_steps(self.row.steps)  # type: ignore[attr-defined]  # of a use case
        mine = written_steps([step.cleaned_data for step in self.steps if not step.is_blank()])
        opened = None if self.steps_first is None else self.steps_first.replace("\r\n", "\n")
        merged = merge(opened, theirs, mine)
        if merged.told == TAKEN:
            self.steps_told = "Somebody else has changed the steps; theirs stand here now."
            self.data = _with_steps(cast(QueryDict, self.data), [*self.row.steps, {}])  # type: ignore[attr-defined]
            self.steps = _sent_steps(self.data)
        elif merged.told == BOTH:
            self.steps_told = "Meanwhile the steps became others; both are shown here."
            self.steps_theirs, self.steps_lines = theirs, lines_of(theirs, mine)
        self.steps_first = theirs

    def __iter__(self) -> Any:
        """Every field, as `core.web.field_check` asks for them."""
        yield from super().__iter__()
        for step in self.steps:
            yield from step

    def is_valid(self) -> bool:
        fine = all([step.is_valid() for step in self.steps if not step.is_blank()])
        return super().is_valid() and fine

    def said(self) -> dict[str, Any]:
        filled = [step.cleaned_data for step in self.steps if not step.is_blank()]
        return {**self.cleaned_data, "steps": filled}


FORMS: dict[str, type[SectionForm]] = {
    "problem": ProblemForm,
    "process": ProcessForm,
    "limits": LimitsForm,
    "score": ScoreForm,
    "owner": OwnerForm,
}


def acted_on_steps(data: QueryDict) -> QueryDict | None:
    """The data after a step was added, removed or moved up; None when something else was pressed."""
    verb, _, at = data.get("do", "").partition("-")
    if verb not in {"add", "remove", "up"}:
        return None
    rows = [
        {name: data.get(f"steps-{n}-{name}", "") for name in StepForm.base_fields}
        for n in range(_count(data))
    ]
    position = int(at) if at.isascii() and at.isdigit() and len(at) < 3 else len(rows)
    if verb == "add":
        rows.append({})
    elif position < len(rows) and verb == "remove":
        del rows[position]
    elif 0 < position < len(rows):
        rows.insert(position - 1, rows.pop(position))
    return _with_steps(data, rows)


def written_steps(steps: Iterable[Mapping[str, Any]]) -> str:
    """A line for each step, by which two lists of them are compared."""
    return "\n".join(" · ".join(_typed(step.get(name)) for name in StepForm.base_fields) for step in steps)


def _typed(value: Any) -> str:
    return "" if value is None else str(plain(value))


def _sent_steps(data: QueryDict) -> list[StepForm]:
    return [StepForm(data, prefix=f"steps-{n}") for n in range(_count(data))]


def _with_steps(data: QueryDict, rows: Sequence[Mapping[str, Any]]) -> QueryDict:
    changed = data.copy()
    for n, row in enumerate(rows[:MOST_STEPS]):
        for name in StepForm.base_fields:
            changed[f"steps-{n}-{name}"] = _typed(row.get(name))
    changed["steps-count"] = str(min(len(rows), MOST_STEPS))
    return changed


def _count(data: QueryDict) -> int:
    text = data.get("steps-count", "")
    return min(int(text), MOST_STEPS) if text.isascii() and text.isdigit() and len(text) < 4 else 0
