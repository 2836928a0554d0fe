"""Starting from a template and saving one: all of it or nothing, nobody told, nothing private by itself."""

from datetime import date, timedelta

import pytest
from django.utils import timezone

from apps.accounts.models import Role, User
from apps.audit.models import Event
from apps.core.errors import Refused
from apps.delivery.models import InboxEntry
from apps.engagements import checks, notices, template_parts
from apps.engagements.models import (
    AccessRequest,
    Action,
    Engagement,
    ExitCriterion,
    Gate,
    Item,
    Kind,
    MemberRole,
    Milestone,
    Raid,
    Template,
)
from apps.engagements.rules.templates.days import warnings, working
from apps.engagements.selectors import templates as selectors
from apps.engagements.selectors.template_lines import lines_of
from apps.engagements.services import checklists, items
from apps.engagements.services import templates as services
from apps.engagements.services.starting import start_engagement
from apps.scoping.models import SuccessCriterion
from tests.factories import make_client, make_engagement, make_member, make_user
from tests.factories.items import make_item
from tests.factories.templates import CONTENT, make_template, plain_content

pytestmark = pytest.mark.django_db


@pytest.fixture
def manager() -> User:
    return make_user(Role.MANAGER, name="Mona Manager")


def started(by: User, template: Template | selectors.Known, **more) -> Engagement:
    known = selectors.known_of(template) if isinstance(template, Template) else template
    return start_engagement(by=by, client="Northwind", name="triage", template=known, **more)


SHIPPED = [
    "llm-classification-pilot",
    "retrieval-assistant",
    "document-extraction",
    "agentic-workflow",
    "regulated-health",
    "regulated-finance",
]


def test_six_templates_are_shipped() -> None:
    assert [one.key for one in selectors.shipped()] == SHIPPED


@pytest.mark.parametrize("key", SHIPPED)
def test_a_shipped_template_has_no_error_no_unknown_check_and_starts_an_engagement(
    key: str, manager: User
) -> None:
    known = selectors.find(key)
    assert known is not None
    assert known.problems == ()
    assert known.unknown_checks == []
    assert warnings(known.content) == []
    assert all(phase.gate_day for phase in known.content.phases[:-1])
    made = started(manager, known)
    counts = known.content.counts()
    assert Action.objects.filter(engagement=made).count() == counts["actions"]
    assert Milestone.objects.filter(engagement=made).count() == counts["milestones"]
    assert (
        SuccessCriterion.objects.filter(engagement=made, state="unknown").count()
        == counts["success_criteria"]
    )


def test_everything_of_a_template_stands_on_the_engagement_with_its_dates(manager: User) -> None:
    lead, monday = make_user(name="Lena Lead"), date.today() + timedelta(days=7 - date.today().weekday())
    made = started(manager, make_template(), starts_on=monday, lead=lead)
    assert (made.started_from, made.starts_on) == (Template.objects.get().name, monday)
    gates = {gate.stage: gate for gate in Gate.objects.filter(engagement=made)}
    assert gates["scoping"].due == working(monday + timedelta(10))
    kick_off = Action.objects.get(title="Run the kick-off")
    assert (kick_off.owner, kick_off.due, kick_off.client_visible) == (lead, monday + timedelta(1), True)
    assert [line.text for line in kick_off.checklist.all()] == ["Owner named", "Weekly slot set"]
    assert Action.objects.get(title="Tidy up").due is None
    risk = Raid.objects.get(engagement=made)
    assert (risk.severity, risk.likelihood, risk.response) == ("high", "low", "Measure agreement.")
    asked = AccessRequest.objects.get(engagement=made)
    assert (asked.holds_up_id, asked.approver) == (gates["connect"].pk, "data_owner")
    criterion = SuccessCriterion.objects.get(engagement=made)
    assert (criterion.state, criterion.threshold, criterion.metric) == ("unknown", None, "exact")


