"""The pages of registers: what each person finds there, and what becomes of what they type."""

from datetime import timedelta
from html import unescape
from typing import Any
from uuid import uuid4

import pytest
from django.urls import reverse
from django.utils import timezone

from apps.accounts.models import Role
from apps.engagements.models import (
    AccessRequest,
    Action,
    Engagement,
    Gate,
    Item,
    Kind,
    MemberRole,
    Milestone,
    Raid,
)
from apps.engagements.services import items
from apps.engagements.services.links import add_link
from apps.engagements.services.registers import requests as services
from tests.architecture.routes import routes
from tests.factories import make_engagement, make_member, make_user
from tests.factories.items import make_item

pytestmark = pytest.mark.django_db
LISTS = ("raid", "actions", "milestones", "requests", "stakeholders", "decisions")
SECRET = "Ingrid Vestergaard"


def day(number: int) -> Any:
    return timezone.localdate() + timedelta(days=number)


@pytest.fixture
def engagement() -> Engagement:
    return make_engagement()


@pytest.fixture
def fde(engagement: Engagement, client: Any) -> Any:
    """An engineer, signed in."""
    user = make_member(engagement).user
    client.force_login(user)
    return user


def viewer_of(engagement: Engagement) -> Any:
    return make_member(engagement, MemberRole.VIEWER, user=make_user(Role.CLIENT)).user


def at(name: str, thing: Any) -> str:
    return reverse(f"registers:{name}", args=[thing.pk])


def text_of(response: Any) -> str:
    return " ".join(unescape(response.content.decode()).split())


@pytest.mark.parametrize("name", LISTS)
def test_an_empty_register_teaches_the_next_step(
    client: Any, engagement: Engagement, fde: Any, name: str
) -> None:
    text = text_of(client.get(at(name, engagement)))
    assert "empty-title" in text
    assert name == "decisions" or "button-primary" in text


@pytest.mark.parametrize("name", LISTS)
@pytest.mark.parametrize("value", ["\0", "x" * 5_000, "%", "mine", "☃", "-1"])
def test_nonsense_in_a_filter_narrows_nothing_and_breaks_nothing(
    client: Any, engagement: Engagement, fde: Any, name: str, value: str
) -> None:
    words = ("q", "kind", "state", "severity", "likelihood", "owner", "due", "gate", "approver", "stance",
             "influence", "sponsor", "asked_for", "page")  # fmt: skip
    assert client.get(at(name, engagement), dict.fromkeys(words, value)).status_code == 200


def test_the_matrix_counts_open_risks_and_leads_to_them(
    client: Any, engagement: Engagement, fde: Any
) -> None:
    make_item(engagement, "risk", severity="high", likelihood="low", title="flood")
    make_item(engagement, "risk", severity="high", likelihood="", title="nobody judged")
    make_item(engagement, "issue", severity="high", title="an issue")
    items.move(by=None, item=make_item(engagement, "risk", severity="high", likelihood="low"), state="closed")
    text = text_of(client.get(at("raid", engagement)))
    query = "?kind=risk&state=any_open&severity=high&likelihood="
    assert f'<a href="{query}low" aria-label="1 with high severity, low likelihood">1</a>' in text
    assert f'<a href="{query}medium" aria-label="1 with high severity, medium likelihood">1</a>' in text
    narrowed = text_of(client.get(at("raid", engagement) + f"{query}low"))
    assert "flood" in narrowed
    assert "nobody judged" not in narrowed
    assert "an issue" not in narrowed
    assert "nobody judged" in text_of(client.get(at("raid", engagement) + f"{query}medium"))


def test_a_high_risk_without_mitigation_is_marked(client: Any, engagement: Engagement, fde: Any) -> None:
    risk = make_item(engagement, "risk", severity="high")
    assert "High, no mitigation" in text_of(client.get(at("raid", engagement)))
    items.change(by=None, item=risk, version=None, response="Insure it.")
    assert "High, no mitigation" not in text_of(client.get(at("raid", engagement)))


