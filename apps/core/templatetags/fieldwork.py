"""`{% load fieldwork %}`: figures, times and small pictures in templates."""

from datetime import datetime
from functools import lru_cache
from typing import Any

from django import template
from django.template.context import RequestContext
from django.template.loader import get_template, render_to_string
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from .. import charts, figures, markdown

register = template.Library()
register.filter("number", figures.number)
register.filter("percent", figures.percent)
register.filter("money", figures.money)
register.filter("duration", figures.duration)
register.filter("milliseconds", figures.milliseconds)
register.filter("markdown", markdown.render)
register.simple_tag(charts.interval_bar, name="interval_bar")
register.simple_tag(charts.promise_line, name="promise_line")
register.simple_tag(charts.months_line, name="months_line")
register.simple_tag(charts.climb, name="climb")


@register.simple_tag
def figure(
    value: float | None,
    low: float | None = None,
    high: float | None = None,
    kind: str = "number",
    n: int | None = None,
    source: str = "",
) -> SafeString:
    """A number with its interval beside it, and n and source on hover. kind: number, percent, money, duration
    or milliseconds."""
    written = figures.KINDS[kind](value)
    ends = figures.interval(low, high, kind) if value is not None else ""
    facts = [f"95 % interval {ends}" if ends else "", f"n = {n:,}" if n is not None else "", source]
    return format_html(
        '<span class="figure" title="{}"><span class="figure-value">{}</span>{}</span>',
        " · ".join(fact for fact in facts if fact),
        written,
        format_html(' <span class="figure-interval">{}</span>', ends) if ends else "",
    )


@register.simple_tag
def ago(moment: datetime | None) -> SafeString | str:
    """How long ago, with the exact time in the reader's time zone on hover."""
    if moment is None:
        return figures.NONE
    local = timezone.localtime(moment)
    return format_html(
        '<time datetime="{}" title="{}">{}</time>',
        moment.isoformat(timespec="seconds"),
        local.strftime("%Y-%m-%d %H:%M:%S %Z"),
        figures.ago(moment),
    )


@register.simple_tag
def moment(value: datetime | None) -> SafeString | str:
    """The exact time in the reader's time zone."""
    if value is None:
        return figures.NONE
    local = timezone.localtime(value)
    return format_html(
        '<time datetime="{}" title="{}">{}</time>',
        value.isoformat(timespec="seconds"),
        local.strftime("%Z"),
        local.strftime("%Y-%m-%d %H:%M"),
    )


@register.simple_tag
@lru_cache(maxsize=1_000, typed=True)
def badge(text: str, tone: str = "", icon: str = "") -> SafeString:
    """components/badge.html, for long lists: the few that these are full of are rendered once. Nothing but its three
    words goes into it; typed, because a safe text equals the same one that has to be escaped."""
    return render_to_string("components/badge.html", {"text": text, "tone": tone, "icon": icon})


@register.filter
def clock(local: datetime) -> str:
    """The time of day of a moment that is in the reader's time zone already; in a long list a third of what `date`
    takes."""
    return f"{local:%H:%M}"


@register.simple_tag(takes_context=True)
def page_address(context: RequestContext, page: int) -> str:
    """The address of another page of the list, everything else in the query kept."""
    query = context["request"].GET.copy()
    query["page"] = str(page)
    return f"?{query.urlencode()}"


@register.simple_tag(takes_context=True)
def page_before(context: RequestContext, before: str) -> str:
    """The address of the part of a long list that begins behind `before`, or of its beginning; everything else
    in the query kept."""
    query = context["request"].GET.copy()
    query.pop("before", None)
    if before:
        query["before"] = before
    return f"?{query.urlencode()}"


@register.simple_tag(takes_context=True)
def panel(context: RequestContext, part: Any, engagement: Any) -> str:
    """A registered panel, rendered with the page's context and its own."""
    own = part.context(context["request"], engagement)
    together: dict[str, Any] = {**context.flatten(), **own}  # type: ignore[dict-item]
    return get_template(part.template).render(together, context["request"])
