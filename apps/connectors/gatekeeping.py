"""What gates ask about the client's data."""

from django.urls import reverse

from apps.engagements.checks import Finding, Found
from apps.engagements.models import Gate

from .models import Snapshot, Source


def source_tested(gate: Gate) -> Finding:
    """Whether the rows can be read where they live: a dataset was frozen there, or a source was read without
    trouble. When a source was tested and how often does not matter; whether it still can be read does."""
    href = reverse("connectors:sources", args=[gate.engagement_id])
    sources = list(
        Source.objects.filter(engagement=gate.engagement_id).defer("columns", "read").order_by("created_at")
    )
    if not sources:
        return Finding(Found.FAILED, "No source is known yet.", href)
    frozen = _frozen(gate)
    fine = [one for one in sources if one.pk in frozen or (one.checked_at and not one.trouble)]
    evidence = tuple(
        {
            "what": f"source {one}",
            "id": str(one.pk),
            "trouble": "" if one in fine else one.trouble or "never read",
            "beside": {"checked_at": one.checked_at, "snapshots": frozen.get(one.pk, [])},
        }
        for one in sources
    )
    if fine:
        text = f"{len(fine)} of {len(sources)} sources {'was' if len(fine) == 1 else 'were'} read without trouble."
        return Finding(Found.PASSED, text, href, evidence)
    if any(one.trouble for one in sources):
        return Finding(Found.FAILED, "No source could be read.", href, evidence)
    return Finding(Found.UNDECIDED, "No source has been tested yet.", href, evidence)


def _frozen(gate: Gate) -> dict[object, list[str]]:
    """The digests of what was frozen of each source."""
    known = Snapshot.objects.filter(dataset__source__engagement=gate.engagement_id).order_by("created_at")
    found: dict[object, list[str]] = {}
    for source, digest in known.values_list("dataset__source_id", "digest"):
        found.setdefault(source, []).append(digest)
    return found