def test_registers_are_narrowed_by_what_their_filters_say(
    client: Any, engagement: Engagement, fde: Any
) -> None:
    make_item(engagement, "risk", title="alpha risk", severity="high", owner=fde)
    make_item(engagement, "issue", title="beta issue", severity="low")
    late = make_item(engagement, "action", title="alpha late")
    Action.objects.filter(pk=late.pk).update(due=day(-2))
    items.move(by=None, item=make_item(engagement, "action", title="beta done"), state="done")
    make_item(engagement, "milestone", title="alpha stone", owner=fde)
    items.move(by=None, item=make_item(engagement, "milestone", title="beta stone"), state="dropped")
    make_item(engagement, "access_request", title="alpha data", asked_for="data", approver="legal")
    make_item(engagement, "access_request", title="beta people", asked_for="people", approver="it")
    make_item(
        engagement, "stakeholder", title="alpha boss", influence="high", stance="champion", sponsor=True
    )
    make_item(engagement, "stakeholder", title="beta clerk", influence="low", stance="sceptic")
    for name, query in (
        ("raid", {"kind": "risk"}),
        ("raid", {"severity": "high"}),
        ("raid", {"owner": "mine"}),
        ("raid", {"owner": str(fde.pk)}),
        ("actions", {"due": "overdue"}),
        ("actions", {"state": "any_open"}),
        ("milestones", {"owner": "mine"}),
        ("milestones", {"state": "planned"}),
        ("requests", {"asked_for": "data"}),
        ("requests", {"approver": "legal"}),
        ("stakeholders", {"sponsor": "yes"}),
        ("stakeholders", {"stance": "champion"}),
        ("stakeholders", {"influence": "high"}),
    ):
        headers = {"HX-Request": "true", "HX-Target": name}
        text = text_of(client.get(at(name, engagement), query, headers=headers))
        assert "alpha" in text, (name, query)
        assert "beta" not in text, (name, query)
        assert "<html" not in text


def test_actions_come_open_and_urgent_first_and_say_what_blocks_them(
    client: Any, engagement: Engagement, fde: Any
) -> None:
    items.move(by=None, item=make_item(engagement, "action", title="over and done"), state="done")
    make_item(engagement, "action", title="some day")
    blocked = make_item(engagement, "action", title="next week", due=day(7))
    late = make_item(engagement, "action", title="last week")
    Action.objects.filter(pk=late.pk).update(due=day(-7))
    risk, solved = make_item(engagement, "risk"), make_item(engagement, "issue")
    for one in (risk, solved):
        add_link(by=None, item=one, other=blocked, said="blocks")
    items.move(by=None, item=solved, state="resolved")
    text = text_of(client.get(at("actions", engagement)))
    order = [text.index(title) for title in ("last week", "next week", "some day", "over and done")]
    assert order == sorted(order)
    assert "7 days over" in text
    assert "Blocked by" in text
    assert f">{risk.reference}</a>" in text
    assert f">{solved.reference}</a>" not in text


def test_one_press_moves_an_action_in_place_and_keeps_the_filter(
    client: Any, engagement: Engagement, fde: Any
) -> None:
    action = make_item(engagement, "action", title="call them")
    headers = {"HX-Request": "true", "HX-Target": "actions"}
    address = at("move", action) + "?state=open"
    answer = client.post(address, {"state": "done", "seen": "open"}, headers=headers, follow=True)
    text = text_of(answer)
    assert answer.redirect_chain[-1][0].endswith("?state=open")
    assert "A-1 is done now." in text
    assert "<html" not in text
    assert Action.objects.get(pk=action.pk).state == "done"
    stale = client.post(at("move", action), {"state": "doing", "seen": "open"}, follow=True)
    assert "A-1 is done meanwhile" in text_of(stale)
    nonsense = client.post(at("move", action), {"state": "\0" * 50, "seen": "done"}, follow=True)
    assert nonsense.status_code == 200
    assert Action.objects.get(pk=action.pk).state == "done"


