"""`{% load log %}`: the box in which one writes a line, and how an item came to be as it is."""

import json
from typing import Any

from django import template
from django.template.context import RequestContext
from django.urls import reverse

from apps.accounts.models import User

from .. import again, selectors
from ..models import Engagement, Item
from ..rules.grammar import COMMANDS
from ..selectors.log_history import history_of
from ..services.log import new_key

register = template.Library()


@register.inclusion_tag("engagements/_log_box.html", takes_context=True)
def log_box(context: RequestContext, engagement: Engagement) -> dict[str, Any]:
    """The box for those who work on the engagement; nothing for anybody else."""
    request = context["request"]
    known = context.get("may_work")
    works = known if isinstance(known, bool) else selectors.may_work_on(request.user, engagement)
    if not works:
        return {}
    return {
        "request": request,
        "csrf_token": context.get("csrf_token"),
        "engagement": engagement,
        "action": reverse("log:add", args=[engagement.pk]),
        "key": new_key(),
        "line": again.taken(request),
    }


@register.simple_tag
def log_commands() -> str:
    """The words that may follow a slash and what each is for, as JSON, for completion."""
    return json.dumps([{"word": word, "name": command.how} for word, command in COMMANDS.items()])


@register.inclusion_tag("engagements/_item_history.html", takes_context=True)
def item_history(context: RequestContext, item: Item) -> dict[str, Any]:
    """Who changed what of an item, when, from what to what. For staff alone."""
    user = context["request"].user
    if not isinstance(user, User) or not user.is_staff_member:
        return {}
    changes, more = history_of(item)
    return {"changes": changes, "more": more}
