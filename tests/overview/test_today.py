"""Today: what needs somebody first, for each person their own."""

from datetime import timedelta
from urllib.parse import quote

import pytest
from django.db import connection
from django.test import Client as Browser
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from apps.accounts.models import Role, User
from apps.engagements.models import Engagement, Kind, MemberRole
from apps.engagements.services import items
from tests.factories import make_engagement, make_member, make_user
from tests.factories.items import make_item

DAY = timedelta(days=1)
pytestmark = pytest.mark.django_db


@pytest.fixture
def engineer() -> User:
    return make_user(Role.FDE)


@pytest.fixture
def calm(engineer: User) -> Engagement:
    return on(engineer, "calm")


def on(person: User, name: str) -> Engagement:
    engagement = make_engagement(name=name)
    make_member(engagement, MemberRole.LEAD, user=person)
    make_item(engagement, Kind.ENTRY)
    return engagement


def today(person: User) -> str:
    browser = Browser()
    browser.force_login(person)
    answer = browser.get(reverse("overview:start"))
    assert answer.status_code == 200
    return answer.content.decode()


def test_what_presses_most_stands_first_with_its_reason(engineer: User, calm: Engagement) -> None:
    pressed = on(engineer, "pressed")
    blocker = make_item(pressed, Kind.ENTRY, entry_kind="blocker", state="open", title="No VPN <b>yet</b>")
    page = today(engineer)
    assert page.index(">pressed<") < page.index(">calm<")
    assert (
        f'<a href="{reverse("items:detail", args=[blocker.pk])}">Blocked since today: No VPN &lt;b&gt;'
        in page
    )
    assert "Nothing needs you here." in page
    items.move(by=None, item=blocker, state="resolved")
    assert "Blocked" not in today(engineer)


def test_it_is_ones_own(engineer: User, calm: Engagement) -> None:
    on(make_user(Role.FDE), "foreign")
    looked_at = make_engagement(name="looked at")
    make_member(looked_at, MemberRole.VIEWER, user=engineer)
    page = today(engineer)
    assert "calm" in page
    assert "foreign" not in page
    assert "looked at" not in page


def test_who_works_on_nothing_is_told_what_to_do() -> None:
    assert "You are on no engagement yet" in today(make_user(Role.FDE))
    assert "New engagement" in today(make_user(Role.MANAGER))
    assert "You are on no engagement yet" in today(make_user(Role.FDE))


def test_a_manager_who_works_on_none_sees_all_that_need_somebody_and_whose_they_are() -> None:
    lead = make_user(Role.FDE, name="Maria Lead")
    on(lead, "calm")
    manager = make_user(Role.MANAGER)
    page = today(manager)
    assert "Nothing needs anybody" in page
    assert "New engagement" not in page
    make_item(on(lead, "pressed"), Kind.ENTRY, entry_kind="blocker", state="open", title="No VPN")
    make_engagement(name="abandoned")
    page = today(manager)
    assert "What needs somebody first" in page
    first, second = page.index(">pressed<"), page.index(">abandoned<")
    assert first < second
    assert "Maria Lead" in page[first:second]
    assert "nobody leads it" in page[second:]
    assert ">calm<" not in page
    on(manager, "own")
    page = today(manager)
    assert "What needs you first" in page
    assert ">own<" in page
    assert ">pressed<" not in page


def test_an_fde_who_works_on_none_sees_nobody_elses() -> None:
    make_engagement(name="abandoned")
    assert "abandoned" not in today(make_user(Role.FDE))


def test_todays_queries_are_the_same_however_many_need_somebody() -> None:
    manager, costs = make_user(Role.MANAGER), []
    browser = Browser()
    browser.force_login(manager)
    for size in (1, 15):
        for n in range(size):
            one = on(make_user(Role.FDE), f"{size} {n}")
            make_item(one, Kind.ACTION, owner=manager, due=timezone.localdate())
            make_engagement()
        browser.get("/")
        with CaptureQueriesContext(connection) as caught:
            browser.get("/")
        costs.append(len(caught))
    assert costs[0] == costs[1] <= 12


def test_what_is_mine_stands_beside_it_a_week_ahead(engineer: User, calm: Engagement) -> None:
    now = timezone.localdate()
    late, near, far = (
        make_item(calm, Kind.ACTION, owner=engineer, due=now + days * DAY, title=f"in {days} days")
        for days in (-2, 7, 8)
    )
    make_item(calm, Kind.ACTION, owner=make_user(), due=now, title="somebody else's")
    beside = today(engineer).partition("Yours, by next week")[2]
    assert beside.index(late.title) < beside.index(near.title)
    assert far.title not in beside
    assert "somebody else" not in beside
    assert "due-over" in beside


def test_reasons_beyond_three_are_folded(engineer: User, calm: Engagement) -> None:
    for _ in range(5):
        make_item(calm, Kind.RISK, severity="high")
    assert "<summary>2 more</summary>" in today(engineer)


def test_a_clients_viewer_is_led_to_their_engagements() -> None:
    browser = Browser()
    browser.force_login(make_user(Role.CLIENT))
    assert browser.get("/")["Location"] == reverse("engagements:list")


def test_without_a_session_one_signs_in() -> None:
    make_user()
    assert Browser().get("/")["Location"] == reverse("accounts:sign-in")


def test_nonsense_in_the_address_is_the_first_page(engineer: User, calm: Engagement) -> None:
    browser = Browser()
    browser.force_login(engineer)
    for nonsense in ("-1", "x", quote("\0"), "9" * 30):
        assert browser.get(f"/?page={nonsense}").status_code == 200