@pytest.mark.parametrize(
    ("new", "model", "said"),
    [
        ("raid-new", Raid, {"severity": "high", "likelihood": "low", "response": "Insure it."}),
        ("action-new", Action, {"due": str(day(3)), "tags": "Data, #ops"}),
        ("milestone-new", Milestone, {"due": str(day(3)), "client_visible": "on"}),
        ("stakeholder-new", Item, {"influence": "high", "stance": "sceptic", "sponsor": "on"}),
        (
            "request-new",
            AccessRequest,
            {"asked_for": "review", "approver": "security", "asked_on": str(day(-2))},
        ),
    ],
)
def test_what_is_typed_is_kept_and_what_is_wrong_keeps_what_was_typed(
    client: Any, engagement: Engagement, fde: Any, new: str, model: Any, said: dict[str, str]
) -> None:
    address = at(new, engagement)
    refused = client.post(address, {**said, "title": "kept", "text": "all of this", "owner": str(uuid4())})
    assert refused.status_code == 200
    text = text_of(refused)
    assert 'value="kept"' in text
    assert "all of this" in text
    assert "Select a valid choice" in text
    made = client.post(address, {**said, "title": "kept", "text": "all of this", "owner": str(fde.pk)})
    assert made.status_code == 302
    item = model.objects.get(engagement=engagement, title="kept")
    assert (item.owner, item.by, item.text) == (fde, fde, "all of this")
    assert item.tags == (["data", "ops"] if "tags" in said else [])


def test_a_date_in_the_past_is_said_at_its_field(client: Any, engagement: Engagement, fde: Any) -> None:
    text = text_of(client.post(at("action-new", engagement), {"title": "x", "due": str(day(-1))}))
    assert f"{day(-1)} lies in the past; today is {day(0)}." in text
    assert not Action.objects.exists()
    huge = client.post(at("action-new", engagement), {"title": "x", "due": "999999-01-01"})
    assert "This is no date" in text_of(huge)


def test_a_form_sent_twice_writes_once(client: Any, engagement: Engagement, fde: Any) -> None:
    form = client.get(at("action-new", engagement)).context["form"]
    data = {"title": "x", "once": str(form["once"].value())}
    for _ in range(2):
        assert client.post(at("action-new", engagement), data).status_code == 302
    assert Action.objects.count() == 1


def test_the_second_of_two_who_edit_is_shown_both(client: Any, engagement: Engagement, fde: Any) -> None:
    risk = make_item(engagement, "risk", title="first", text="theirs", severity="low")
    items.change(by=None, item=risk, version=1, title="theirs now", text="their words")
    data = {"title": "mine", "text": "my words", "severity": "low", "likelihood": "low", "version": "1"}
    text = text_of(client.post(at("raid-edit", risk), data))
    assert "Somebody else has changed this" in text
    assert 'value="mine"' in text
    assert "theirs now" in text
    assert "their words" in text
    assert Raid.objects.get(pk=risk.pk).title == "theirs now"
    assert client.post(at("raid-edit", risk), {**data, "version": "2"}).status_code == 302
    assert Raid.objects.get(pk=risk.pk).title == "mine"


def test_a_milestone_is_moved_with_a_reason_and_shows_both_dates(
    client: Any, engagement: Engagement, fde: Any
) -> None:
    stone = make_item(engagement, "milestone", title="sign-off", promised=day(10), due=day(10))
    assert "This field is required" in text_of(
        client.post(at("milestone-move", stone), {"due": str(day(40))})
    )
    client.post(at("milestone-move", stone), {"due": str(day(40)), "why": "Late export.", "version": "1"})
    text = text_of(client.get(at("milestones", engagement)))
    assert "30 days later" in text
    assert f"Promised for {day(10)}, then for {day(40)}" in text
    future = client.post(at("milestone-reach", stone), {"reached_on": str(day(1)), "version": "2"})
    assert "lies in the future" in text_of(future)
    client.post(at("milestone-reach", stone), {"reached_on": str(day(0)), "version": "2"})
    assert f"reached on {day(0)}" in text_of(client.get(at("milestones", engagement)))


def test_no_sponsor_is_a_warning_as_long_as_there_is_none(
    client: Any, engagement: Engagement, fde: Any
) -> None:
    assert "No sponsor" not in text_of(client.get(at("stakeholders", engagement)))
    boss = make_item(engagement, "stakeholder", title="boss", sponsor=True)
    make_item(engagement, "stakeholder", title="clerk")
    assert "No sponsor" not in text_of(client.get(at("stakeholders", engagement)))
    items.move(by=None, item=boss, state="left")
    assert "No sponsor" in text_of(client.get(at("stakeholders", engagement)))


