"""Evaluations: the frozen spec of a pilot in each of its versions, written as code, and started."""

from typing import Any

from django.db import transaction
from django.db.models import Count, Exists, OuterRef, QuerySet, Subquery
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from apps.core.text import one_line
from apps.dispatch.models import Inquiry
from apps.dispatch.selectors import site_for
from apps.pilots import spec
from apps.pilots.models import Evaluation, Run, Verdict
from apps.pilots.services import authoring, rehearsals, runs
from apps.pilots.services.notes import LONGEST_LABEL, set_label
from apps.tokens.selectors import Bearer

from ..fields import Moment, Out, Strict
from ..noun import Act, Asked, Narrow, Noun
from .rehearsals import REHEARSALS
from .runs import RUNS
from .specs import SpecField, pilot_sent

NAME = 120


class EvaluationOut(Out):
    """A version of an evaluation; another spec is the next version. dataset: where its rows are from; last_state,
    last_verdict: of its latest run."""

    id = serializers.UUIDField()
    engagement = serializers.UUIDField(source="engagement_id")
    name = serializers.CharField()
    version = serializers.IntegerField()
    dataset = serializers.CharField()
    run_count = serializers.IntegerField()
    last_state = serializers.ChoiceField(choices=Run.State.choices, allow_null=True)
    last_verdict = serializers.ChoiceField(choices=Verdict.choices, allow_null=True)
    created_at = Moment()


class EvaluationWhole(EvaluationOut):
    """A version with its spec, whole and with its defaults; null for client viewers. yaml: the same as the file that
    adding takes."""

    spec = serializers.SerializerMethodField()
    yaml = serializers.SerializerMethodField()

    @extend_schema_field({"type": ["object", "null"], "additionalProperties": True})
    def get_spec(self, row: Any) -> dict[str, Any] | None:
        """As JSON."""
        return spec.to_data(authoring.pilot_of(row)) if self.context["bearer"].is_staff else None

    def get_yaml(self, row: Any) -> str | None:
        """As YAML."""
        return spec.dump(authoring.pilot_of(row)) if self.context["bearer"].is_staff else None


class EvaluationNew(Strict):
    """An evaluation, or the next version of the one with this name; the same spec again is no new version. seen: the
    latest version that is known, 0 for none; then nobody's is overtaken unseen."""

    name = serializers.CharField(max_length=NAME)
    spec = SpecField()
    seen = serializers.IntegerField(required=False, min_value=0, max_value=2**31 - 1)


class Start(Strict):
    """anew: freeze the rows anew instead of insisting on those of the last run; label: of the run."""

    anew = serializers.BooleanField(required=False, default=False)
    label = serializers.CharField(  # type: ignore[assignment]
        required=False, allow_blank=True, default="", max_length=LONGEST_LABEL
    )


def _rows(bearer: Bearer) -> QuerySet[Evaluation]:
    last = Run.objects.filter(evaluation=OuterRef("pk")).order_by("-created_at")
    found = Evaluation.objects.filter(engagement__in=bearer.engagements().order_by().values("pk"))
    return found.select_related("engagement__client", "dataset__source").annotate(
        run_count=Count("runs"),
        last_state=Subquery(last.values("state")[:1]),
        last_verdict=Subquery(last.values("verdict")[:1]),
    )


def _latest(rows: QuerySet[Evaluation], latest: bool, bearer: Bearer) -> QuerySet[Evaluation]:
    newer = Evaluation.objects.filter(
        engagement=OuterRef("engagement"), name=OuterRef("name"), version__gt=OuterRef("version")
    )
    return rows.filter(~Exists(newer)) if latest else rows


def _add(asked: Asked) -> Evaluation:
    """By a person, because a spec names files, and which ones is asked of the person."""
    by, name = asked.person, one_line(asked.sent["name"], limit=NAME, field="name")
    return authoring.write_evaluation(by=by, name=name, pilot=pilot_sent(asked), seen=asked.sent.get("seen"))


@transaction.atomic
def _run(asked: Asked) -> Run:
    site, sent = site_for(asked.engagement.client), asked.sent
    run = runs.start(by=asked.by, evaluation=asked.row, site=site, anew=sent["anew"])
    return set_label(by=asked.by, run=run, label=sent["label"]) if sent["label"] else run


def _rehearse(asked: Asked) -> Inquiry:
    """By a person, whose question it then is."""
    version = asked.row
    pilot = authoring.pilot_of(version)
    return rehearsals.rehearse(by=asked.person, engagement=version.engagement, pilot=pilot, base=version)


EVALUATIONS = Noun(
    name="evaluations",
    one="evaluation",
    says="Evaluations: the frozen spec of a pilot, which rows, which targets and what decides. What is wrong with a "
    "spec is told all at once, each by its path.",
    scope="runs",
    rows=_rows,
    out=EvaluationOut,
    whole=EvaluationWhole,
    orders={"name": "name", "-created_at": "created_at"},
    narrow={
        "name": Narrow(serializers.CharField(required=False, max_length=NAME), "name"),
        "dataset": Narrow(serializers.UUIDField(required=False, help_text="That uses it."), "dataset"),
        "latest": Narrow(
            serializers.BooleanField(default=True, help_text="false: also the versions before."), _latest
        ),
    },
    add=Act(_add, EvaluationNew),
    verbs={
        "run": Act(_run, Start, makes=RUNS, says="Start a run of this version at the client's site."),
        "rehearse": Act(
            _rehearse,
            makes=REHEARSALS,
            later=True,
            says="A dry run: have its site draw the rows and make the first prompts, calling nobody.",
        ),
    },
    moves=True,
)
