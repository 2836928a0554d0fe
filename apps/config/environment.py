"""Every setting is an environment variable; this table is the only place that names one (the README repeats it)."""

import os
from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Setting:
    """One environment variable: its default as text, and what it is for."""

    name: str
    default: str
    meaning: str


SETTINGS = (
    Setting(
        "FIELDWORK_HOME",
        ".fieldwork",
        "Folder of all state: database, keys, attachments, the local site, logs.",
    ),
    Setting("DATABASE_URL", "", "PostgreSQL 14 or newer, `postgres://…`; empty: the embedded one."),
    Setting("BROKER_URL", "", "RabbitMQ, `amqp://…`; empty: queues in the embedded PostgreSQL."),
    Setting("SITE_BROKER_URL", "", "The address that the local site gets; empty: `BROKER_URL`."),
    Setting("FIELDWORK_BIND", "127.0.0.1", "Address the web server listens on."),
    Setting("FIELDWORK_PORT", "8000", "Port of the web server; when it is taken, the next free one."),
    Setting("FIELDWORK_URL", "", "Public address, for links in e-mail and for CSRF; empty: what is bound."),
    Setting("FIELDWORK_HOSTS", "", "Further host names the web server answers to, by commas."),
    Setting(
        "FIELDWORK_TRUSTED_PROXIES",
        "0",
        "How many proxies of your own stand in front; so many entries at the end of `X-Forwarded-For` are believed.",
    ),
    Setting("FIELDWORK_SECRET_KEY", "", "Signs sessions; empty: made at the first start and kept."),
    Setting(
        "FIELDWORK_SIGNING_KEY", "", "Control's Ed25519 key (JWK); empty: made at the first start and kept."
    ),
    Setting("FIELDWORK_DEBUG", "0", "1 shows tracebacks; for development only."),
    Setting("FIELDWORK_LOG_LEVEL", "INFO", "Least severe level that is logged."),
    Setting("DEMO", "1", "0 starts empty, with a page for the first administrator."),
    Setting("FIELDWORK_ATTACHMENT_LIMIT", "25", "Megabytes that one attachment of an item may have."),
    Setting("EMAIL_HOST", "", "SMTP server; empty: mails are written to `FIELDWORK_HOME/mail`."),
    Setting("EMAIL_PORT", "587", "Port of the SMTP server."),
    Setting("EMAIL_SECURITY", "starttls", "`starttls`, `tls` or, for a server on this machine, `none`."),
    Setting("EMAIL_TIMEOUT", "20", "Seconds that the SMTP server may take for one answer."),
    Setting("EMAIL_HOST_USER", "", "Login at the SMTP server."),
    Setting("EMAIL_HOST_PASSWORD", "", "Password at the SMTP server."),
    Setting("EMAIL_FROM", "fieldwork@localhost", "Sender of mails."),
    Setting(
        "FIELDWORK_WEBHOOK_ALLOW",
        "",
        "Ranges outside of the public network where webhooks may lead, also by http; by commas, such as `10.1.0.0/16`.",
    ),
)
_DEFAULTS = {setting.name: setting.default for setting in SETTINGS}


def value(name: str) -> str:
    """The variable's value, or the default of the table. Raises KeyError for a name that the table lacks."""
    return os.environ.get(name) or _DEFAULTS[name]


def flag(name: str) -> bool:
    """Whether the variable says yes."""
    return value(name).strip().lower() in {"1", "true", "yes", "on"}


def count(name: str) -> int:
    """The variable's value as a whole number from 0 on. Raises ValueError that says so."""
    found = value(name).strip()
    if not (found.isascii() and found.isdigit()) or len(found) > 9:
        raise ValueError(f"{name} is {found!r}; it must be a whole number, 0 or more.")
    return int(found)


def one_of(name: str, *words: str) -> str:
    """The variable's value, which must be one of these words. Raises ValueError that says so."""
    found = value(name).strip().lower()
    if found not in words:
        raise ValueError(f"{name} is {found!r}; it can be {', '.join(words)}.")
    return found


def ranges(name: str) -> tuple[IPv4Network | IPv6Network, ...]:
    """The variable's value as ranges of addresses, by commas. Raises ValueError that says which one is none."""
    found = []
    for word in filter(None, (part.strip() for part in value(name).split(","))):
        try:
            found.append(ip_network(word))
        except ValueError as error:
            raise ValueError(f"{name}: {error}; a range is written like 10.1.0.0/16.") from None
    return tuple(found)


def table() -> str:
    """The settings as the README's Markdown table; a test compares the two."""
    lines = ["| variable | default | meaning |", "| --- | --- | --- |"]
    for setting in SETTINGS:
        default = f"`{setting.default}`" if setting.default else ""
        lines.append(f"| `{setting.name}` | {default} | {setting.meaning} |")
    return "\n".join(lines)


def home() -> Path:
    """The state folder, absolute."""
    return (ROOT / value("FIELDWORK_HOME")).resolve()
