"""Runs on the engagement's page."""

from typing import Any

from django.http import HttpRequest

from apps.engagements.models import Engagement

from .selectors import runs as selectors

LATEST = 10


def context(request: HttpRequest, engagement: Engagement) -> dict[str, Any]:
    """The latest runs of an engagement."""
    return {"runs": selectors.listed().filter(evaluation__engagement=engagement)[:LATEST]}
