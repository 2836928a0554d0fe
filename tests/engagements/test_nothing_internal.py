"""A client viewer learns nothing of what is internal: not on any page they can open, nor from how it looks.

Every route that is open to client viewers is walked before and after an engagement has been filled with internal
things of every kind, all of which carry a word. The word must be nowhere, and no page may have changed.
"""

import re
from collections.abc import Iterator
from typing import Any
from uuid import UUID

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.test import Client as Browser
from django.urls import reverse

from apps.accounts.access import declaration_of
from apps.accounts.models import Role, User
from apps.engagements import checks, notices
from apps.engagements.checks import Finding, Found
from apps.engagements.models import Engagement, Gate, Item, Kind, Link, LogEntry, MemberRole, Proof, Relation
from apps.engagements.services import exit_criteria, gates
from apps.engagements.services.attachments import attach
from apps.engagements.services.comments import add_comment
from apps.pilots.models import Run, RunNote
from tests.architecture.routes import Route, routes
from tests.factories import make_engagement, make_member, make_user, world
from tests.factories.gates import make_viewer
from tests.factories.items import make_item
from tests.factories.world import objects_of

WORD = "Zirkonium"
SHOWN = [kind for kind in Kind.values if kind not in {Kind.STAKEHOLDER, Kind.GATE}]
UUID_OR_DIGEST = r"[0-9a-f]{64}|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
HIDDEN = [kind for kind in Kind.values if kind != Kind.GATE]


def kind_of(route: str) -> str:
    try:
        return world.kind_of(route)
    except KeyError:
        return "engagement" if route in {"log:engagement", "log:timeline"} else "item"


class Place:
    """An engagement with what its client sees, and one of their people."""

    def __init__(self) -> None:
        self.engagement = make_engagement(name="support")
        self.lead = make_member(self.engagement, MemberRole.LEAD).user
        self.viewer = make_viewer(self.engagement)
        self.ids = objects_of(self.engagement, by=self.lead)
        self.shown = [self._shown(kind) for kind in SHOWN]
        self.browser = Browser(raise_request_exception=False)
        self.browser.force_login(self.viewer)

    def _shown(self, kind: str) -> Item:
        return make_item(self.engagement, kind, by=self.lead, client_visible=True, title=f"Open {kind}")

    def addresses(self) -> Iterator[str]:
        """Every address below which a client viewer may open something."""
        for route in routes():
            declaration = declaration_of(route.callback)
            if declaration and Role.CLIENT in declaration.roles and "GET" in declaration.methods:
                yield from self._of(route)

    def _of(self, route: Route) -> Iterator[str]:
        values = {name: str(self.ids.get(name, "x")) for name, _ in route.arguments}
        if "pk" not in values:
            yield route.path(values)
            return
        pk = str(self.ids[kind_of(route.name)])
        others = [str(item.pk) for item in self.shown] if kind_of(route.name) == "item" else []
        for each in [pk, *others]:
            yield route.path(values | {"pk": each})

    def pages(self) -> dict[str, str]:
        """What each address says, and every part of it that htmx asks for."""
        found: dict[str, str] = {}
        for address in sorted(set(self.addresses())):
            found[address] = page = self.get(address)
            for target in sorted(set(re.findall(r'hx-target="#([\w-]+)"', page))):
                found[f"{address} {target}"] = self.get(address, target)
        return found

    def searches(self) -> dict[str, str]:
        """What each list says when it is searched for the word."""
        lists = {address for address in self.addresses() if 'role="search"' in self.get(address)}
        asked = [
            f"{address}?{query}"
            for address in sorted(lists)
            for query in (f"q={WORD}", f"tag={WORD.lower()}")
        ]
        return {address: self.get(address) for address in asked}

    def get(self, address: str, target: str = "") -> str:
        """The answer without what differs each time: tokens of forms and how long ago."""
        headers = {"HX-Request": "true", "HX-Target": target} if target else {}
        with transaction.atomic():
            response = self.browser.get(address, headers=headers)
            content = b"".join(response) if response.streaming else response.content  # type: ignore[attr-defined]
            transaction.set_rollback(True)
        assert response.status_code < 500, address
        text = re.sub(r"<time.*?</time>", "", content.decode(errors="replace"), flags=re.DOTALL)
        return f"{response.status_code} " + re.sub(
            r'(X-CSRFToken": "|csrfmiddlewaretoken" value="|"once" value=")[^"]+', "", text
        )


def with_the_word(answers: dict[str, str]) -> list[str]:
    return [address for address, text in answers.items() if WORD.lower() in text.lower()]


@pytest.fixture
def place(db: None, monkeypatch) -> Place:
    monkeypatch.setattr(notices, "_receivers", list(notices._receivers))
    return Place()


