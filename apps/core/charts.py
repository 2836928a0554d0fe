"""Small pictures of numbers, as inline SVG. The content policy forbids inline styles, so looks come from
classes."""

from collections.abc import Sequence
from datetime import date

from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

WIDTH, HEIGHT, MARGIN = 160, 20, 4
TREND_HEIGHT = 36
SPAN_WIDTH = 240
CLIMB_WIDTH, CLIMB_HEIGHT = 480, 96
TICKS = 4  # months that are named above a span


def interval_bar(
    value: float | None,
    low: float | None,
    high: float | None,
    minimum: float = 0.0,
    maximum: float = 1.0,
    threshold: float | None = None,
    label: str = "",
) -> SafeString:
    """A value with its interval on the scale from `minimum` to `maximum`, the threshold as a line; drawn to
    scale.

    An end of None is unbounded and reaches the edge of the scale; no value draws the scale alone.
    """
    parts = [format_html('<line class="bar-scale" x1="{}" x2="{}" y1="10" y2="10"/>', MARGIN, WIDTH - MARGIN)]
    if value is not None:
        left = _x(minimum if low is None else low, minimum, maximum)
        right = _x(maximum if high is None else high, minimum, maximum)
        parts.append(
            format_html(
                '<rect class="bar-interval" x="{}" y="6" width="{}" height="8" rx="2"/>',
                left,
                max(round(right - left, 2), 1),
            )
        )
    if threshold is not None:
        at = _x(threshold, minimum, maximum)
        parts.append(format_html('<line class="bar-threshold" x1="{}" x2="{}" y1="1" y2="19"/>', at, at))
    if value is not None:
        parts.append(
            format_html('<circle class="bar-value" cx="{}" cy="10" r="3.5"/>', _x(value, minimum, maximum))
        )
    frame = '<svg class="interval-bar" viewBox="0 0 {} {}" width="{}" height="{}" role="img" aria-label="{}">'
    words = label or _words(value, low, high, threshold)
    drawing = mark_safe("".join(parts))  # noqa: S308 - each part is escaped by format_html above
    return format_html(frame + "{}</svg>", WIDTH, HEIGHT, WIDTH, HEIGHT, words, drawing)


def trend(
    points: Sequence[tuple[float, float | None, float | None]],
    minimum: float,
    maximum: float,
    threshold: float | None = None,
    label: str = "",
) -> SafeString:
    """Values (value, low, high) one after the other from left to right, each with its interval, joined by a line; the
    threshold is a line across. An end of None is unbounded and reaches the edge."""
    step = (WIDTH - 2 * MARGIN) / max(len(points) - 1, 1)
    at = [round(MARGIN + n * step, 2) for n in range(len(points))]
    parts = []
    if threshold is not None:
        y = _y(threshold, minimum, maximum)
        parts.append(_line("bar-threshold", MARGIN, WIDTH - MARGIN, y, y))
    for x, (_, low, high) in zip(at, points, strict=True):
        ends = minimum if low is None else low, maximum if high is None else high
        if (low, high) != (None, None):
            parts.append(_line("trend-interval", x, x, *(_y(end, minimum, maximum) for end in ends)))
    heights = [_y(value, minimum, maximum) for value, _, _ in points]
    path = " ".join(f"{x},{y}" for x, y in zip(at, heights, strict=True))
    parts.append(format_html('<polyline class="trend-line" points="{}"/>', path))
    for x, y in zip(at, heights, strict=True):
        parts.append(format_html('<circle class="bar-value" cx="{}" cy="{}" r="2.5"/>', x, y))
    frame = (
        '<svg class="trend" viewBox="0 0 {} {}" width="{}" height="{}" role="img" aria-label="{}">{}</svg>'
    )
    drawing = mark_safe("".join(parts))  # noqa: S308 - each part is escaped by format_html above
    return format_html(frame, WIDTH, TREND_HEIGHT, WIDTH, TREND_HEIGHT, label, drawing)


def climb(
    steps: Sequence[tuple[float, float, str]], limit: float | None = None, label: str = ""
) -> SafeString:
    """A sum that grows step by step from left to right. Each step (before, added, name) is a bar: what was there
    before, and on top what it adds; its name, which may be empty, stands beneath. The limit is a line across."""
    top = max([before + added for before, added, _ in steps] + [limit or 0.0, 1.0])
    width = CLIMB_WIDTH / max(len(steps), 1)
    parts = []

    def y(amount: float) -> float:
        return round(MARGIN + (1 - amount / top) * (CLIMB_HEIGHT - MARGIN), 2)

    for n, (before, added, name) in enumerate(steps):
        x = round(n * width + 1.5, 2)
        for kind, low, high in (("before", 0.0, before), ("added", before, before + added)):
            if high > low:
                parts.append(
                    format_html(
                        '<rect class="climb-{}" x="{}" y="{}" width="{}" height="{}"/>',
                        kind, x, y(high), round(width - 3, 2), max(round(y(low) - y(high), 2), 1),
                    )
                )  # fmt: skip
        middle = round(x + width / 2 - 1.5, 2)
        parts.append(
            format_html('<text class="climb-name" x="{}" y="{}">{}</text>', middle, CLIMB_HEIGHT + 14, name)
        )
    parts.append(_line("bar-scale", 0, CLIMB_WIDTH, CLIMB_HEIGHT, CLIMB_HEIGHT))
    if limit is not None:
        parts.append(_line("bar-threshold", 0, CLIMB_WIDTH, y(limit), y(limit)))
    frame = '<svg class="climb" viewBox="0 0 {} {}" role="img" aria-label="{}">{}</svg>'
    drawing = mark_safe("".join(parts))  # noqa: S308 - each part is escaped by format_html above
    return format_html(frame, CLIMB_WIDTH, CLIMB_HEIGHT + 18, label, drawing)