def test_the_engagement_says_what_waits_for_the_client_and_so_does_the_list(
    client: Any, engagement: Engagement, fde: Any
) -> None:
    gate = Gate.objects.get(engagement=engagement, stage="pilot")
    Gate.objects.filter(pk=gate.pk).update(due=day(-3))
    make_item(engagement, "access_request", asked_on=day(-11), holds_up=gate, title="replica")
    make_item(make_engagement(), "access_request", asked_on=day(-99))
    page = text_of(client.get(engagement.get_absolute_url()))
    assert "Waiting on the client: 1 request, longest 11 days, delays gate Pilot by 3 days" in page
    assert "1 · 11 days" in text_of(client.get(reverse("engagements:list")))
    assert "1 · 11 days" not in text_of(_as(client, viewer_of(engagement)).get(reverse("engagements:list")))


def test_the_engagement_names_what_is_needed_first_and_how_many_more_wait(
    client: Any, engagement: Engagement, fde: Any
) -> None:
    for title, days in (("later", 9), ("first", 1), ("whenever", None), ("next", 2)):
        due = None if days is None else day(days)
        make_item(engagement, "access_request", asked_on=day(-5), due=due, title=f"replica {title}")
    page = text_of(client.get(engagement.get_absolute_url()))
    panel = page[page.index("Waiting on the client: 4") :]
    named = [panel.index(f"replica {title}") for title in ("first", "next", "later")]
    assert named == sorted(named)
    assert "1 more" in panel
    assert f"needed by {day(1)}" in panel


def test_a_client_viewer_answers_what_is_theirs_or_nobodys_and_nothing_else(
    client: Any, engagement: Engagement
) -> None:
    viewer, colleague, fde = viewer_of(engagement), viewer_of(engagement), make_member(engagement).user
    said = {"by": fde, "engagement": engagement}
    mine, nobodys, theirs, ours = (
        services.add_request(title=f"{owner}", owner=owner, **said)
        for owner in (viewer, None, colleague, fde)
    )
    hidden = services.add_request(title="not for them", client_visible=False, **said)
    _as(client, viewer)
    text = text_of(client.get(at("requests", engagement)))
    assert "You can answer what is yours, and what is nobody's yet" in text
    for one, may in ((mine, True), (nobodys, True), (theirs, False), (ours, False)):
        assert (f'href="{at("request-answer", one)}"' in text) == may
        assert client.get(at("request-answer", one)).status_code == 200
        answer = client.post(at("request-answer", one), {"state": "granted", "version": "1"})
        assert answer.status_code == (302 if may else 403)
        assert AccessRequest.objects.get(pk=one.pk).state == ("granted" if may else "asked")
    assert client.get(at("request-answer", hidden)).status_code == 404
    assert "not for them" not in text
    late = text_of(client.post(at("request-answer", mine), {"state": "refused", "words": "my words"}))
    assert "no longer waiting: it is granted" in late
    assert "my words" in late
    for page, thing in (("request-new", engagement), ("request-edit", mine), ("request-chase", mine)):
        assert client.post(at(page, thing), {"title": "x"}).status_code == 403


def test_a_refusal_needs_words_and_keeps_the_choice(client: Any, engagement: Engagement) -> None:
    viewer = viewer_of(engagement)
    item = services.add_request(by=None, engagement=engagement, title="replica", owner=viewer)
    _as(client, viewer)
    text = text_of(client.post(at("request-answer", item), {"state": "refused", "version": "1"}))
    assert "Say what stands in the way" in text
    assert 'value="refused" required id="id_state_1" checked' in text.replace(' aria-invalid="true"', "")
    client.post(at("request-answer", item), {"state": "refused", "words": "No budget.", "version": "1"})
    assert "No budget." in text_of(client.get(item.get_absolute_url()))


