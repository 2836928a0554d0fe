"""Endpoints in words: what they cost, where their key is, what the last try came to."""

import json
import shlex
from dataclasses import dataclass, field
from typing import Any

from django.utils.html import format_html
from django.utils.safestring import SafeString

from apps.core import figures
from apps.core.templatetags.fieldwork import moment
from apps.dispatch import presenters as sites
from apps.dispatch import selectors as dispatch
from apps.dispatch.models import Site

from .models import Endpoint
from .rules import trials

WAITING, AWAY, OVER, NEVER = "waiting", "away", "over", "never"
_LABELS = {"ok": "Answers", "empty": "Answers", "truncated": "Answers", "refused": "Refuses"}


@dataclass(frozen=True)
class Trial:
    """The last try of an endpoint. state: never, waiting, away (waiting for a site that is away) or over."""

    state: str
    site: Site | None = None
    good: bool = False
    title: str = ""
    advice: str = ""
    command: str = ""  # what the site's owner types
    steps: list[trials.Step] = field(default_factory=list)
    facts: list[tuple[str, str]] = field(default_factory=list)


def trial_of(endpoint: Endpoint) -> Trial:
    """As the page shows it."""
    if endpoint.trial and endpoint.trial.is_open:
        site = endpoint.trial.plan.site
        if dispatch.is_present(site):
            return Trial(WAITING, site, steps=trials.waiting())
        return Trial(AWAY, site, steps=[trials.Step(name, "waiting") for name in trials.NAMES])
    if not endpoint.outcome:
        return Trial(NEVER)
    outcome, report = endpoint.outcome, endpoint.result
    good = trials.answered(outcome)
    return Trial(
        OVER,
        endpoint.tried_site,
        good=good,
        title=trials.title(outcome, report, endpoint.api_key),
        advice=""
        if good
        else trials.advice(outcome, report, base_url=endpoint.base_url, api_key=endpoint.api_key),
        command=_command(endpoint),
        steps=trials.steps(outcome, report),
        facts=_figures(endpoint) if good else [],
    )


def badge_of(endpoint: Endpoint) -> dict[str, str]:
    """The last outcome in one word, with tone and icon; empty before the first try."""
    if not endpoint.outcome:
        return {}
    if trials.answered(endpoint.outcome):
        return {"tone": "good", "icon": "check", "text": _LABELS[endpoint.outcome]}
    words = endpoint.outcome.replace("_", " ").replace("json", "JSON")
    return {"tone": "bad", "icon": "alert", "text": words[:1].upper() + words[1:]}


def row_of(endpoint: Endpoint) -> dict[str, Any]:
    """A line of the list."""
    return {
        "endpoint": endpoint,
        "price": price_of(endpoint),
        "badge": badge_of(endpoint),
        "latency": endpoint.result.get("latency_ms"),
        "answered_by": endpoint.result.get("model") or "",
    }


def price_of(endpoint: Endpoint) -> str:
    """Input and output in USD per million tokens; empty when neither is given."""
    given = (endpoint.price_input, endpoint.price_output)
    if given == (None, None):
        return ""
    return " / ".join(_usd(price) for price in given)


def facts_of(endpoint: Endpoint) -> list[tuple[str, str | SafeString]]:
    """What is kept of it, as (name, value) pairs; what is empty is left out."""
    place = endpoint.get_place_display()
    facts: list[tuple[str, str | SafeString]] = [
        ("API", endpoint.get_kind_display()),
        ("Address", endpoint.base_url),
        ("Model", endpoint.model),
        ("Runs", f"{place}: {endpoint.place_words}" if endpoint.place_words else place),
        ("Price", _price_words(endpoint)),
        ("Parameters", _pairs(endpoint.params)),
        ("Headers", _pairs(endpoint.headers)),
        ("Certificate authority", endpoint.ca),
        ("Proxy", endpoint.proxy),
    ]
    return [(name, value) for name, value in facts if value]


def key_of(endpoint: Endpoint, site: Site | None) -> dict[str, str]:
    """Where the key is and how its owner puts it there. way: secret, env, file or none."""
    way, _, name = endpoint.api_key.partition(":")
    command = sites.command_line(site, "secret", name) if site and way == "secret" else ""
    return {"way": way or "none", "name": name, "reference": endpoint.api_key, "command": command}


def _command(endpoint: Endpoint) -> str:
    """The line that stores the key which the site misses; empty when that is not what is wrong."""
    if endpoint.outcome not in ("secret_missing", "secret_unusable") or not endpoint.tried_site:
        return ""
    way, name = trials.missing_of(endpoint.result, endpoint.api_key)
    if way == "env":
        return f"export {shlex.quote(name)}=…"
    return sites.command_line(endpoint.tried_site, "secret", name) if way == "secret" else ""


def _figures(endpoint: Endpoint) -> list[tuple[str, str]]:
    said = endpoint.result
    read, written = said.get("input_tokens"), said.get("output_tokens")
    tokens = "not told" if read is None or written is None else f"{read:,} in, {written:,} out"
    model = said.get("model") or "not told"
    if model not in ("not told", endpoint.model):
        model = f"{model} (asked for: {endpoint.model})"
    return [
        ("Status", str(said.get("http") or figures.NONE)),
        ("Latency", figures.milliseconds(said.get("latency_ms"))),
        ("Tokens", tokens),
        ("Answered by", model),
    ]


def _price_words(endpoint: Endpoint) -> str | SafeString:
    if not endpoint.priced_at:
        return "Not given: its calls count as free, and results say so"
    words = f"{_usd(endpoint.price_input)} in, {_usd(endpoint.price_output)} out per million tokens"
    return format_html("{}, since {}", words, moment(endpoint.priced_at))


def _usd(price: Any) -> str:
    if price is None:
        return "$0 (not given)"
    return f"${price:,.2f}" if price == round(price, 2) else f"${price.normalize():f}"


def _pairs(values: dict[str, Any]) -> str:
    """name: value, with values as JSON unless they are text."""
    shown = ((name, value if isinstance(value, str) else json.dumps(value)) for name, value in values.items())
    return ", ".join(f"{name}: {value}" for name, value in shown)
