"""`{% load items %}`: what hangs on an item, and its title on one line."""

from typing import Any

from django import template
from django.template.context import RequestContext

from ..models import Item
from ..presenters import around
from ..rules.excerpts import plain_title

register = template.Library()
register.filter("plain", plain_title)


@register.inclusion_tag("engagements/_item_around.html", takes_context=True)
def item_around(context: RequestContext, item: Item) -> dict[str, Any]:
    """Comments, links, attachments and history of an item that the person sees, with the forms that add to
    them. For every page of an item, of whatever kind; once a page."""
    return {**around.around(context["request"], item), "csrf_token": context.get("csrf_token")}
