"""What registers show on other pages: tabs, panels, a column, the middles of items' pages. Told to everybody else
once, by `ready()`."""

from datetime import date
from typing import Any
from uuid import UUID

from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html

from apps.accounts.access import EVERYONE
from apps.accounts.models import User

from . import access, itempages, panels, register_checks
from .models import AccessRequest, Engagement, Kind, Milestone, Raid
from .presenters.checklists import checklist_of
from .rules import raid as raid_rules
from .rules import waiting as waiting_rules
from .rules.promises import promise
from .selectors.registers.next import next_of
from .selectors.registers.requests import COUNTED, Wait, wait_of, waiting_by_engagement, waiting_for
from .services import items
from .services.registers.milestones import reached_or_not
from .services.registers.requests import answered_or_not

SHOWN = 3  # requests that the panel names; the list has all
RAID = ("risk", "assumption", "issue", "dependency")


def register() -> None:
    """Tell everybody else what registers have for them."""
    items.follow(Kind.MILESTONE, Milestone, reached_or_not)
    items.follow(Kind.ACCESS_REQUEST, AccessRequest, answered_or_not)
    _register_tabs()
    panels.register(1, "waiting", "engagements/_waiting_panel.html", waiting_panel)
    panels.register(2, "next", "engagements/_next_panel.html", next_panel)
    panels.register_column(30, "Waiting", waiting_column)
    for kind in RAID:
        itempages.register(kind, "engagements/_raid_item.html", raid_context, edit="registers:raid-edit")
    itempages.register(
        Kind.ACTION, "engagements/_action_item.html", checklist_of, edit="registers:action-edit"
    )
    itempages.register(
        Kind.MILESTONE, "engagements/_milestone_item.html", milestone_context, edit="registers:milestone-edit"
    )
    itempages.register(
        Kind.STAKEHOLDER, "engagements/_stakeholder_item.html", edit="registers:stakeholder-edit"
    )
    itempages.register(
        Kind.ACCESS_REQUEST, "engagements/_request_item.html", request_context, edit="registers:request-edit"
    )
    register_checks.register()


def _register_tabs() -> None:
    for order, name, route, kinds, covers in (
        (30, "Actions", "actions", ["action"], ["action-new", "action-edit"]),
        (31, "Milestones", "milestones", ["milestone"],
         ["milestone-new", "milestone-edit", "milestone-move", "milestone-reach"]),
        (32, "RAID", "raid", RAID, ["raid-new", "raid-edit"]),
        (33, "Access", "requests", ["access_request"], ["request-new", "request-edit", "request-answer"]),
    ):  # fmt: skip
        panels.register_tab(
            order,
            name,
            f"registers:{route}",
            audience=EVERYONE,
            covers=[f"registers:{each}" for each in covers],
            group="Plan",
            kinds=kinds,
        )
    panels.register_tab(70, "Decisions", "registers:decisions", audience=EVERYONE, group="Log")
    panels.register_tab(
        70,
        "Stakeholders",
        "registers:stakeholders",
        covers=["registers:stakeholder-new", "registers:stakeholder-edit"],
        group="People",
        kinds=["stakeholder"],
    )


def waiting_panel(request: HttpRequest, engagement: Engagement) -> dict[str, Any]:
    """What the client has not answered yet, in one sentence and by name; one query. What is expected of client
    viewers stands at the top of their own page."""
    user = request.user
    waits = waiting_for(user, engagement, today=timezone.localdate()) if isinstance(user, User) else []
    urgent = sorted(waits, key=lambda wait: (wait.request.due or date.max, wait.request.asked_on))
    return {
        "waits": urgent[:SHOWN],
        "more_waits": len(waits) - SHOWN,
        "waiting_text": waiting_text(waits) if waits else "",
    }


def waiting_text(waits: list[Wait]) -> str:
    """Such as "Waiting on the client: 2 requests, longest 11 days, delays gate Pilot by 3 days"."""
    longest = max(wait.figures.waited for wait in waits)
    count = f"{len(waits)}{'+' if len(waits) == COUNTED else ''}"
    parts = [f"{count} request{'' if len(waits) == 1 else 's'}", f"longest {_days(longest)}"]
    pushed: dict[str, int] = {}
    for wait in waits:
        if wait.gate:
            name = wait.gate.get_stage_display()
            pushed[name] = max(pushed.get(name, 0), wait.figures.pushes)
    for name, days in pushed.items():
        parts.append(f"delays gate {name} by {_days(days)}" if days else f"holds up gate {name}")
    return f"Waiting on the client: {', '.join(parts)}"


def next_panel(request: HttpRequest, engagement: Engagement) -> dict[str, Any]:
    """The next milestone, overdue actions and open high risks; one query."""
    today = timezone.localdate()
    user = request.user
    return {"next": next_of(user, engagement, today=today), "today": today} if isinstance(user, User) else {}


def waiting_column(engagements: list[Engagement]) -> dict[UUID, str]:
    """How many requests wait on the client of each engagement, and since how long."""
    today = timezone.localdate()
    return {
        pk: format_html(
            '<a class="badge badge-warn" href="{}" title="Requests that wait on the client; the longest">{} · {}</a>',
            reverse("registers:requests", args=[pk]),
            count,
            _days(max((today - since).days, 0)),
        )
        for pk, (count, since) in waiting_by_engagement(engagements).items()
    }


def raid_context(request: HttpRequest, item: Raid) -> dict[str, Any]:
    """What a RAID item weighs."""
    return {
        "exposure": raid_rules.exposure(item.kind, item.severity, item.likelihood),
        "unanswered": raid_rules.unanswered(item.kind, item.severity, item.response, open=item.is_open),
    }


def milestone_context(request: HttpRequest, item: Milestone) -> dict[str, Any]:
    """What became of a milestone's promise."""
    today = timezone.localdate()
    days = [day for day in (item.promised, item.due, item.reached_on, today) if day]
    return {
        "promise": promise(
            promised=item.promised,
            due=item.due,
            reached_on=item.reached_on,
            open=item.is_open,
            today=today,
        ),
        "first": min(days),
        "last": max(days),
        "today": today,
    }


def request_context(request: HttpRequest, item: AccessRequest) -> dict[str, Any]:
    """What an access request costs, and whether the reader may answer it."""
    user = request.user
    waits, wait = item.state == waiting_rules.WAITING, wait_of(item, today=timezone.localdate())
    return {
        "wait": wait.figures,
        "required": wait.required,
        "waits": waits,
        "may_answer": waits and isinstance(user, User) and access.may_answer(user, item),
    }


def _days(count: int) -> str:
    return f"{count:,} day{'' if count == 1 else 's'}"
