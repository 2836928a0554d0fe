"""Somebody at a browser, and lines that were written down."""

from typing import Any

from django.test import Client as Browser

from apps.accounts.models import User
from apps.engagements.models import Engagement
from apps.engagements.services.log import log


def signed_in(user: User) -> Browser:
    browser = Browser()
    browser.force_login(user)
    return browser


def write(by: User, engagement: Engagement, line: str, key: str = "") -> Any:
    return log(by=by, engagement=engagement, line=line, key=key).item


def written(engagement: Engagement) -> int:
    """How many items people have written."""
    return engagement.items.exclude(kind="gate").count()
