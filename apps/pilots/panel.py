"""Runs on the engagement's page."""

from typing import Any

from django.http import HttpRequest

from apps.engagements.models import Engagement

from .models import Evaluation
from .selectors import runs as selectors

LATEST = 10


def context(request: HttpRequest, engagement: Engagement) -> dict[str, Any]:
    """The latest runs of an engagement, and its evaluations by name and version."""
    return {
        "runs": selectors.listed().filter(evaluation__engagement=engagement)[:LATEST],
        "evaluations": Evaluation.objects.filter(engagement=engagement).order_by("-created_at")[:5],
    }