def test_a_gate_keeps_what_it_requires_anyway_and_gets_what_is_new_once(manager: User) -> None:
    empty = make_engagement()
    made = started(manager, make_template())

    def titles(engagement: Engagement) -> list[str]:
        asked = ExitCriterion.objects.filter(gate__engagement=engagement, gate__stage="scoping")
        return list(asked.values_list("title", flat=True))

    assert titles(made) == [*titles(empty), "Label guide agreed"]


def test_nobody_is_told_of_what_a_template_says_but_the_lead_once(manager: User) -> None:
    lead = make_user(name="Lena Lead", email="lena@example.com")
    text = CONTENT.replace("Who decides?", "Ask @lena").replace(
        "{title: Tidy up}", "{title: Tidy up, who: lead}"
    )
    made = started(manager, make_template(text=text), lead=lead)
    assert "@lena" in Action.objects.get(engagement=made, title="Run the kick-off").text
    told = InboxEntry.objects.filter(to=lead)
    assert [(entry.about, entry.item_id) for entry in told] == [("assignment", None)]
    assert "2 actions" in told.get().text


def test_quiet_ends_with_its_block() -> None:
    lead = make_member(make_engagement(), MemberRole.LEAD)
    with notices.quietly():
        make_item(lead.engagement, Kind.ACTION, owner=lead.user)
    make_item(lead.engagement, Kind.ACTION, owner=lead.user)
    assert InboxEntry.objects.filter(to=lead.user).count() == 1


def test_a_template_whose_dates_run_backwards_makes_nothing_at_all(manager: User) -> None:
    content = plain_content()
    content["phases"][1]["gate_day"] = 5
    broken = make_template(content=content)
    with pytest.raises(Refused, match="run backwards") as refused:
        started(manager, broken)
    assert refused.value.field == "template"
    assert not Engagement.objects.exists()
    assert not Item.objects.exists()


def test_what_fails_half_way_leaves_nothing(manager: User, monkeypatch) -> None:
    def fail(*args: object) -> None:
        raise Refused("metric", "Nothing measures this.")

    part = template_parts.known("success_criteria")
    assert part is not None
    broken = type(part)(part.name, part.title, part.kinds, part.read, part.tell, fail, part.collect)
    monkeypatch.setitem(template_parts._parts, part.name, broken)
    with pytest.raises(Refused):
        started(manager, make_template())
    assert not Engagement.objects.exists()
    assert not Item.objects.exists()


def test_a_check_that_nobody_registers_any_more_is_left_out_and_said_before(
    manager: User, monkeypatch
) -> None:
    template = make_template()
    monkeypatch.delitem(checks._checks, "scoping.use-case-picked")
    known = selectors.known_of(template)
    plan = selectors.plan_of(known.content, starts_on=timezone.localdate())
    assert plan.left_out == ("exit criterion “scoping.use-case-picked”: nobody checks this any more",)
    made = started(manager, template)
    asked = ExitCriterion.objects.filter(gate__engagement=made)
    assert not asked.filter(check_name="scoping.use-case-picked").exists()
    assert asked.filter(title="Label guide agreed").exists()


def test_an_engagement_that_began_long_ago_gets_no_date_in_the_past(manager: User) -> None:
    made = started(manager, make_template(), starts_on=timezone.localdate() - timedelta(days=200))
    due = Item.objects.filter(engagement=made, due__isnull=False).values_list("due", flat=True)
    assert min(due) >= timezone.localdate()


def test_two_clicks_start_one_engagement(manager: User) -> None:
    once, template = make_client("x").pk, make_template()
    first = started(manager, template, once=once)
    assert started(manager, template, once=once) == first
    assert Engagement.objects.count() == 1


def test_a_name_that_is_taken_is_refused_and_the_engagement_there_stays_as_it_is(manager: User) -> None:
    there = make_engagement(client=make_client("Northwind"), name="Triage")
    with pytest.raises(Refused, check=lambda error: error.field == "name"):
        started(manager, make_template())
    assert not Action.objects.filter(engagement=there).exists()


