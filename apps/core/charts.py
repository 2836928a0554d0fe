"""Small pictures of numbers, as inline SVG. The content policy forbids inline styles, so looks come from
classes."""

from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

WIDTH, HEIGHT, MARGIN = 160, 20, 4


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
