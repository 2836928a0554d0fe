"""The palette finds what a person may know, by a few letters, in a constant number of queries."""

import pytest
from django.db import connection
from django.test import Client as Browser
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from apps.accounts.models import Role, User
from apps.engagements.models import Kind, MemberRole
from apps.overview.selectors.palette import VERBS, beginnings, palette
from tests.factories import make_client, make_engagement, make_member, make_user
from tests.factories.items import make_item
from tests.factories.runs import make_run

pytestmark = pytest.mark.django_db


@pytest.fixture
def manager() -> User:
    return make_user(Role.MANAGER, name="Maria Manager")


def found(user: User, typed: str) -> dict[str, list[str]]:
    return {sort.name: [hit.title for hit in sort.hits] for sort in palette(user, typed)}


def test_with_nothing_typed_it_says_what_one_can_do(manager: User) -> None:
    assert "Portfolio" in found(manager, "")["Go and do"]
    assert "People" not in found(manager, " ")["Go and do"]
    assert "People" in found(make_user(Role.ADMIN), "")["Go and do"]


def test_it_finds_each_sort(manager: User) -> None:
    engagement = make_engagement(client=make_client("Larkfield Hospital"), name="Referral triage")
    criterion = make_item(engagement, Kind.CRITERION, title="Right department")
    action = make_item(engagement, Kind.ACTION, title="Refresh the export")
    make_item(engagement, Kind.ENTRY, title="Referred to in the log")
    run = make_run()
    assert found(manager, "ref tri")["Engagements"] == ["Referral triage"]
    assert found(manager, "larkf")["Engagements"] == ["Referral triage"]
    assert found(manager, "depart")["Written down"] == [str(criterion)]
    assert found(manager, "refr")["Written down"] == [str(action)]
    assert found(manager, "c-1")["Written down"] == [str(criterion)]
    assert found(manager, "c1")["Written down"] == [str(criterion)]
    assert found(manager, run.evaluation.name[:6])["Runs"] == [str(run)]
    assert found(manager, "maria")["People"] == ["Maria Manager"]
    assert found(manager, "new eng")["Go and do"] == ["New engagement"]
    assert found(manager, "health")["Go and do"] == ["Portfolio"]


def test_nothing_is_found_that_one_may_not_know(manager: User) -> None:
    engagement = make_engagement(client=make_client("Zircon"), name="Zirconium")
    viewer = make_member(engagement, MemberRole.VIEWER, user=make_user(Role.CLIENT)).user
    make_item(engagement, Kind.RISK, title="Zircon dust")
    shown = make_item(engagement, Kind.RISK, title="Zircon price", client_visible=True)
    removed = make_item(engagement, Kind.RISK, title="Zircon gone", client_visible=True)
    removed.removed_at = removed.at
    removed.save()
    make_user(name="Zircon Zoe")
    assert found(viewer, "zirc") == {"Engagements": ["Zirconium"], "Written down": [str(shown)]}
    assert found(make_user(Role.FDE), "zirc") == {"People": ["Zircon Zoe"]}
    assert len(found(manager, "zirc")["Written down"]) == 2


@pytest.mark.parametrize(
    "typed", ["'", "a' | 'b", "!", "&&", ":*", "\\", "\0", "%", "ab:*", "C-" + "9" * 30, "ß" * 500, "  "]
)
def test_nonsense_finds_nothing_and_breaks_nothing(manager: User, typed: str) -> None:
    browser = Browser()
    browser.force_login(manager)
    for headers in ({}, {"HX-Request": "true", "HX-Target": "palette-hits"}):
        answer = browser.get(reverse("overview:find"), {"q": typed}, headers=headers)
        assert answer.status_code == 200


@given(words=st.text(max_size=40))
def test_what_is_searched_for_is_words_alone(words: str) -> None:
    query = beginnings(words)
    if query is not None:
        text = str(query.source_expressions[-1].value)
        assert all(part.startswith("'") and part.endswith("':*") for part in text.split(" & "))
        assert text.count("'") == 2 * len(text.split(" & "))


def test_it_costs_the_same_however_much_there_is(manager: User) -> None:
    costs = []
    for size in (1, 15):
        for _ in range(size):
            engagement = make_engagement(name=f"triage {make_user().pk}")
            make_item(engagement, Kind.ACTION, title="triage of letters")
        with CaptureQueriesContext(connection) as caught:
            palette(manager, "triage")
        costs.append(len(caught))
    assert costs[0] == costs[1] <= 5


def test_what_is_found_is_escaped_and_leads_there(manager: User) -> None:
    engagement = make_engagement(name="<b>bold</b>")
    browser = Browser()
    browser.force_login(manager)
    page = browser.get(reverse("overview:find"), {"q": "bold"}).content.decode()
    assert "<b>bold" not in page
    assert f'href="{engagement.get_absolute_url()}"' in page


def test_every_verb_leads_somewhere_for_those_who_may() -> None:
    for role in Role:
        browser = Browser()
        browser.force_login(make_user(role))
        for verb in VERBS:
            if role in verb.roles:
                assert browser.get(reverse(verb.route)).status_code == 200, (role, verb)


def test_the_keys_are_a_page_too(manager: User) -> None:
    browser = Browser()
    browser.force_login(manager)
    assert "ctrl" in browser.get(reverse("overview:keys")).content.decode()
