"""What a token may be good for: a closed list, each scope with a sentence for whoever ticks it.

This is the one place for what the API offers today; an app to the right adds its own in `AppConfig.ready()`.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from apps.accounts.models import STAFF, Role

_NAME = re.compile(r"[a-z][a-z-]*:(read|write)")
EVERYBODY = frozenset(Role)
MANAGERS = frozenset({Role.ADMIN, Role.MANAGER})
ADMINISTRATORS = frozenset({Role.ADMIN})


@dataclass(frozen=True)
class Scope:
    """name: such as "log:read"; sentence: what a program may then do; audience: roles that may ask for it."""

    name: str
    sentence: str
    audience: frozenset[str]


_scopes: dict[str, Scope] = {}


def register(name: str, sentence: str, audience: Iterable[str] = EVERYBODY) -> None:
    """Offer a scope. Raises ValueError for a name that is not `noun:read` or `noun:write`, or is taken by another
    sentence."""
    if not _NAME.fullmatch(name):
        raise ValueError(f"a scope is noun:read or noun:write, not {name!r}")
    scope = Scope(name, sentence, frozenset(audience))
    if _scopes.setdefault(name, scope) != scope:
        raise ValueError(f"there is a scope {name} already")


def known(role: str | None = None) -> list[Scope]:
    """Every scope, by name; of a role, those it may ask for."""
    return sorted(
        (scope for scope in _scopes.values() if role is None or role in scope.audience),
        key=lambda scope: scope.name,
    )


register("engagements:read", "See engagements: their names, clients and stages.")
register("engagements:write", "Start, change, close and reopen engagements.", STAFF)
register("log:read", "Read the log.")
register("log:write", "Write and correct log entries, and whatever one line of the log becomes.", STAFF)
register(
    "registers:read",
    "Read actions, risks and the rest of RAID, milestones, access requests and stakeholders.",
)
register("registers:write", "Write those; answer what is asked of oneself.")
register("clients:read", "See clients: their names.", STAFF)
register("clients:write", "Add and rename clients.", STAFF)
register(
    "members:read", "See who is on an engagement, and who is invited, with their e-mail addresses.", STAFF
)
register("members:write", "Add, invite and remove members, and change their roles.", STAFF)
register(
    "gates:read", "Read gates: what they require, what is found, what was decided; requests for approval."
)
register("gates:write", "Change what gates require, attest, decide; ask for approvals, and answer one's own.")
register("comments:read", "Read what hangs on items: comments, links, attachments and their files.")
register("comments:write", "Comment, link items, attach files.")
register("templates:read", "Read templates.", STAFF)
register("templates:write", "Save, change and remove templates.", STAFF)
register("hours:read", "Read hours by person and week.", STAFF)
register("history:read", "Read the history: who changed what, and when.", STAFF)
register("scoping:read", "Read use cases, their figures, success criteria and what was measured of them.")
register("scoping:write", "Write those, pick and reject use cases, and measure by hand.", STAFF)
register("runs:read", "Read evaluations and runs with their verdicts and figures.")
register(
    "runs:write",
    "Write and rehearse evaluations; start, cancel, resume and label runs, and note something about them.",
    STAFF,
)
register("data:read", "See sources, datasets, snapshots and sites: where rows lie, never the rows.", STAFF)
register(
    "data:write",
    "Add, upload, change, test and remove sources and datasets, look around at sites, and see the first rows that a "
    "test let out.",
    STAFF,
)
register("sites:write", "Add sites, tell their keys, deactivate and activate them.", MANAGERS)
register("endpoints:read", "See endpoints, without their keys.", STAFF)
register("endpoints:write", "Add, change, try, retire and restore endpoints.", STAFF)
register("portfolio:read", "See how engagements stand, and one's saved views.", STAFF)
register("portfolio:write", "Override health as managers may, and keep saved views.", STAFF)
register("today:read", "See what needs one first, and what is due to oneself.", STAFF)
register("inbox:read", "Read one's inbox.")
register("inbox:write", "Mark what stands in one's inbox as read or unread.")
register(
    "handover:read",
    "Take along everything of an engagement, as its handover pack; see one's own that wait.",
    STAFF,
)
register(
    "handover:write",
    "Bring along engagements from another Fieldwork, as handover packs.",
    {Role.ADMIN, Role.MANAGER},
)
register("items:read", "Find and read whatever is written down, of every sort, also what staff have removed.")
register("items:write", "Bring back what was removed.", STAFF)
register("imports:read", "See one's own imports, with what their files hold.", STAFF)
register(
    "imports:write",
    "Bring along files of actions, RAID, milestones and log entries, write them down, and undo that.",
    STAFF,
)
register("notices:read", "See what one is told of, and how.")
register("notices:write", "Choose what one is told of, and mute engagements.")
register("tokens:read", "See tokens: whose they are and what they are good for, never their text.")
register("tokens:write", "Revoke tokens. None is made this way.")
register(
    "webhooks:read",
    "See webhooks of engagements, and of those that one leads what became of deliveries.",
    STAFF,
)
register(
    "webhooks:write",
    "Make and change webhooks, which send what happens to any address: see their addresses and secrets.",
    STAFF,
)
register(
    "installation-webhooks:read",
    "See the webhooks of the installation, and what became of deliveries.",
    ADMINISTRATORS,
)
register(
    "installation-webhooks:write",
    "Make and change those, which send what happens anywhere to any address.",
    ADMINISTRATORS,
)
register("people:read", "See everybody's account.", ADMINISTRATORS)
register("people:write", "Let people in, change their roles, close and open their accounts.", ADMINISTRATORS)
register("mails:read", "See to whom mails went and what became of them, never what they say.", ADMINISTRATORS)
register("mails:write", "Try mails again.", ADMINISTRATORS)
