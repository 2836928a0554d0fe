"""Runs: one execution of an evaluation at a site each, with verdict and figures, and what people note of them."""

from typing import Any

from django.db.models import QuerySet
from rest_framework import serializers

from apps.accounts.models import STAFF
from apps.core.errors import Refused
from apps.pilots.models import Run, RunNote, Verdict
from apps.pilots.selectors import listing
from apps.pilots.selectors import runs as selectors
from apps.pilots.services import notes, runs
from apps.tokens.selectors import Bearer

from ..fields import Moment, Out, PersonOut, Strict
from ..noun import Act, Asked, Narrow, Noun
from .run_parts import JudgementOut, ProgressOut, SnapshotInPassing, TargetOut, TroubleOut, whole


class EvaluationInPassing(Out):
    """What a run executes."""

    id = serializers.UUIDField()
    name = serializers.CharField()
    version = serializers.IntegerField()


class RunOut(Out):
    """A run. verdict: on all criteria of its evaluation, null without any or before its end; partial, reason: codes of
    why rows are missing, or why it failed; level: the privacy level at which results left the site; note_count: null
    for client viewers; started_by: null for Fieldwork itself and for an engagement's token."""

    id = serializers.UUIDField()
    engagement = serializers.UUIDField(source="evaluation.engagement_id")
    evaluation = EvaluationInPassing()
    number = serializers.IntegerField()
    label = serializers.CharField()  # type: ignore[assignment]
    state = serializers.ChoiceField(choices=Run.State.choices)
    verdict = serializers.ChoiceField(choices=Verdict.choices, allow_null=True)
    partial = serializers.CharField()  # type: ignore[assignment]
    reason = serializers.CharField()
    level = serializers.CharField()
    site = serializers.CharField(source="site.name")
    rows = serializers.IntegerField(allow_null=True)
    started_by = PersonOut(allow_null=True)
    queued_at = Moment()
    started_at = Moment(allow_null=True)
    finished_at = Moment(allow_null=True)
    note_count = serializers.SerializerMethodField()

    def get_note_count(self, run: Any) -> int | None:
        """How many notes there are."""
        return int(run.note_count) if self.context["bearer"].is_staff else None


class RunWhole(RunOut):
    """A run as its page shows it: how far it is while it is under way, and then its figures and what it decides."""

    progress = ProgressOut(source="parts.progress")
    trouble = TroubleOut(source="parts.trouble", allow_null=True)
    snapshot = SnapshotInPassing(source="parts.snapshot", allow_null=True)
    criteria = JudgementOut(source="parts.criteria", many=True)
    targets = TargetOut(source="parts.targets", many=True)

    def to_representation(self, run: Any) -> Any:
        """With the parts that are asked for."""
        if any((field.source or "").startswith("parts.") for field in self.fields.values()):
            complete = selectors.complete().get(pk=run.pk)
            run.parts = whole(complete, staff=self.context["bearer"].is_staff)
        return super().to_representation(run)


class Label(Strict):
    """A few words by which lists show a run; empty takes them away."""

    label = serializers.CharField(max_length=notes.LONGEST_LABEL, allow_blank=True)  # type: ignore[assignment]


class RunNoteOut(Out):
    """What somebody wrote down about a run; not for the client's viewers."""

    id = serializers.UUIDField()
    run = serializers.UUIDField(source="run_id")
    text = serializers.CharField()
    by = PersonOut(allow_null=True)
    created_at = Moment()
    edited_at = Moment(allow_null=True)
    version = serializers.IntegerField()


class RunNoteChange(Strict):
    """Its words."""

    text = serializers.CharField(max_length=notes.LONGEST, trim_whitespace=False)


class RunNoteNew(RunNoteChange):
    """A note about that run, in one's own name."""

    run = serializers.UUIDField()


def _rows(bearer: Bearer) -> QuerySet[Run]:
    return selectors.listed().filter(evaluation__engagement__in=bearer.engagements().order_by().values("pk"))


def _notes(bearer: Bearer) -> QuerySet[RunNote]:
    seen = bearer.engagements().order_by().values("pk")
    found = RunNote.objects.filter(run__evaluation__engagement__in=seen)
    return found.select_related("run__evaluation__engagement__client", "by")


def _add_note(asked: Asked) -> RunNote:
    known = Run.objects.filter(evaluation__engagement=asked.engagement, pk=asked.sent["run"])
    run = known.select_related("evaluation__engagement").first()
    if run is None:
        raise Refused("elsewhere", "There is no such run on this engagement.", field="run")
    return notes.add_note(by=asked.person, run=run, text=asked.sent["text"])


def _label(asked: Asked) -> Run:
    return notes.set_label(by=asked.by, run=asked.row, label=asked.sent["label"])


RUNS = Noun(
    name="runs",
    one="run",
    says="Runs: one execution of an evaluation at a site each. An evaluation's `run` starts one.",
    scope="runs",
    rows=_rows,
    out=RunOut,
    whole=RunWhole,
    engagement="evaluation__engagement",
    orders={"-queued_at": "queued_at", "queued_at": "queued_at"},
    narrow={
        "evaluation": Narrow(
            serializers.UUIDField(required=False, help_text="Of that version."), "evaluation"
        ),
        "evaluation_name": Narrow(
            serializers.CharField(required=False, max_length=120, help_text="Of every version."),
            "evaluation__name",
        ),
        "q": Narrow(
            serializers.CharField(
                required=False,
                max_length=200,
                help_text="In label, evaluation, engagement or client; or its number.",
            ),
            lambda rows, words, bearer: listing.holding(rows, words.replace("\0", "")),
        ),
        "state": Narrow(serializers.ChoiceField(choices=Run.State.values, required=False), "state"),
        "verdict": Narrow(serializers.ChoiceField(choices=Verdict.values, required=False), "verdict"),
        "started_by": Narrow(serializers.UUIDField(required=False), "started_by"),
    },
    verbs={
        "cancel": Act(
            lambda asked: runs.cancel(by=asked.by, run=asked.row),
            says="Stop it; what it has measured stays, and it can be resumed.",
        ),
        "resume": Act(
            lambda asked: runs.resume(by=asked.by, run=asked.row),
            says="Go on with one that stopped early, on the very rows it was frozen on.",
        ),
        "label": Act(_label, Label, says="Give it a label, or take that away."),
    },
)
RUN_NOTES = Noun(
    name="run-notes",
    one="note on a run",
    says="What people write down about runs.",
    scope="runs",
    roles=STAFF,
    rows=_notes,
    out=RunNoteOut,
    engagement="run__evaluation__engagement",
    orders={"created_at": "created_at", "-created_at": "created_at"},
    narrow={"run": Narrow(serializers.UUIDField(required=False), "run")},
    add=Act(_add_note, RunNoteNew),
    change=Act(
        lambda asked: notes.edit_note(
            by=asked.person,
            note=asked.row,
            version=asked.version,
            text=asked.sent.get("text", asked.row.text),
        ),
        RunNoteChange,
    ),
    remove=Act(lambda asked: notes.remove_note(by=asked.person, note=asked.row)),
)
