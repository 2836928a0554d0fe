"""What the style page shows the components with. Made up, and nowhere else to be seen."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.core.paginator import Paginator
from django.utils import timezone

from apps.core.pages import Filter
from apps.core.typed import Typed

LONG = "Wolfeschlegelsteinhausenbergerdorff and Sons International Holdings of Somewhere Far Away"
PROMPT = """Which department is this referral letter for?
Answer with the department only.

{{ text }}"""


@dataclass(frozen=True)
class Step:
    """A line of components/steps.html."""

    name: str
    state: str
    text: str = ""


@dataclass(frozen=True)
class Line:
    """A line of components/diff.html."""

    sign: str
    text: str


@dataclass(frozen=True)
class Measured:
    """A figure with its interval on the scale from 0 to 1."""

    name: str
    value: float | None
    low: float | None
    high: float | None
    n: int


STEPS = (
    Step("Path", "done", "/data/letters.csv, 4.2 MB"),
    Step("Login", "done"),
    Step("Grant", "failed", "The role may write. Give it SELECT alone."),
    Step("Format", "running"),
    Step("Rows", "waiting"),
)
DIFF = (
    Line(" ", "Which department is this referral letter for?"),
    Line("-", "Answer briefly."),
    Line("+", "Answer with the department only."),
    Line(" ", ""),
    Line(" ", "{{ text }}"),
)
MEASURED = (
    Measured("practice model large", 0.842, 0.811, 0.869, 600),
    Measured("practice model small", 0.797, 0.763, 0.827, 600),
    Measured(LONG, 0.31, None, 0.36, 41),
    Measured("most frequent", None, None, None, 0),
)
TABS = (
    {"name": "Overview", "href": "#tabs", "current": True},
    {"name": "Sources", "href": "#tabs", "current": False, "count": 3},
    {"name": "Evaluations", "href": "#tabs", "current": False, "count": 0},
)
FACTS = (("Site", "local"), ("Level", "scores"), ("Client", LONG), ("Ended", None))
TONES = (
    {"tone": "good", "icon": "met", "text": "met"},
    {"tone": "bad", "icon": "missed", "text": "missed"},
    {"tone": "warn", "icon": "undecided", "text": "undecided"},
    {"tone": "accent", "icon": "running", "text": "running"},
    {"tone": "quiet", "icon": "queued", "text": "queued"},
)
NOTICES = (
    {"tone": "", "text": "The site has not been heard of for two minutes."},
    {"tone": "good", "text": "All 600 rows are frozen."},
    {"tone": "warn", "text": "The policy of the site lets no names out; slices are numbered instead."},
    {"tone": "bad", "text": "The endpoint refused the key. Store it at the site, then try again."},
)
TOASTS = (
    {"level": "success", "message": "Run 4 queued."},
    {"level": "info", "message": "Nothing has changed."},
    {"level": "warning", "message": "Saved, but the site is away."},
    {"level": "error", "message": "Your role does not allow this."},
)


def samples() -> dict[str, Any]:
    """The context of the style page, without its forms."""
    rows = [(f"letters-{number:03d}.csv", number * 1237, number / 60) for number in range(1, 61)]
    return {
        "steps": STEPS,
        "diff": DIFF,
        "measured": MEASURED,
        "tabs": TABS,
        "facts": FACTS,
        "tones": TONES,
        "notices": NOTICES,
        "toasts": TOASTS,
        "typed": [Typed("note", "Note", "What was typed before the session ended.", cut=True)],
        "long": LONG,
        "prompt": PROMPT,
        "rows": rows,
        "page": Paginator(rows, 20).get_page(2),
        "filters": [Filter("stage", "All stages", [("pilot", "Pilot"), ("deploy", "Deploy")], "pilot")],
        "earlier": timezone.now() - timedelta(hours=3),
    }