def test_chasing_is_one_press_and_is_shown(client: Any, engagement: Engagement, fde: Any) -> None:
    item = services.add_request(by=fde, engagement=engagement, title="replica")
    assert "chased" not in text_of(client.get(at("requests", engagement)))
    text = text_of(client.post(at("request-chase", item), follow=True))
    assert "The log says that you chased Q-1." in text
    assert "chased <time" in text
    assert "chased today already" in text_of(client.post(at("request-chase", item), follow=True))


def test_decisions_say_why_and_what_was_rejected(client: Any, engagement: Engagement, fde: Any) -> None:
    rejected = [{"option": "read production", "why": "business <hours>"}]
    make_item(engagement, "entry", entry_kind="decision", title="use the replica", reason="fresh enough",
              rejected=rejected, by=fde)  # fmt: skip
    make_item(engagement, "entry", entry_kind="note", title="only a note")
    text = text_of(client.get(at("decisions", engagement)))
    for words in ("use the replica", "fresh enough", "read production", fde.name):
        assert words in text
    assert b"business &lt;hours&gt;" in client.get(at("decisions", engagement)).content
    assert "only a note" not in text
    assert "use the replica" not in text_of(client.get(at("decisions", engagement), {"q": "nothing"}))


def test_no_page_of_a_client_viewer_holds_anything_internal(client: Any, engagement: Engagement) -> None:
    """Walks every address without further arguments than an id: of the engagement and of all its items."""
    viewer, fde = viewer_of(engagement), make_member(engagement).user
    boss = make_item(engagement, "stakeholder", title=SECRET, email="ingrid@northwind.example", by=fde)
    gate = Gate.objects.get(engagement=engagement, stage="connect")
    shown = services.add_request(
        by=fde, engagement=engagement, title="replica", asked_of=boss, holds_up=gate, asked_on=day(-3)
    )
    services.chase(by=fde, item=shown)
    blocked = make_item(engagement, "action", client_visible=True, by=fde)
    for kind in ("risk", "action", "milestone", "access_request", "entry"):
        hidden = make_item(engagement, kind, title=f"{SECRET} {kind}", by=fde)
        add_link(by=fde, item=hidden, other=blocked, said="blocks")
    _as(client, viewer)
    seen = 0
    things = [engagement.pk, *Item.objects.filter(engagement=engagement).values_list("pk", flat=True)]
    for route in routes():
        if [name for name, _ in route.arguments] == ["pk"] and route.name != "accounts:person":
            for pk in things:
                answer = client.get(route.path({"pk": str(pk)}))
                assert answer.status_code < 500
                if answer.status_code == 200 and not answer.streaming:
                    seen += 1
                    said = answer.content.decode()
                    assert SECRET not in said, route
                    assert "ingrid@" not in said, route
                    assert str(boss.pk) not in said.replace(str(answer.request["PATH_INFO"]), ""), route
    assert seen > 15
    assert client.get(at("stakeholders", engagement)).status_code == 403
    for address in ("/engagements/", "/"):
        assert SECRET not in client.get(address, follow=True).content.decode()


def _as(client: Any, user: Any) -> Any:
    client.force_login(user)
    return client


@pytest.mark.parametrize("required", [True, False])
def test_a_request_holds_up_only_a_gate_that_requires_it(
    client: Any, engagement: Engagement, fde: Any, required: bool
) -> None:
    gate = Gate.objects.get(engagement=engagement, stage="connect")
    items.change(by=None, item=gate, version=None, due=day(-3))
    if not required:
        gate.exit_criteria.filter(check_name="engagements.access-granted").delete()
    item = make_item(engagement, Kind.ACCESS_REQUEST, title="Replica", holds_up=gate)
    whole = text_of(client.get(engagement.get_absolute_url()))
    listed, alone = (
        text_of(client.get(at("requests", engagement))),
        text_of(client.get(item.get_absolute_url())),
    )
    assert ("3 days past its date" in listed) is required
    assert ("does not require it" in listed) is not required
    assert ("pushed by 3 days" in alone) is required
    assert ("which does not require it" in alone) is not required
    assert ("delays gate Connect by 3 days" in whole) is required
    assert "holds up gate Connect" not in whole
