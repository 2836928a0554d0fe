"""`{% load registers %}`: what became of dated promises, and what was chosen."""

from datetime import date

from django import template
from django.utils.safestring import SafeString

from apps.core.charts import promise_line

from ..models import LogEntry, Milestone
from ..rules.grammar_decisions import chosen_of

register = template.Library()


@register.filter
def slip(days: int) -> str:
    """How much later or earlier than promised: "12 days later"; nothing for neither."""
    if days == 0:
        return "–"
    count = f"{abs(days):,} day{'' if abs(days) == 1 else 's'}"
    return f"{count} {'later' if days > 0 else 'earlier'}"


@register.filter
def chosen(entry: LogEntry) -> str:
    """What of a decision's text is neither its reason nor what was rejected, which stand beside it."""
    return chosen_of(entry.text, entry.reason, entry.rejected)


@register.simple_tag
def milestone_line(item: Milestone, first: date, last: date, today: date) -> SafeString:
    """A milestone's promise as a picture on the days from `first` to `last`, which says itself in words too."""
    words = [f"Promised for {item.promised}"]
    if item.due and item.due != item.promised:
        words.append(f"then for {item.due}")
    if item.reached_on:
        words.append(f"reached on {item.reached_on}")
    return promise_line(item.promised, item.due, item.reached_on, first, last, today, ", ".join(words))