def _y(number: float, minimum: float, maximum: float) -> float:
    """How high a number lies in a trend, kept inside of the scale."""
    share = 0.0 if maximum <= minimum else (number - minimum) / (maximum - minimum)
    return round(TREND_HEIGHT - MARGIN - min(max(share, 0.0), 1.0) * (TREND_HEIGHT - 2 * MARGIN), 2)


def _x(number: float, minimum: float, maximum: float) -> float:
    """Where a number lies in the picture, kept inside of the scale."""
    share = 0.0 if maximum <= minimum else (number - minimum) / (maximum - minimum)
    return round(MARGIN + min(max(share, 0.0), 1.0) * (WIDTH - 2 * MARGIN), 2)


def _words(value: float | None, low: float | None, high: float | None, threshold: float | None) -> str:
    if value is None:
        return "No value"
    ends = (
        f"{'unbounded' if low is None else f'{low:.4g}'} to {'unbounded' if high is None else f'{high:.4g}'}"
    )
    wanted = "" if threshold is None else f", threshold {threshold:.4g}"
    return f"{value:.4g}, interval {ends}{wanted}"


def promise_line(
    promised: date, due: date | None, reached: date | None, first: date, last: date, today: date, label: str
) -> SafeString:
    """A dated promise on the days from `first` to `last`: a ring where it was promised first, a line to the day
    that it is due now (its end a bar), a dot where it was reached; today is a dashed line. label: the same in
    words."""
    at_promised = _day(promised, first, last)
    at_due = at_promised if due is None else _day(due, first, last)
    at_today = _day(today, first, last)
    parts = [
        _line("bar-scale", MARGIN, SPAN_WIDTH - MARGIN, 10, 10),
        _line("bar-threshold", at_today, at_today, 1, 19),
    ]
    ends = [at_promised, at_due, *([_day(reached, first, last)] if reached else [])]
    parts.append(_line("span-way", min(ends), max(ends), 10, 10))
    parts.append(_line("span-due", at_due, at_due, 5, 15))
    parts.append(format_html('<circle class="span-promised" cx="{}" cy="10" r="4"/>', at_promised))
    if reached:
        at_reached = _day(reached, first, last)
        parts.append(format_html('<circle class="span-reached" cx="{}" cy="10" r="4.5"/>', at_reached))
    return _span(parts, HEIGHT, label)


def months_line(first: date, last: date) -> SafeString:
    """The names of some months above the lines that `promise_line` draws for the same days."""
    months = _months(first, last)
    step = max(-(-len(months) // TICKS), 1)
    parts = []
    for month in months[::step]:
        at = _day(month, first, last)
        parts.append(_line("bar-scale", at, at, 12, 16))
        anchor = "end" if at > SPAN_WIDTH - 40 else "start"
        name = month.strftime("%b %Y" if month.month == 1 or month == months[0] else "%b")
        parts.append(
            format_html('<text class="span-month" x="{}" y="10" text-anchor="{}">{}</text>', at, anchor, name)
        )
    return _span(parts, 16, f"From {first} to {last}")


def _months(first: date, last: date) -> list[date]:
    """The first days of the months between two days; the first day itself when there is none."""
    found: list[date] = []
    year, month = first.year, first.month
    while (year, month) <= (last.year, last.month) and len(found) < 12 * 50:
        found.append(date(year, month, 1))
        if (year, month) == (9999, 12):
            break
        year, month = (year + 1, 1) if month == 12 else (year, month + 1)
    return [day for day in found if day >= first] or [first]


def _day(day: date, first: date, last: date) -> float:
    """Where a day lies in a span, kept inside of it."""
    days = max((last - first).days, 1)
    share = min(max((day - first).days / days, 0.0), 1.0)
    return round(2 * MARGIN + share * (SPAN_WIDTH - 4 * MARGIN), 2)


def _line(name: str, x1: float, x2: float, y1: float, y2: float) -> SafeString:
    return format_html('<line class="{}" x1="{}" x2="{}" y1="{}" y2="{}"/>', name, x1, x2, y1, y2)


def _span(parts: list[SafeString], height: int, label: str) -> SafeString:
    frame = '<svg class="span" viewBox="0 0 {} {}" width="{}" height="{}" role="img" aria-label="{}">{}</svg>'
    drawing = mark_safe("".join(parts))  # noqa: S308 - each part is escaped by format_html above
    return format_html(frame, SPAN_WIDTH, height, SPAN_WIDTH, height, label, drawing)
