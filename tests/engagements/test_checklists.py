"""Checklists of actions: ticked in place, counted, written down, and no more than a client may."""

import pytest
from django.test import Client as Browser
from django.urls import reverse

from apps.accounts.models import Role, User
from apps.audit.models import Event
from apps.core.errors import Refused
from apps.engagements.models import Action, ChecklistLine, Kind, MemberRole
from apps.engagements.selectors.registers.actions import actions_of
from apps.engagements.services import checklists as services
from apps.engagements.services import items
from tests.factories import make_engagement, make_member, make_user
from tests.factories.items import make_item

pytestmark = pytest.mark.django_db
IN_PLACE = {"HX-Request": "true", "HX-Target": "checklist"}


@pytest.fixture
def fde() -> User:
    return make_member(make_engagement(), MemberRole.LEAD, user=make_user(name="Lena Lead")).user


@pytest.fixture
def action(fde: User) -> Action:
    made = make_item(fde.memberships.get().engagement, Kind.ACTION, client_visible=True)
    services.add(by=fde, action=made, texts=["Owner named", "Slot set", "Room booked"])
    return made


def lines(action: Action) -> list[ChecklistLine]:
    return list(action.checklist.all())


def signed_in(person: User) -> Browser:
    browser = Browser()
    browser.force_login(person)
    return browser


def ticked(browser: Browser, line: ChecklistLine, value: str = "1", **more):
    address = reverse("checklists:tick", args=[line.action_id, line.pk])
    return browser.post(address, {"ticked": value}, **more)


def test_lines_are_added_once_each_in_order(fde: User, action: Action) -> None:
    services.add(by=fde, action=action, texts=["Last", "owner NAMED", "  ", "Last"])
    assert [line.text for line in lines(action)] == ["Owner named", "Slot set", "Room booked", "Last"]


def test_there_is_an_end_to_a_checklist(fde: User, action: Action) -> None:
    with pytest.raises(Refused, match="at most 50"):
        services.add(by=fde, action=action, texts=[f"line {n}" for n in range(48)])
    assert len(lines(action)) == 3


def test_ticking_says_who_and_when_and_twice_is_once(fde: User, action: Action) -> None:
    line, other = lines(action)[0], make_user()
    services.tick(by=fde, line=line)
    services.tick(by=other, line=line)
    line.refresh_from_db()
    assert (line.ticked_by, line.ticked_at is not None) == (fde, True)
    services.untick(by=other, line=line)
    line.refresh_from_db()
    assert (line.ticked_by, line.ticked_at) == (None, None)
    verbs = Event.objects.filter(subject_id=action.pk, verb__startswith="checklist").order_by("at", "pk")
    assert [event.verb for event in verbs] == ["checklist added", "checklist ticked", "checklist unticked"]


def test_a_line_is_worded_differently_and_removed(fde: User, action: Action) -> None:
    first, second, _ = lines(action)
    services.change(by=fde, line=first, text="Owner named in writing")
    services.remove(by=fde, line=second)
    assert [line.text for line in lines(action)] == ["Owner named in writing", "Room booked"]
    assert Event.objects.get(verb="checklist line removed").data["line"] == "Slot set"
    with pytest.raises(Refused, check=lambda error: error.code == "gone"):
        services.tick(by=fde, line=second)


def test_a_removed_action_has_no_checklist_to_change(fde: User, action: Action) -> None:
    items.remove(by=fde, item=action)
    with pytest.raises(Refused, check=lambda error: error.code == "removed"):
        services.tick(by=fde, line=lines(action)[0])


def test_a_line_is_ticked_in_place_and_without_scripts(fde: User, action: Action) -> None:
    browser, (first, second, _) = signed_in(fde), lines(action)
    fragment = ticked(browser, first, headers=IN_PLACE).content.decode()
    assert "1 of 3" in fragment
    assert "<html" not in fragment
    assert ticked(browser, second)["Location"] == reverse("items:detail", args=[action.pk])
    page = browser.get(reverse("items:detail", args=[action.pk])).content.decode()
    assert "2 of 3" in page
    assert page.count('aria-checked="true"') == 2


def test_the_page_adds_changes_and_removes_lines(fde: User, action: Action) -> None:
    browser, (first, second, third) = signed_in(fde), lines(action)
    browser.post(reverse("checklists:add", args=[action.pk]), {"text": "One\nTwo\n"})
    browser.post(reverse("checklists:edit", args=[action.pk, first.pk]), {"text": "Other words"})
    browser.post(reverse("checklists:remove", args=[action.pk, second.pk]))
    assert [line.text for line in lines(action)] == ["Other words", third.text, "One", "Two"]
    refused = browser.post(reverse("checklists:add", args=[action.pk]), {"text": " "}, headers=IN_PLACE)
    assert "Write at least one line." in refused.content.decode()


def test_the_list_counts_what_is_ticked(fde: User, action: Action) -> None:
    make_item(action.engagement, Kind.ACTION)
    services.tick(by=fde, line=lines(action)[0])
    from django.utils import timezone

    found = {
        one.pk: (one.lines_ticked, one.lines)
        for one in actions_of(fde, action.engagement, today=timezone.localdate())
    }
    assert sorted(found.values()) == [(0, 0), (1, 3)]
    page = signed_in(fde).get(reverse("registers:actions", args=[action.engagement_id])).content.decode()
    assert "1 of 3" in page


def test_an_action_with_unticked_lines_can_be_done_and_its_page_says_so(fde: User, action: Action) -> None:
    services.tick(by=fde, line=lines(action)[0])
    items.move(by=fde, item=action, state="done")
    page = signed_in(fde).get(reverse("items:detail", args=[action.pk])).content.decode()
    assert "Done, although 2 of 3 lines of its checklist are not ticked." in page


def test_a_client_sees_the_checklist_and_ticks_only_what_is_theirs(action: Action) -> None:
    client = make_member(action.engagement, MemberRole.VIEWER, user=make_user(Role.CLIENT)).user
    browser, line = signed_in(client), lines(action)[0]
    page = browser.get(reverse("items:detail", args=[action.pk])).content.decode()
    assert "Owner named" in page
    assert "checklists" not in page
    assert reverse("checklists:tick", args=[action.pk, line.pk]) not in page
    assert ticked(browser, line).status_code == 403
    items.change(by=None, item=action, version=None, owner=client)
    assert ticked(browser, line).status_code == 302
    line.refresh_from_db()
    assert line.ticked_by == client
    for name in ("edit", "remove"):
        assert (
            browser.post(reverse(f"checklists:{name}", args=[action.pk, line.pk]), {"text": "x"}).status_code
            == 403
        )


def test_an_internal_action_keeps_its_checklist_from_clients(action: Action) -> None:
    items.change(by=None, item=action, version=None, client_visible=False)
    client = make_member(action.engagement, MemberRole.VIEWER, user=make_user(Role.CLIENT)).user
    assert ticked(signed_in(client), lines(action)[0]).status_code == 404


def test_a_line_of_another_action_is_not_found(fde: User, action: Action) -> None:
    other = make_item(action.engagement, Kind.ACTION)
    line = lines(action)[0]
    address = reverse("checklists:tick", args=[other.pk, line.pk])
    assert signed_in(fde).post(address, {"ticked": "1"}).status_code == 404