def fill(place: Place) -> list[Item]:
    """Internal things of every kind on the engagement, with the word wherever there is room for words."""
    by, engagement = place.lead, place.engagement
    made: list[Item] = []
    for kind in HIDDEN:
        item = make_item(
            engagement, kind, by=by, owner=by, title=f"{WORD} {kind}", text=f"**{WORD}**", tags=[WORD.lower()]
        )
        add_comment(by=by, item=item, text=f"{WORD} said")
        attach(by=by, item=item, file=SimpleUploadedFile(f"{WORD}.txt", WORD.encode()))
        made.append(item)
    for shown, item in zip(place.shown, made, strict=False):
        add_comment(by=by, item=shown, text=f"{WORD} behind the scenes", internal=True)
        Link.objects.create(source=shown, target=item, relation=Relation.CONCERNS, by=by)
        Link.objects.create(source=item, target=shown, relation=Relation.BLOCKS, by=by)
    make_item(
        engagement,
        Kind.ENTRY,
        by=by,
        title=f"{WORD} decided",
        entry_kind="decision",
        reason=WORD,
        rejected=[{"option": WORD, "why": WORD}],
    )
    gone = make_item(engagement, Kind.ACTION, by=by, title=f"{WORD} gone", client_visible=False)
    Item.objects.filter(pk=gone.pk).update(removed_at=engagement.created_at)
    RunNote.objects.create(run=Run.objects.get(pk=place.ids["run"]), text=f"{WORD} note", by=by)
    _require(engagement, made)
    return made


def _require(engagement: Engagement, made: list[Item]) -> None:
    """The gate requires an internal success criterion, and a manager has passed it over once."""
    gate = Gate.objects.select_related("engagement__client").get(
        engagement=engagement, stage=engagement.stage
    )
    criterion = next(item for item in made if item.kind == Kind.CRITERION)
    exit_criteria.add(by=None, gate=gate, proof=Proof.CRITERION, criterion=criterion)


def test_no_page_of_a_client_viewer_shows_or_shifts_for_what_is_internal(place: Place) -> None:
    pages, searches = place.pages(), place.searches()
    assert sum(text.startswith("200") for text in pages.values()) > 50
    assert len(searches) > 10
    fill(place)
    after = place.pages()
    assert with_the_word(after) == []
    assert [address for address in pages if pages[address] != after[address]] == []
    # what was typed is said back; nothing else may differ
    found = place.searches()
    assert [address for address in searches if searches[address] != found[address]] == []
    place.browser.force_login(place.lead)  # so that this does not pass because nothing was written down
    assert len(with_the_word(place.pages())) > 10


def test_no_page_of_a_client_viewer_shows_or_shifts_for_hours_and_budget(place: Place) -> None:
    """Not of an entry that they see, either: on pages, in the log, the timeline, the search and over the API."""
    pages, searches = place.pages(), place.searches()
    assert LogEntry.objects.filter(engagement=place.engagement, client_visible=True).update(minutes=137) > 1
    Engagement.objects.filter(pk=place.engagement.pk).update(budget_minutes=150)
    after = place.pages()
    assert shifted(pages, after) == []
    assert shifted(searches, place.searches()) == []
    assert not [address for address, text in after.items() if "2h17m" in text or ":137," in text]
    place.browser.force_login(place.lead)  # who sees them in each of those places
    seen = place.pages()
    assert len([address for address, text in seen.items() if "2h17m" in text]) > 3
    assert (
        len([address for address, text in seen.items() if address.startswith("/api/") and ":137," in text])
        > 1
    )


def test_an_internal_item_looks_like_none_at_all(place: Place) -> None:
    hidden = fill(place)
    missing = UUID(int=7)
    for route in routes():
        declaration = declaration_of(route.callback)
        if not declaration or Role.CLIENT not in declaration.roles or kind_of_pk(route) != "item":
            continue
        values = {name: str(place.ids.get(name, "x")) for name, _ in route.arguments}
        for item in hidden:
            answers = [
                place.get(route.path(values | {"pk": str(pk)})).replace(str(pk), "")
                for pk in (item.pk, missing)
            ]
            assert answers[0] == answers[1], route
            assert answers[0][:3] in {"404", "405"}, route


def kind_of_pk(route: Route) -> str:
    return kind_of(route.name) if any(name == "pk" for name, _ in route.arguments) else ""


def test_nobody_of_the_client_is_told_of_what_is_internal(place: Place, monkeypatch) -> None:
    told: list[Any] = []
    monkeypatch.setattr(notices, "_receivers", [told.append])
    handle = place.viewer.name.split()[0].lower()
    make_item(
        place.engagement, Kind.RISK, by=place.lead, title="internal", text=f"@{handle} {place.viewer.email}"
    )
    make_item(place.engagement, Kind.ACTION, by=place.lead, title="internal", owner=place.viewer)
    assert [notice for notice in told if notice.to == place.viewer] == []


