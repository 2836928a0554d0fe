"""What a run tells of what it has measured: for the thread of a criterion, and for the gates that rest on it."""

import hashlib
import json
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.db.models import OuterRef, Subquery
from django.urls import reverse

from apps.scoping.evidence import Provenance
from apps.scoping.models import Measurement

from .models import Evaluation, Run

SOURCE = "run"  # of the measurements


def of_runs(measurements: Sequence[Measurement]) -> dict[UUID, Provenance]:
    """The run of each measurement, with what matters of it: evaluation, target, model, prompt and rows. A repeated run
    of the same is not another one; a newer version of its evaluation is. One query."""
    same = Evaluation.objects.filter(
        engagement=OuterRef("evaluation__engagement"), name=OuterRef("evaluation__name")
    )
    newest = same.order_by("-version").values("version")[:1]
    wanted = {row.source_id for row in measurements}
    runs = Run.objects.filter(pk__in=wanted).select_related("evaluation", "snapshot")
    known = runs.annotate(newest_version=Subquery(newest)).in_bulk()
    return {row.pk: _provenance(row, known.get(row.source_id)) for row in measurements}


def _provenance(row: Measurement, run: Run | None) -> Provenance:
    if run is None:
        return Provenance("a run that was removed", "", {"run": "removed", "measurement": str(row.pk)})
    evaluation = run.evaluation
    whose = f", target {row.subject}" if row.subject else ""
    newest: int = run.newest_version  # type: ignore[attr-defined]  # annotated
    part = {
        "evaluation": evaluation.name,
        "version": evaluation.version,
        "newest version": newest,
        **_target(evaluation.spec, row.subject),
        "snapshot": run.snapshot.digest if run.snapshot else "",
        "beside": {"run": run.number, "id": str(run.pk), "rows": run.rows},
    }
    text = f"run {run.number} of {evaluation}{whose}"
    return Provenance(text, reverse("pilots:run", args=[run.pk]), part)


def _target(spec: dict[str, Any], name: str) -> dict[str, Any]:
    """The target as the frozen spec has it; addresses and prompts as digests, for gates are shown to the client."""
    target: dict[str, Any] = next((one for one in spec["targets"] if one["name"] == name), {})
    asked = "\0".join(str(target.get(key) or spec.get(key) or "") for key in ("system", "prompt"))
    return {
        "target": name,
        "model": target.get("model") or target.get("method") or target.get("column") or "",
        "endpoint": _digest(str(target.get("base_url") or target.get("kind", ""))),
        "parameters": _digest(json.dumps(target.get("params") or {}, sort_keys=True)),
        "prompt": _digest(asked) if "model" in target else "",
    }


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
