"""Sites in words: how they are, what their policy lets leave, and what is typed at them."""

import shlex
from dataclasses import dataclass
from datetime import datetime
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from django.conf import settings
from django.utils import timezone

from apps.core import figures
from apps.dataplane.contract import envelope
from apps.dataplane.contract.broker import is_rabbitmq
from apps.dataplane.contract.errors import text_of
from apps.dataplane.contract.privacy import Level
from apps.engagements.models import Client

from . import bell, places, rules, selectors
from .models import Job, Site

FOLDER = "/srv/fieldwork-site"  # where a site elsewhere may keep its state; its owner chooses
LEVELS = {
    Level.AGGREGATE: "Only numbers over groups leave.",
    Level.SCORES: "Numbers of each sample leave, under keyed hashes. No text leaves.",
    Level.REDACTED: "Text leaves too, with patterns of personal data masked; names and addresses are not covered.",
    Level.FULL: "Text of prompts, answers and references leaves as it is.",
}


@dataclass(frozen=True)
class Health:
    """How a site is: badge and sentence, and the latter in a few words. state: new, present, away or inactive."""

    state: str
    tone: str
    icon: str
    label: str
    text: str
    brief: str = ""


def health_of(site: Site, now: datetime | None = None) -> Health:
    """In words, as of `now`."""
    now = now or timezone.now()
    if not site.active:
        return Health(
            "inactive", "quiet", "lock", "Deactivated", "Nothing is sent to it or accepted from it."
        )
    if site.heard_at is None:
        text = "It has not been heard of yet." if site.public_key else "Its public key is still missing."
        return Health("new", "warn", "clock", "Not set up", text)
    if rules.is_away(site.heard_at, now):
        text = (
            f"Away: last heard of {figures.ago(site.heard_at, now)}. What is ordered waits until it is back."
        )
        return Health("away", "bad", "alert", "Away", text, figures.ago(site.heard_at, now))
    since = _since(site.heard_at, now)
    return Health("present", "good", "check", "Present", f"Heard of {since} ago.", f"{since} ago")


def policy_of(site: Site) -> list[tuple[str, str]]:
    """What the site's policy allows, as (what, words) pairs; only what it has told of itself."""
    bounds = site.bounds
    group = (
        f" Groups of fewer than {bounds['minimum_group']} rows are suppressed."
        if bounds.get("minimum_group")
        else ""
    )
    said = [
        (
            "Highest level",
            f"{site.level}: {LEVELS[Level(site.level)]} An order may ask for less, never for more.",
        ),
        ("At level aggregate", group.strip()),
        (
            "Names",
            "Names of columns, files, labels and slice values leave."
            if site.names
            else "Names of columns, labels and slice values leave as column#1; files and tables are not listed.",
        ),
        ("Data roots", _roots(site.roots)),
        ("Limits", _limits(bounds)),
    ]
    return [(what, words) for what, words in said if words]


def facts_of(site: Site) -> list[tuple[str, str]]:
    """Which program runs there, and what it has to do."""
    counts = selectors.open_jobs([site]).get(site.pk, {})
    hand, queued = counts.get(Job.State.RUNNING, 0), counts.get(Job.State.QUEUED, 0)
    facts = [("Serves", str(site.client or "Every client")), ("Jobs", f"{hand:,} in hand, {queued:,} queued")]
    if site.heard_at is None:
        return facts
    return [*facts, ("Version", version_of(site)), ("Boot", site.boot)]


def version_of(site: Site) -> str:
    """The site's version, and whether it is the control plane's."""
    ours = control_version()
    if site.version == ours:
        return f"{site.version}, as the control plane"
    return f"{site.version or 'unknown'}; the control plane has {ours}"


def differs(site: Site) -> bool:
    """Whether the site runs another version than the control plane."""
    return site.heard_at is not None and site.version != control_version()


def control_version() -> str:
    try:
        return version("fieldwork")
    except PackageNotFoundError:
        return "unknown"


def failures_of(site: Site) -> list[dict[str, Any]]:
    """Lately failed jobs by code, with what a person reads."""
    return [
        {"code": each.code, "text": text_of(each.code), "number": each.number, "last": each.last}
        for each in selectors.failures_of(site)
    ]


def command_line(site: Site, *words: str) -> str:
    """What its owner types at the site to run `fieldwork-site` with these words."""
    if not places.is_here(site):
        return shlex.join(["fieldwork-site", *words, "--state", FOLDER])
    folder = places.folder(site).resolve()
    usual = (settings.BASE_DIR / ".fieldwork" / "sites" / places.LOCAL).resolve()  # fieldwork-site's default
    state = [] if folder == usual else ["--state", str(folder)]
    return shlex.join([".venv/bin/fieldwork-site", *words, *state])


def policy_file(site: Site) -> str:
    """Where the site's policy is written."""
    folder = str(places.folder(site).resolve()) if places.is_here(site) else FOLDER
    return f"{folder}/policy.toml"


def control_key() -> str:
    """The control plane's public key (JWK): the site obeys whoever holds its other half."""
    return envelope.public_text(bell.control_key())


def setup_of(site: Site) -> dict[str, str]:
    """The commands with which the site's owner sets it up, in order; `here`, on this machine, needs one alone."""
    client = site.client.name if site.client else ""
    start = ["manage.py", "start_site", client, "--name", site.name, "--root", "/path/to/the/data"]
    init = [
        "fieldwork-site init",
        f"--state {FOLDER}",
        f"--id {site.pk}",
        f"--name {shlex.quote(site.name)}",
        "--control-key control.json",
        "--broker amqp://USER:PASSWORD@HOST:5672/VHOST",
        "--root /path/to/the/data",
        "--level scores",
    ]
    return {
        "here": shlex.join([".venv/bin/python", *start]),
        "install": "python3 locks/install.py site && . .venv/bin/activate",
        "key": f"cat > control.json <<'END'\n{control_key()}\nEND",
        "init": " \\\n  ".join(init),
        "policy": f"fieldwork-site policy --state {FOLDER}",
        "run": f"fieldwork-site run --state {FOLDER}",
    }


def reachable() -> bool:
    """Whether the broker can be reached from other machines; the embedded one cannot."""
    return is_rabbitmq(settings.BROKER)


def waiting_for(client: Client) -> dict[str, Any]:
    """What a run of this client would wait for: nothing, or the site that is away, or the lack of any."""
    known = list(selectors.sites_for(client))
    if any(selectors.is_present(site) for site in known):
        return {}
    site = known[0] if known else None
    return {"site": site, "health": health_of(site) if site else None}


def _since(moment: datetime, now: datetime) -> str:
    seconds = max(0, int((now - moment).total_seconds()))
    return f"{seconds}{figures.SPACE}s" if seconds < 60 else figures.duration(seconds)


def _roots(number: int) -> str:
    if not number:
        return "None: files are read only where a folder is granted for one run."
    return f"{number:,} {'folder is' if number == 1 else 'folders are'} open to reading."


def _limits(bounds: dict[str, Any]) -> str:
    if not all(name in bounds for name in rules.LIMITS):
        return ""
    most = f"{bounds['rows']:,} rows, {bounds['columns']:,} columns and {bounds['bytes'] / 1e9:,.3g} GB"
    return f"Of a source, at most {most} are read, for at most {bounds['seconds']:,} seconds."