def test_a_decision_tells_the_client_nothing_internal_that_it_rests_on(place: Place, monkeypatch) -> None:
    """A success criterion that is internal was passed over, and changes later; a check may not be quoted."""
    monkeypatch.setattr(checks, "_criterion", [])
    monkeypatch.setattr(checks, "_checks", {})

    def criterion(run: int) -> None:
        finding = Finding(Found.FAILED, f"{WORD} failed", "", ({"what": WORD, "run": run},))
        checks.register_criterion(lambda gate, item: finding)

    criterion(1)
    quiet = Finding(Found.FAILED, f"{WORD} is open", "", ({"what": WORD},))
    checks.register("test.quiet", "Risks looked at", lambda gate: quiet, client_visible=False)
    fill(place)
    gate = Gate.objects.select_related("engagement__client").get(engagement=place.engagement, stage="scoping")
    exit_criteria.add(by=None, gate=gate, proof=Proof.CHECK, check_name="test.quiet")
    assert with_the_word(place.pages()) == []
    manager: User = make_user(Role.MANAGER)
    over = {
        one.pk: f"{WORD} insists" if one.proof == Proof.CRITERION else "Agreed by phone"
        for one in gate.exit_criteria.all()
    }
    gates.decide(by=manager, gate=gate, outcome="go", overrides=over)
    criterion(2)
    gates.recheck(place.engagement)
    gate.refresh_from_db()
    assert any(WORD in text for text in gate.stale)
    pages = place.pages()
    assert with_the_word(pages) == []
    assert any("Agreed by phone" in text and "Risks looked at" in text for text in pages.values())


def shifted(before: dict[str, str], after: dict[str, str]) -> list[str]:
    return [address for address in before if before[address] != after[address]]


def test_no_page_of_a_client_viewer_shifts_for_an_override_or_a_change_of_what_is_internal(
    place: Place, monkeypatch
) -> None:
    monkeypatch.setattr(checks, "_criterion", [])
    monkeypatch.setattr(checks, "_checks", {})
    manager: User = make_user(Role.MANAGER)
    run = {True: 1, False: 1}  # by whether the client sees what was measured

    def ask(gate: Gate, item: Item) -> Finding:
        part = {"what": "run", "number": run[item.client_visible]}
        return Finding(Found.PASSED if item.client_visible else Found.FAILED, "As measured.", "", (part,))

    checks.register_criterion(ask)
    gate = Gate.objects.select_related("engagement__client").get(engagement=place.engagement, stage="scoping")
    gate.exit_criteria.all().delete()
    seen = Item.objects.get(pk=place.ids["criterion"])
    assert seen.client_visible
    exit_criteria.add(by=None, gate=gate, proof=Proof.CRITERION, criterion=seen)

    known = set(re.findall(UUID_OR_DIGEST, str(place.pages())))

    def pages() -> dict[str, str]:
        """Without what differs between two decisions of the same: their moment, ids and digest."""

        def plain(text: str) -> str:
            text = re.sub(r'\d{4}-\d\d-\d\dT[\d:.+Z]+|(?<="log-time">)[\d:]+', "moment", text)
            return re.sub(UUID_OR_DIGEST, lambda found: found[0] if found[0] in known else "new", text)

        return {plain(address): plain(text) for address, text in place.pages().items()}

    with transaction.atomic():
        gates.decide(by=manager, gate=gate, outcome="go", reason="Good enough")
        before = pages()
        transaction.set_rollback(True)
    hidden = make_item(place.engagement, Kind.CRITERION, by=place.lead, title=WORD)
    one = exit_criteria.add(by=None, gate=gate, proof=Proof.CRITERION, criterion=hidden)
    gates.decide(by=manager, gate=gate, outcome="go", reason="Good enough", overrides={one.pk: WORD})
    assert shifted(before, pages()) == [], "something internal was passed over"
    run[False] = 2
    gates.recheck(place.engagement)
    gate.refresh_from_db()
    assert gate.stale
    assert shifted(before, pages()) == [], "something internal has changed"
    run[True] = 2
    gates.recheck(place.engagement)
    rail, listed, thread = (
        reverse(route, args=[place.engagement.pk])
        for route in ("engagements:detail", "gates:list", "scoping:thread")
    )
    after = pages()
    assert {rail, listed, thread, reverse("gates:detail", args=[gate.pk])} <= set(shifted(before, after))
    assert "stale since" in after[thread]
    assert "overridden" not in after[rail]
