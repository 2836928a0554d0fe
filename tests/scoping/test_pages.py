"""The pages of scoping: what a person does there, and what the client's viewers never see."""

import re
from datetime import date
from typing import Any

import pytest
from django.db import connection
from django.test import Client as Browser
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from apps.accounts.models import Role
from apps.engagements.models import Approval, Engagement, ExitCriterion, Gate, LogEntry, MemberRole
from apps.engagements.services import approvals, items, set_stage
from apps.scoping import services
from apps.scoping.models import Measurement, SuccessCriterion, UseCase
from tests.factories import make_engagement, make_member, make_user
from tests.factories.items import make_item

pytestmark = pytest.mark.django_db
GOAL = {"metric": "found", "direction": "at_least", "threshold": 0.8, "unit": "share", "measured_by": "hand"}
CRITERION = {
    "title": "better answers", "text": "", "measured_by": "hand", "metric": "", "direction": "", "threshold": "",
    "unit": "", "decider": "", "decider_name": "", "use_case": "", "baseline": "", "client_visible": "on",
}  # fmt: skip


@pytest.fixture
def engagement() -> Engagement:
    return make_engagement()


@pytest.fixture
def lead(engagement: Engagement) -> Browser:
    return browser(make_member(engagement, MemberRole.LEAD).user)


@pytest.fixture
def looker(engagement: Engagement) -> Browser:
    """One of the client's viewers."""
    return browser(make_member(engagement, MemberRole.VIEWER, user=make_user(Role.CLIENT)).user)


def browser(person: Any) -> Browser:
    found = Browser()
    found.force_login(person)
    return found


def page(found: Browser, route: str, pk: object, query: str = "", status: int = 200) -> str:
    response = found.get(reverse(f"scoping:{route}", args=[pk]) + query)
    assert response.status_code == status
    return response.content.decode()


