"""The history of an engagement: what changed, in words, with the way to it; and what it costs."""

from datetime import date, datetime, timedelta, timezone

import pytest
from django.db import connection
from django.test import Client as Browser
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from apps.accounts.models import User
from apps.audit.models import Event
from apps.audit.services import record
from apps.audit.through import acting_through
from apps.engagements.models import Engagement, MemberRole
from apps.engagements.selectors.log_history import history_of
from apps.engagements.services import items
from apps.engagements.services.comments import add_comment
from apps.engagements.services.links import add_link
from apps.engagements.services.log import log
from tests.factories import make_engagement, make_member, make_user
from tests.factories.items import make_item

pytestmark = pytest.mark.django_db


@pytest.fixture
def engagement(db: None) -> Engagement:
    return make_engagement()


@pytest.fixture
def maria(engagement: Engagement) -> User:
    who = make_user(name="Maria Lindqvist", email="maria@example.com")
    who.timezone = "Europe/Zurich"
    who.save()
    return make_member(engagement, MemberRole.LEAD, user=who).user


def history(user: User, engagement: Engagement, **query: str) -> str:
    browser = Browser()
    browser.force_login(user)
    answer = browser.get(reverse("engagements:events", args=[engagement.pk]), query)
    assert answer.status_code == 200
    return " ".join(answer.content.decode().split())


def test_an_event_leads_to_its_item_and_one_that_was_removed_leads_nowhere(
    maria: User, engagement: Engagement
) -> None:
    kept = log(by=maria, engagement=engagement, line="/risk The API ends").item
    gone = log(by=maria, engagement=engagement, line="/risk The moon falls").item
    add_comment(by=maria, item=kept, text="Asked them")
    add_link(by=maria, item=kept, other=gone, said="blocks")
    items.remove(by=maria, item=gone)
    shown = history(maria, engagement)
    assert f'<a href="{kept.get_absolute_url()}" dir="auto">R-1 The API ends</a>' in shown
    assert f'Comment added · <a href="{kept.get_absolute_url()}"' in shown
    assert "R-2 The moon falls" in shown
    assert gone.get_absolute_url() not in shown


def test_a_change_is_said_with_labels_names_dates_and_both_values(
    maria: User, engagement: Engagement
) -> None:
    tom = make_member(engagement, user=make_user(name="Tom Orr")).user
    action = log(by=maria, engagement=engagement, line="/action @maria 2027-03-01 Send it").item
    items.change(by=maria, item=action, version=None, owner=tom, due=date(2027, 3, 9), client_visible=True)
    shown = history(maria, engagement)
    assert '>Owner:</span> <del><span class="hidden">was </span>Maria Lindqvist</del>' in shown
    assert "is now </span>Tom Orr</ins>" in shown
    assert 'was </span>1 Mar 2027</del> → <ins><span class="hidden">is now </span>9 Mar 2027</ins>' in shown
    assert ">Visible to the client:</span>" in shown
    assert "client_visible" not in shown
    assert str(tom.pk) not in shown.partition('<table class="events">')[2]


def test_a_time_is_in_the_zone_of_whoever_reads(maria: User, engagement: Engagement) -> None:
    entry = log(by=maria, engagement=engagement, line="Called").item
    items.change(
        by=maria,
        item=entry,
        version=None,
        at=datetime(2026, 7, 1, 22, 30, tzinfo=timezone.utc),  # noqa: UP017
    )
    assert "is now </span>2 Jul 2026, 00:30</ins>" in history(maria, engagement)


def test_a_choice_is_said_as_on_its_form_and_a_digest_is_cut_short(
    maria: User, engagement: Engagement
) -> None:
    risk = log(by=maria, engagement=engagement, line="/risk low It ends").item
    items.change(by=maria, item=risk, version=None, severity="high")
    record(by=maria, verb="decided", subject=risk, engagement=engagement, digest="ab12" * 16)
    shown = history(maria, engagement)
    assert "was </span>Low</del>" in shown
    assert "ab12ab12ab12…" in shown
    assert "ab12" * 4 not in shown