def test_a_template_is_applied_once(manager: User) -> None:
    template = make_template()
    made = started(manager, template)
    with pytest.raises(Refused, match="already"):
        services.apply(by=manager, engagement=made, template=selectors.known_of(template))


def keys(engagement: Engagement, *, texts: bool = False) -> list[str]:
    lines = lines_of(engagement)
    return [line.key for line in lines] + ([line.text_key for line in lines] if texts else [])


def test_what_is_saved_and_started_again_is_the_same(manager: User) -> None:
    monday = date.today() + timedelta(days=7 - date.today().weekday())
    made = started(manager, make_template(), starts_on=monday, lead=make_user(name="Lena Lead"))
    saved = services.save_as(by=manager, engagement=made, name="again", kept=keys(made, texts=True))
    again = start_engagement(
        by=manager, client="Contoso", name="triage", template=selectors.known_of(saved), starts_on=monday,
        lead=make_user(),
    )  # fmt: skip

    def said(engagement: Engagement) -> list[tuple[object, ...]]:
        found = Item.objects.filter(engagement=engagement).order_by("kind", "title")
        return [(one.kind, one.title, one.text, one.due, one.client_visible, one.state) for one in found]

    assert said(again) == said(made)
    assert [
        line.text for line in Action.objects.get(engagement=again, title="Run the kick-off").checklist.all()
    ] == [
        "Owner named",
        "Weekly slot set",
    ]


def test_only_what_is_ticked_is_kept_and_texts_only_when_they_are_ticked_too(manager: User) -> None:
    engagement = make_engagement()
    make_item(engagement, Kind.ACTION, title="Keep me", text="Mr Secret said so")
    make_item(engagement, Kind.ACTION, title="Leave me")
    line = next(line for line in lines_of(engagement) if line.title == "Keep me")
    saved = services.save_as(by=manager, engagement=engagement, name="one", kept=[line.key])
    assert saved.content == {"phases": [{"stage": "scoping", "actions": [{"title": "Keep me"}]}]}
    whole = services.save_as(by=manager, engagement=engagement, name="two", kept=[line.key, line.text_key])
    assert whole.content["phases"][0]["actions"] == [{"title": "Keep me", "text": "Mr Secret said so"}]


def test_what_has_changed_since_it_was_shown_is_not_saved(manager: User) -> None:
    engagement = make_engagement()
    item = make_item(engagement, Kind.ACTION, title="Harmless")
    shown = keys(engagement)
    items.change(by=None, item=item, version=None, title="Northwind is for sale")
    with pytest.raises(Refused, match="Nothing was saved"):
        services.save_as(by=manager, engagement=engagement, name="x", kept=shown)
    assert not Template.objects.exists()


def test_what_seems_to_be_the_clients_own_speaks_against_itself(manager: User) -> None:
    engagement = make_engagement(client=make_client("Northwind"))
    make_member(engagement, user=make_user(name="Maria Lindqvist"))
    make_item(engagement, Kind.STAKEHOLDER, title="Otto Owner")
    for title in ("Northwind kick-off", "Call Maria", "Ask Otto", "Plain work"):
        make_item(engagement, Kind.ACTION, title=title)
    make_item(engagement, Kind.ACTION, title="Given up", state="dropped")
    found = {line.title: line.why_not for line in lines_of(engagement) if line.part == "actions"}
    assert found.pop("Plain work") == ()
    assert all(found.values())
    assert len(found) == 4


def test_neither_people_nor_thresholds_nor_removed_things_reach_a_template(manager: User) -> None:
    engagement = make_engagement()
    owner = make_member(engagement, user=make_user(name="Maria Lindqvist")).user
    make_item(engagement, Kind.STAKEHOLDER, title="Otto Owner")
    make_item(engagement, Kind.ACTION, title="Work", owner=owner)
    items.remove(by=None, item=make_item(engagement, Kind.ACTION, title="Taken back"))
    make_item(
        engagement, Kind.CRITERION, title="Right", metric="exact", direction="at_least", threshold=0.87, unit="share",
        state="stated", client_visible=True,
    )  # fmt: skip
    saved = services.save_as(by=manager, engagement=engagement, name="x", kept=keys(engagement, texts=True))
    text = str(saved.content)
    for word in ("Maria", "Otto", "0.87", "Taken back", str(owner.pk)):
        assert word not in text
    assert saved.content["success_criteria"] == [
        {
            "title": "Right",
            "measured_by": "pilot",
            "direction": "at_least",
            "metric": "exact",
            "unit": "share",
        }
    ]