def words(html: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", html).split())


def use_case(engagement: Engagement, **fields: Any) -> UseCase:
    return services.write_use_case(by=None, engagement=engagement, **{"title": "Sort letters", **fields})


def state(engagement: Engagement, **fields: Any) -> SuccessCriterion:
    return services.write_criterion(by=None, engagement=engagement, **{"title": "right", **GOAL, **fields})


def test_a_use_case_begins_with_one_line_and_the_problem(lead: Browser, engagement: Engagement) -> None:
    address = reverse("scoping:use-case-new", args=[engagement.pk])
    assert "This field is required" in lead.post(address, {"title": " "}).content.decode()
    answer = lead.post(address, {"title": "Sort letters", "stated_problem": "It takes days"})
    made = UseCase.objects.get()
    assert answer.headers["Location"] == reverse("scoping:use-case", args=[made.pk])
    shown = words(page(lead, "use-case", made.pk))
    assert "It takes days" in shown
    assert "no gate lets it pass" in shown, "the gap is named"


def test_a_section_is_edited_in_place_and_without_htmx(lead: Browser, engagement: Engagement) -> None:
    one = use_case(engagement)
    address = reverse("scoping:use-case-problem", args=[one.pk])
    headers = {"HX-Request": "true", "HX-Target": "section-problem"}
    form = lead.get(address, headers=headers).content.decode()
    assert "<form" in form
    assert "<html" not in form
    said = {
        "title": "Sort",
        "stated_problem": "days",
        "real_problem": "no rules",
        "sufferers": "",
        "version": "1",
    }
    part = lead.post(address, said, headers=headers).content.decode()
    assert "no rules" in part
    assert "<form" not in part
    assert lead.post(address, {**said, "version": "2", "real_problem": "else"}).status_code == 302
    assert UseCase.objects.get().real_problem == "else"


def test_who_saves_second_in_a_section_is_shown_both(lead: Browser, engagement: Engagement) -> None:
    one = use_case(engagement)
    services.change_section(by=None, use_case=one, section="limits", limits="theirs")
    address = reverse("scoping:use-case-limits", args=[one.pk])
    told = lead.post(address, {"limits": "mine", "compliance": "", "version": "1"}).content.decode()
    assert "Somebody else has changed this" in told
    assert "theirs" in told
    assert "mine" in told
    assert UseCase.objects.get().limits == "theirs"
    lead.post(address, {"limits": "mine", "compliance": "", "version": "2"})
    assert UseCase.objects.get().limits == "mine"


def test_steps_are_added_moved_and_kept_in_order(lead: Browser, engagement: Engagement) -> None:
    one = use_case(engagement)
    address = reverse("scoping:use-case-process", args=[one.pk])
    said = {
        "steps-count": "2", "steps-0-step": "open", "steps-0-minutes": "2", "steps-1-step": "read", "volume": "40",
        "volume_basis": "measured", "minutes_per_case": "6", "minutes_basis": "stated", "version": "1",
    }  # fmt: skip
    more = lead.post(address, {**said, "do": "add"}).content.decode()
    assert 'name="steps-2-step"' in more
    moved = lead.post(address, {**said, "do": "up-1"}).content.decode()
    assert moved.index('value="read"') < moved.index('value="open"')
    assert UseCase.objects.get().steps == [], "nothing is saved by moving"
    assert (
        "Say what happens"
        in lead.post(address, {**said, "steps-1-step": "", "steps-1-actor": "x"}).content.decode()
    )
    lead.post(address, said)
    kept = UseCase.objects.get()
    assert [(step["step"], step["minutes"]) for step in kept.steps] == [("open", 2), ("read", None)]
    assert kept.hours is not None
    assert (kept.hours.hours, kept.hours.basis) == (4, "stated")
    assert "4 stated" in words(page(lead, "use-case", one.pk))


@pytest.mark.parametrize("bad", ["1e999", "nan", "-3", "x", "9" * 400])
def test_figures_that_are_none_are_told_and_kept(lead: Browser, engagement: Engagement, bad: str) -> None:
    one = use_case(engagement)
    address = reverse("scoping:use-case-process", args=[one.pk])
    said = {
        "steps-count": "0",
        "volume": bad,
        "volume_basis": "stated",
        "minutes_basis": "stated",
        "version": "1",
    }
    answer = lead.post(address, said)
    assert answer.status_code == 200
    assert bad in answer.content.decode()
    assert UseCase.objects.get().volume is None


@pytest.mark.parametrize(
    "bad", [{"title": "a\0b"}, {"version": "x"}, {"version": "9" * 30}, {"title": "\ud800"[:0]}]
)
def test_what_cannot_be_kept_is_no_failure(
    lead: Browser, engagement: Engagement, bad: dict[str, str]
) -> None:
    one = use_case(engagement)
    address = reverse("scoping:use-case-problem", args=[one.pk])
    assert lead.post(address, {"title": "T", "version": "1", **bad}).status_code == 200


def test_use_cases_stand_side_by_side_and_are_decided(lead: Browser, engagement: Engagement) -> None:
    a = use_case(engagement, title="A", stated_problem="same", real_problem="one")
    b = use_case(engagement, title="B", stated_problem="same", real_problem="other")
    shown = page(lead, "compare", engagement.pk, f"?u={a.pk}&u={b.pk}&u=nonsense")
    rows = dict(re.findall(r'<tr( class="differs")?>\s*<th scope="row">\s*([\w ]+)', shown))
    assert [
        name
        for mark, name in re.findall(r'<tr( class="differs")?>\s*<th scope="row">\s*([\w ]+)', shown)
        if mark
    ]
    assert rows
    said = {
        "u": [str(a.pk), str(b.pk)], f"what_{a.pk}": "pick", f"what_{b.pk}": "reject", f"why_{b.pk}": "", "reason": "r",
    }  # fmt: skip
    address = reverse("scoping:settle", args=[engagement.pk])
    assert "Say why U-2 is rejected" in lead.post(address, said).content.decode()
    assert lead.post(address, {**said, f"why_{b.pk}": "rare"}).status_code == 302
    assert dict(UseCase.objects.values_list("title", "state")) == {"A": "picked", "B": "rejected"}
    assert LogEntry.objects.get(entry_kind="decision").rejected == [{"option": "U-2 B", "why": "rare"}]


def test_a_vague_criterion_says_what_is_missing_and_what_it_holds_up(
    lead: Browser, engagement: Engagement
) -> None:
    lead.post(reverse("scoping:criterion-new", args=[engagement.pk]), {**CRITERION, "metric": "kept"})
    made = SuccessCriterion.objects.get()
    assert made.state == "unknown"
    shown = words(page(lead, "criterion", made.pk))
    assert "does not say a direction, a threshold yet" in shown
    assert "missing: a direction, a threshold" in words(page(lead, "criteria", engagement.pk))
    said = {
        **CRITERION,
        "metric": "kept",
        "direction": "at_least",
        "threshold": "90 %",
        "unit": "share",
        "version": "1",
    }
    lead.post(reverse("scoping:criterion-edit", args=[made.pk]), said)
    made.refresh_from_db()
    assert (made.state, made.threshold) == ("stated", 0.9)


def test_a_measurement_by_hand_is_sent_once_and_shown_with_its_evidence(
    lead: Browser, engagement: Engagement
) -> None:
    criterion = state(engagement)
    address = reverse("scoping:criterion-measure", args=[criterion.pk])
    key = re.search(r'name="key" value="([0-9a-f-]{36})"', lead.get(address).content.decode())
    assert key
    said = {
        "key": key[1], "value": "92 %", "n": "500", "measured_on": date.today().isoformat(), "how": "counted",
        "link": "https://x.example/protocol",
    }  # fmt: skip
    assert "Give evidence" in lead.post(address, {**said, "link": ""}).content.decode()
    assert lead.post(address, said).status_code == lead.post(address, said).status_code == 302
    measured = Measurement.objects.get()
    assert (measured.value, measured.n, measured.verdict) == (0.92, 500, "met")
    shown = page(lead, "criterion", criterion.pk)
    assert "https://x.example/protocol" in shown
    assert "counted" in shown


def test_a_link_with_a_script_is_no_evidence(lead: Browser, engagement: Engagement) -> None:
    address = reverse("scoping:criterion-measure", args=[state(engagement).pk])
    said = {"key": "", "value": "1", "measured_on": "2026-01-01", "how": "x", "link": "javascript:alert(1)"}
    assert lead.post(address, said).status_code == 200
    assert not Measurement.objects.exists()


def test_a_gate_that_nobody_decided_is_no_sign_off(lead: Browser, engagement: Engagement) -> None:
    criterion = state(engagement)
    gate = Gate.objects.get(engagement=engagement, stage="scoping")
    ExitCriterion.objects.create(gate=gate, position=9, proof="criterion", title="x", criterion=criterion)
    set_stage(by=None, engagement=engagement, stage="connect")
    assert "nobody has signed" in words(page(lead, "thread", engagement.pk))
    assert "decided by nobody" in words(lead.get(reverse("gates:detail", args=[gate.pk])).content.decode())


def test_whoever_is_asked_to_approve_a_criterion_reads_what_decides(engagement: Engagement) -> None:
    criterion = state(engagement)
    person = make_member(engagement, MemberRole.VIEWER, user=make_user(Role.CLIENT)).user
    (asked,) = approvals.ask(by=None, item=criterion, people=[person])
    answer = browser(person).get(reverse("approvals:answer", args=[asked.pk]))
    shown = words(answer.content.decode())
    assert "at least 80 %" in shown
    assert criterion.title in shown


def test_the_thread_shows_every_knot_and_names_the_gaps(lead: Browser, engagement: Engagement) -> None:
    one = use_case(engagement, stated_problem="It takes days")
    figure = {"metric": "sorted right", "value": 0.7, "unit": "share", "basis": "stated", "how": "says Ada"}
    baseline = services.add_baseline(by=None, use_case=one, **figure)
    criterion = state(engagement, use_case=one, baseline=baseline)
    state(engagement, title="better answers", threshold=None)
    state(engagement, title="in use", metric="weekly use", measured_by="adoption")
    gate = Gate.objects.get(engagement=engagement, stage="pilot")
    ExitCriterion.objects.create(gate=gate, position=9, proof="criterion", title="x", criterion=criterion)
    person = make_member(engagement, MemberRole.VIEWER, user=make_user(Role.CLIENT, name="Cleo")).user
    (asked,) = approvals.ask(by=None, item=criterion, people=[person])
    services.measure_by_hand(
        by=make_user(name="Ada"), criterion=criterion, value=0.9, n=900, how="x", link="https://x.y"
    )
    shown = words(page(lead, "thread", engagement.pk))
    for said in (
        "It takes days",
        "U-1 Sort letters",
        "70.0 %, stated",
        "at least 80 %",
        "met",
        "n = 900",
    ):
        assert said in shown
    assert gate.reference in shown
    assert "waits for Cleo" in shown
    for gap in (
        "no use case",
        "no baseline",
        "still vague",
        "not measured",
        "no gate requires it",
        "nobody has signed",
    ):
        assert gap in shown
    approvals.answer(by=person, approval=asked, answer="approved")
    assert "Cleo approved" in words(page(lead, "thread", engagement.pk))
    services.change_criterion(by=None, criterion=criterion, threshold=0.85)
    assert "Cleo approved an earlier version" in words(page(lead, "thread", engagement.pk))


def test_the_thread_and_the_lists_cost_the_same_however_long(lead: Browser, engagement: Engagement) -> None:
    def cost() -> dict[str, int]:
        found = {}
        for route in ("thread", "criteria", "use-cases", "compare"):
            with CaptureQueriesContext(connection) as caught:
                page(lead, route, engagement.pk)
            found[route] = len(caught)
        return found

    def add(n: int) -> None:
        one = use_case(engagement, title=f"use case {n}")
        criterion = state(engagement, title=f"c {n}", threshold=n / 100, use_case=one)
        services.measure_by_hand(by=make_user(), criterion=criterion, value=0.5, how="x", link="https://x.y")

    add(1)
    cost()
    before = cost()
    for n in range(2, 12):
        add(n)
    assert cost() == before
    assert max(before.values()) <= 16, before


def test_the_clients_viewers_see_nothing_internal(looker: Browser, engagement: Engagement) -> None:
    hidden = use_case(engagement, title="SECRET plan", stated_problem="SECRET problem")
    figure = {"metric": "SECRET metric", "value": 0.7, "unit": "share", "basis": "stated", "how": "SECRET"}
    baseline = services.add_baseline(by=None, use_case=hidden, **figure)
    shown = use_case(engagement, title="Open plan", client_visible=True)
    owner = make_item(engagement, "stakeholder", title="SECRET Stakeholder")
    services.change_section(by=None, use_case=shown, section="owner", business_owner=owner)
    criterion = state(engagement, use_case=hidden, baseline=baseline)
    state(engagement, title="SECRET criterion", threshold=0.5, client_visible=False)
    proof = make_item(engagement, title="SECRET note")
    services.measure_by_hand(by=make_user(), criterion=criterion, value=0.9, how="counted", evidence=proof)
    services.settle(
        by=None, engagement=engagement, picked=[shown], rejected={hidden: "SECRET why"}, reason="x"
    )
    for route, pk in (
        ("use-cases", engagement.pk),
        ("compare", engagement.pk),
        ("criteria", engagement.pk),
        ("thread", engagement.pk),
        ("criterion", criterion.pk),
        ("use-case", shown.pk),
    ):
        html = page(looker, route, pk)
        assert "SECRET" not in html, route
        assert "L-1" not in html, route
        assert "<form" not in html.split("</header>")[-1] or "comment" in html.lower(), route
    query = f"?u={hidden.pk}&u={shown.pk}"
    assert "SECRET" not in page(looker, "compare", engagement.pk, query)
    page(looker, "use-case", hidden.pk, status=404)


def test_a_client_approves_a_criterion_under_their_own_name(engagement: Engagement, lead: Browser) -> None:
    criterion = state(engagement)
    assert reverse("approvals:ask", args=[criterion.pk]) in page(lead, "criterion", criterion.pk)
    person = make_member(engagement, MemberRole.VIEWER, user=make_user(Role.CLIENT)).user
    approvals.ask(by=None, item=criterion, people=[person])
    assert "Approvals" in page(browser(person), "criterion", criterion.pk)
    assert Approval.objects.get().item_id == criterion.pk


@pytest.mark.parametrize("reader", ["lead", "looker"])
def test_a_removed_use_case_is_nowhere_beside_its_criteria(
    reader: str, engagement: Engagement, request: pytest.FixtureRequest
) -> None:
    removed = use_case(engagement, title="Zirconium", stated_problem="Quartz sand", client_visible=True)
    criterion = state(engagement, use_case=removed, client_visible=True)
    items.remove(by=None, item=removed)
    browser = request.getfixturevalue(reader)
    for route, pk in (("thread", engagement.pk), ("criteria", engagement.pk), ("criterion", criterion.pk)):
        text = page(browser, route, pk)
        assert "Zirconium" not in text, route
        assert "Quartz sand" not in text, route


@pytest.mark.parametrize("required", [True, False])
def test_a_vague_criterion_and_its_thread_agree_on_which_gate_it_holds(
    lead: Browser, engagement: Engagement, required: bool
) -> None:
    gate = Gate.objects.get(engagement=engagement, stage="scoping")
    vague = services.write_criterion(
        by=None, engagement=engagement, title="better answers", measured_by="adoption"
    )
    if not required:
        gate.exit_criteria.filter(check_name="scoping.criteria-stated").delete()
    shown = words(page(lead, "criterion", vague.pk))
    assert (f"{gate} cannot be passed until it is made binary" in shown) is required
    assert ("No open gate requires it" in shown) is not required
    assert ("no gate requires it" in shown) is not required


def test_a_vague_criterion_holds_no_gate_that_is_passed(lead: Browser, engagement: Engagement) -> None:
    set_stage(by=make_user(Role.MANAGER), engagement=engagement, stage="connect", reason="The client begins")
    vague = services.write_criterion(
        by=None, engagement=engagement, title="better answers", measured_by="adoption"
    )
    shown = words(page(lead, "criterion", vague.pk))
    assert "No open gate requires it" in shown
    assert "nobody has signed" in shown, "a go that passed over it is none of it"


def test_what_is_measured_by_hand_is_required_by_the_gate_that_looks_at_it(
    lead: Browser, engagement: Engagement
) -> None:
    gate = Gate.objects.get(engagement=engagement, stage="pilot")
    shown = words(page(lead, "criterion", state(engagement).pk))
    assert gate.exit_criteria.filter(check_name="scoping.criteria-met").exists()
    assert str(gate) in shown
    assert "no gate requires it" not in shown