def test_the_steps_of_a_process_are_told_as_lines_and_not_as_code(
    maria: User, engagement: Engagement
) -> None:
    case = make_item(engagement, "use_case", title="Sort letters")
    step = {"step": "Open it", "actor": "Mail room", "system": "", "minutes": 1}
    items.change(by=maria, item=case, version=None, steps=[step])
    items.change(
        by=maria, item=case, version=None, steps=[step, {**step, "step": "Read it", "minutes": None}]
    )
    change = history_of(case)[0][0]
    (field,) = change.fields
    assert [line.text for line in field.lines if line.sign == "+"] == ["2. Read it · Mail room"]
    assert "1. Open it · Mail room · minutes: 1" in [line.text for line in field.lines]
    for shown in (history(maria, engagement), str(change)):
        assert "{&#x27;" not in shown
        assert "'actor':" not in shown


def test_it_is_narrowed_by_person_and_by_kind_and_nonsense_narrows_nothing(
    maria: User, engagement: Engagement
) -> None:
    tom = make_member(engagement, user=make_user(name="Tom Orr")).user
    stranger = make_user(name="Not Here")
    log(by=maria, engagement=engagement, line="/risk Hers")
    log(by=tom, engagement=engagement, line="/action His")
    for query, told in {
        (): {"Hers", "His"},
        (("by", str(tom.pk)),): {"His"},
        (("kind", "risk"),): {"Hers"},
        (("kind", "risk"), ("by", str(tom.pk))): set(),
        (("kind", "member"),): set(),
        (("kind", "nonsense"), ("by", str(stranger.pk))): {"Hers", "His"},
    }.items():
        shown = history(maria, engagement, **dict(query))
        assert {title for title in ("Hers", "His") if f"{title}</a>" in shown} == told, query
    assert "Not Here" not in history(maria, engagement)


def test_what_a_token_did_names_it(maria: User, engagement: Engagement) -> None:
    with acting_through(engagement.pk, "Night watch"):
        log(by=None, engagement=engagement, line="All quiet")
    assert "token Night watch" in history(maria, engagement)


def test_it_costs_the_same_for_few_events_and_for_many(maria: User, engagement: Engagement) -> None:
    browser = Browser()
    browser.force_login(maria)
    address = reverse("engagements:events", args=[engagement.pk])

    def cost() -> int:
        browser.get(address)
        with CaptureQueriesContext(connection) as caught:
            browser.get(address)
        return len(caught)

    action = log(by=maria, engagement=engagement, line="/action @maria One").item
    few = cost()
    for number in range(40):
        who = make_member(engagement, user=make_user(name=f"Person {number}")).user
        items.change(by=maria, item=action, version=None, owner=who)
        log(by=who, engagement=engagement, line=f"/risk Number {number}")
    assert cost() == few


def test_whatever_an_event_holds_is_shown_and_escaped(maria: User, engagement: Engagement) -> None:
    risk = make_item(engagement, "risk", title="<b>bold</b>")
    awkward = {
        "before": {"a": [1, {"b": None}], "due": "2026-99-99", "client_visible": 3},
        "after": {"a": [], "due": "not a day", "client_visible": "<i>", "x" * 200: [[["deep"]]]},
        "words": "<script>",
        "when": "2026-01-01T99:99:99Z",
        "source_id": "no id",
    }
    Event.objects.create(
        actor=maria, verb="changed", app="engagements", subject_type="raid", subject_id=risk.pk,
        engagement_id=engagement.pk, data=awkward, at=datetime.now(timezone.utc) + timedelta(1),  # noqa: UP017
    )  # fmt: skip
    Event.objects.create(
        actor=None, verb="went", app="gone", subject_type="old", subject_id=risk.pk, engagement_id=engagement.pk,
        data={"after": "x"},
    )  # fmt: skip
    shown = history(maria, engagement)
    assert "<script>" not in shown.partition('<table class="events">')[2]
    assert "<b>" not in shown
    assert "&lt;b&gt;bold&lt;/b&gt;" in shown