def test_gates_that_stand_backwards_are_refused_when_saving(manager: User) -> None:
    engagement, today = make_engagement(), timezone.localdate()
    for stage, days in (("scoping", 30), ("connect", 20)):
        gate = Gate.objects.get(engagement=engagement, stage=stage)
        items.change(by=None, item=gate, version=None, due=today + timedelta(days))
    with pytest.raises(Refused, match="run backwards", check=lambda error: error.field == "kept"):
        services.save_as(by=manager, engagement=engagement, name="x", kept=keys(engagement))


def test_a_template_states_no_threshold() -> None:
    _, _, _, problems = selectors.read_text("success_criteria:\n  - {title: Right, threshold: 0.9}\n")
    assert problems == [
        "Line 2, success criterion 1, threshold: A template has no threshold: it is agreed with each client. "
        "Leave this out."
    ]


def test_whoever_saved_it_changes_it_and_managers_do_and_nobody_else(manager: User) -> None:
    mine = make_user()
    template = make_template(by=mine)
    content = selectors.known_of(template).content
    for person in (mine, manager):
        services.change(by=person, template=template, name=f"of {person.pk}", description="", content=content)
    with pytest.raises(Refused, check=lambda error: error.code == "not_own"):
        services.change(by=make_user(), template=template, name="x", description="", content=content)
    with pytest.raises(Refused, check=lambda error: error.code == "not_own"):
        services.remove(by=make_user(), template=template)
    services.remove(by=mine, template=template)
    assert not Template.objects.exists()
    assert (
        list(
            Event.objects.filter(subject_type="template").values_list("verb", flat=True).order_by("at", "pk")
        )[-1]
        == "removed"
    )


def test_a_new_unknown_check_is_refused_and_an_old_one_may_stay(manager: User, monkeypatch) -> None:
    template = make_template(by=manager)
    monkeypatch.delitem(checks._checks, "scoping.use-case-picked")
    content = selectors.known_of(template).content
    services.change(by=manager, template=template, name="kept", description="", content=content)
    _, _, new, _ = selectors.read_text(CONTENT.replace("scoping.use-case-picked", "scoping.mistyped"))
    with pytest.raises(Refused, match=r"scoping\.mistyped"):
        services.change(by=manager, template=template, name="kept", description="", content=new)


def test_a_name_is_one_templates_and_no_shipped_one(manager: User) -> None:
    make_template(name="Ours")
    for name in ("ours", "llm classification PILOT"):
        with pytest.raises(Refused, check=lambda error: error.field == "name"):
            make_template(name=name)


def test_somebody_elses_change_is_not_overwritten(manager: User) -> None:
    template = make_template(by=manager)
    content = selectors.known_of(template).content
    services.change(by=manager, template=template, name="first", description="", content=content, version=1)
    with pytest.raises(Refused, check=lambda error: error.code == "stale"):
        services.change(
            by=manager, template=template, name="second", description="", content=content, version=1
        )


def test_a_closed_checklist_line_is_new_again_in_a_template(manager: User) -> None:
    made = started(manager, make_template())
    action = Action.objects.get(title="Run the kick-off")
    checklists.tick(by=manager, line=action.checklist.first())
    saved = services.save_as(by=manager, engagement=made, name="again", kept=keys(made))
    again = start_engagement(by=manager, client="Contoso", name="b", template=selectors.known_of(saved))
    assert not Action.objects.filter(engagement=again, checklist__ticked_at__isnull=False).exists()
