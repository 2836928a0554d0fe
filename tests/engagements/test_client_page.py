"""The page that a client viewer finds: what is expected of them first, and a click away."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from apps.engagements import expected, services
from apps.engagements.expected import Expected
from apps.engagements.models import Kind, MemberRole
from apps.engagements.services import approvals, gates, items
from apps.scoping.services import settle, write_criterion, write_use_case
from tests.factories import make_engagement, make_member, make_user
from tests.factories.gates import gate_of, make_viewer
from tests.factories.items import make_item

pytestmark = pytest.mark.django_db


class Scene:
    def __init__(self) -> None:
        self.engagement = make_engagement(name="triage")
        self.lead = make_member(self.engagement, MemberRole.LEAD, user=make_user(name="Maria Lindqvist")).user
        self.viewer, self.colleague = make_viewer(self.engagement), make_viewer(self.engagement)

    def item(self, kind: str, title: str, **fields: Any) -> Any:
        return make_item(self.engagement, kind, by=self.lead, title=title, client_visible=True, **fields)

    def page(self, client: Any) -> str:
        client.force_login(self.viewer)
        return " ".join(client.get(self.engagement.get_absolute_url()).content.decode().split())


@pytest.fixture
def scene(db: None) -> Scene:
    return Scene()


def test_what_is_expected_of_them_stands_first_with_its_date_and_its_way(scene: Scene, client) -> None:
    today = timezone.localdate()
    access = scene.item(
        Kind.ACCESS_REQUEST, "Read the replica", owner=scene.viewer, due=today + timedelta(days=2)
    )
    late = scene.item(Kind.ACCESS_REQUEST, "Open the port", due=today - timedelta(days=1))
    action = scene.item(Kind.ACTION, "Name two reviewers", owner=scene.viewer, due=today + timedelta(days=9))
    [asked] = approvals.ask(
        by=scene.lead, item=gate_of(scene.engagement), people=[scene.viewer], due=today + timedelta(days=5)
    )
    text = scene.page(client)
    order = ["Open the port", "Read the replica", "G-1 Scoping", "Name two reviewers"]
    places = [text.index(title, text.index("What we need from you")) for title in order]
    assert places == sorted(places), "the most urgent one first"
    for href in (
        reverse("registers:request-answer", args=[access.pk]),
        reverse("registers:request-answer", args=[late.pk]),
        reverse("approvals:answer", args=[asked.pk]),
        action.get_absolute_url(),
    ):
        assert f'href="{href}"' in text
    assert "overdue" in text
    assert f'due <time datetime="{today + timedelta(days=5)}"' in text


def test_what_is_done_or_somebody_elses_is_not_expected(scene: Scene, client) -> None:
    scene.item(Kind.ACCESS_REQUEST, "For a colleague", owner=scene.colleague)
    scene.item(Kind.ACTION, "Theirs", owner=scene.colleague)
    scene.item(
        Kind.ACCESS_REQUEST, "Answered", owner=scene.viewer, state="granted", answered_on=timezone.localdate()
    )
    [asked] = approvals.ask(by=scene.lead, item=gate_of(scene.engagement), people=[scene.viewer])
    approvals.withdraw(by=scene.lead, approval=asked)
    approvals.ask(by=scene.lead, item=gate_of(scene.engagement), people=[scene.colleague])
    text = scene.page(client)
    assert "Nothing waits for you" in text
    waiting = text[text.index("Waiting for your colleagues") :]
    assert "For a colleague" in waiting[: waiting.index("</section>")]


def test_what_one_of_the_team_sees_to_waits_for_nobody_of_the_client(scene: Scene, client) -> None:
    scene.item(Kind.ACCESS_REQUEST, "Ours to see to", owner=scene.lead)
    text = scene.page(client)
    text = text[text.index("What we need from you") :]
    assert "Nothing waits for you" in text
    assert "Waiting for your colleagues" not in text


def test_reviews_and_approvals_of_a_criterion_are_expected_by_name_and_date(scene: Scene, client) -> None:
    due = timezone.localdate() + timedelta(days=3)
    scene.item(Kind.ACCESS_REQUEST, "Look at the endpoint", asked_for="review", due=due)
    criterion = write_criterion(
        by=scene.lead,
        engagement=scene.engagement,
        title="Nine of ten",
        metric="exact",
        direction="at_least",
        threshold=0.9,
        client_visible=True,
    )
    approvals.ask(by=scene.lead, item=criterion, people=[scene.viewer], due=due + timedelta(days=1))
    text = scene.page(client)
    text = text[text.index("What we need from you") :]
    for what, kind, day in (("Look at the endpoint", "Security review", 0), ("Nine of ten", "Approval", 1)):
        said = text[text.index(what) :][:200]
        assert f'<small>{kind}, due <time datetime="{due + timedelta(days=day)}"' in said
    items.change(by=scene.lead, item=criterion, version=None, client_visible=False)
    assert "Nine of ten" not in scene.page(client), "what has become internal waits for nobody at the client"


def test_the_business_owner_of_what_is_picked_is_accountable_as_far_as_the_client_knows(
    scene: Scene, client
) -> None:
    sponsor = make_item(scene.engagement, Kind.STAKEHOLDER, title="Sceptical sponsor")
    owned = {
        name: write_use_case(
            by=scene.lead,
            engagement=scene.engagement,
            title=name,
            client_visible=name != "hidden",
            business_owner_name=f"Owner of {name}",
            business_owner=sponsor,
        )
        for name in ("picked", "hidden", "candidate")
    }
    settle(
        by=scene.lead,
        engagement=scene.engagement,
        picked=[owned["picked"], owned["hidden"]],
        rejected={},
        reason="Best",
    )
    text = scene.page(client)
    accountable = text[text.index("Who is accountable") :]
    assert "Owner of picked" in accountable
    assert f"Business owner of {owned['picked'].reference}" in accountable
    for internal in ("Owner of hidden", "Owner of candidate", "Sceptical sponsor"):
        assert internal not in text
    items.change(by=scene.lead, item=owned["picked"], version=None, business_owner_name="")
    assert "Business owner of" not in scene.page(client), (
        "a stakeholder is nothing that the client is told of"
    )


def test_other_apps_add_what_they_expect(scene: Scene, client, monkeypatch) -> None:
    monkeypatch.setattr(expected, "_asks", {})
    review = Expected("Review", "20 answers of run 3", "/review/", "Review")
    expected.register("reviews", lambda user, engagement: [review] if user == scene.viewer else [])
    assert "20 answers of run 3" in scene.page(client)


def test_milestones_decisions_people_and_the_rail_are_there(scene: Scene, client) -> None:
    make_member(scene.engagement, MemberRole.ENGINEER, user=make_user(name="Tom Okafor"))
    scene.item(Kind.MILESTONE, "Pilot report")
    gates.decide(by=scene.lead, gate=gate_of(scene.engagement), outcome="no_go", reason="No data yet")
    text = scene.page(client)
    assert "Pilot report" in text
    assert "No-go: scoping gate (G-1)" in text
    assert "No data yet" in text
    accountable = text[text.index("Who is accountable") :]
    assert accountable.index("Maria Lindqvist") < accountable.index("Tom Okafor")
    assert scene.colleague.name not in accountable
    assert "stopped" in text[text.index('class="rail"') : text.index("</ol>")]


def test_a_client_gets_no_tools_of_the_team(scene: Scene, client) -> None:
    text = scene.page(client)
    for tool in ("Rename", "Decide gate", ">Members<", ">History<", "hold</span>"):
        assert tool not in text
    gate = client.get(reverse("gates:detail", args=[gate_of(scene.engagement).pk])).content.decode()
    for tool in ("Reword", "<summary>Override", "Ask the client", "Target date", "Attest<"):
        assert tool not in gate


@pytest.mark.parametrize("who", ["viewer", "lead"])
def test_the_page_costs_twelve_queries_at_most_however_much_there_is(scene: Scene, client, who: str) -> None:
    client.force_login(getattr(scene, who))
    address = scene.engagement.get_absolute_url()
    counted = []
    for _ in range(3):
        client.get(address)
        with CaptureQueriesContext(connection) as caught:
            assert client.get(address).status_code == 200
        counted.append(len(caught))
        for kind in (Kind.ACCESS_REQUEST, Kind.ACTION, Kind.MILESTONE, Kind.ENTRY, Kind.RISK):
            for n in range(12):
                scene.item(kind, f"{kind} {n}", owner=scene.viewer)
        make_member(scene.engagement, MemberRole.ENGINEER)
        services.set_stage(by=None, engagement=scene.engagement, stage="pilot")
    assert counted[0] + 1 >= counted[1] == counted[2] <= 12, [query["sql"][:160] for query in caught]


def test_a_milestone_says_when_it_was_reached_rather_than_when_it_was_due(scene: Scene, client) -> None:
    today = timezone.localdate()
    due, reached = today + timedelta(days=30), today - timedelta(days=3)
    scene.item(Kind.MILESTONE, "Kick-off", due=due, state="reached", reached_on=reached)
    page = scene.page(client)
    assert reached.isoformat() in page
    assert due.isoformat() not in page
