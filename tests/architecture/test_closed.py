"""Of a closed engagement nothing changes, whatever the route; but for what says that it is for closed ones."""

import pytest
from django.utils import timezone

from apps.accounts.access import declaration_of
from apps.audit.models import Event
from apps.engagements.models import Engagement
from apps.engagements.rules.endings import CLOSED_WORDS
from tests.factories.imports import make_import

from .routes import Route, routes
from .test_access import World
from .test_access import world as world

# What may still be done around a closed engagement: opening and archiving it, its people, and what is not its own.
ALLOWED = {
    "engagements:archive",
    "engagements:bring-back",
    "engagements:reopen",
    "engagements:member-add",
    "engagements:member-remove",
    "engagements:member-role",
    "engagements:invite",
    "engagements:invitation-withdraw",
    "templates:save",  # writes a template, and nothing on the engagement
    "tokens:revoke",
    "api:engagements-archive",
    "api:engagements-bring-back",
    "api:engagements-reopen",
    "api:invitations-of-engagement",
    "api:invitations-withdraw",
    "api:members-of-engagement",
    "api:members-one",
    "api:mutes-of-engagement",  # what one is told of oneself
    "api:tokens-revoke",
}
# Not of an engagement: people, clients, endpoints, sites, inboxes and mutes, saved views, mails, templates themselves,
# packs that wait, webhooks of the installation.
ELSEWHERE = (
    "accounts:", "catalog:", "clients:", "delivery:", "dispatch:", "handover:", "overview:view", "templates:edit",
    "templates:remove", "api:clients", "api:endpoints", "api:inbox", "api:saved-views", "api:sites", "api:templates",
    "api:installation-", "api:mails", "api:mutes-one", "api:packs", "api:people",
)  # fmt: skip
SAFE = {"GET", "HEAD", "OPTIONS"}


def changing() -> list[tuple[Route, str]]:
    """The routes that take something about one thing of an engagement, with each method that takes it."""
    found = []
    for route in routes():
        declared = declaration_of(route.callback)
        named = {name for name, _ in route.arguments}
        if declared is None or declared.public or "pk" not in named or route.name.startswith(ELSEWHERE):
            continue
        found += [(route, method) for method in declared.methods if method not in SAFE]
    return found


@pytest.mark.parametrize("person", ["admin", "fde", "client"])
def test_nothing_changes_on_a_closed_engagement_by_any_route(world: World, person: str) -> None:
    ids = {**world.ids[True], "imported": make_import(world.own, by=world.people[person]).pk}
    before = {
        (str(route), method): world.send(person, method, world.path(route, ids)).status
        for route, method in changing()
    }
    Engagement.objects.filter(pk=world.own.pk).update(
        closed_at=timezone.now(), ending="other", ending_words="Over."
    )
    known, wrong = Event.objects.count(), {}
    for route, method in changing():
        if str(route) in ALLOWED:
            continue
        answer = world.send(person, method, world.path(route, ids))
        refused = answer.status == 409 and CLOSED_WORDS in answer.body
        never = answer.status in {403, 404} and answer.status == before[str(route), method]
        if not (refused or never) or answer.events != known:
            wrong[f"{method} {route}"] = answer.status
    assert not wrong, "\n".join(f"{name}: {status}" for name, status in wrong.items())


def test_what_is_for_closed_engagements_too_is_what_we_know_of() -> None:
    assert {str(route) for route, _ in changing()} >= ALLOWED
