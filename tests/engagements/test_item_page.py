"""The page of any item: who sees what of it, and the buttons that change it in place."""

from datetime import date, timedelta
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client as Browser
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from apps.accounts.models import Role, User
from apps.audit.models import Event
from apps.core.errors import Refused
from apps.engagements import itempages
from apps.engagements.models import Action, Attachment, Item, Kind, MemberRole
from apps.engagements.presenters.items import due_words
from apps.engagements.rules import items as states
from apps.engagements.rules import moves
from apps.engagements.services import audience, items, members
from apps.engagements.services import moves as moving
from apps.engagements.services.comments import add_comment
from apps.engagements.services.links import add_link
from tests.factories import make_engagement, make_member, make_user
from tests.factories.items import make_item

pytestmark = pytest.mark.django_db
IN_PLACE = {"HX-Request": "true", "HX-Target": "item"}


def signed_in(user: User) -> Browser:
    browser = Browser()
    browser.force_login(user)
    return browser


@pytest.fixture
def engineer() -> User:
    return make_member(make_engagement(), MemberRole.ENGINEER).user


@pytest.fixture
def engagement(engineer: User):
    return engineer.memberships.get().engagement


@pytest.fixture
def client_viewer(engagement) -> User:
    return make_member(engagement, MemberRole.VIEWER, user=make_user(Role.CLIENT)).user


def page(user: User, item: Item) -> str:
    answer = signed_in(user).get(item.get_absolute_url())
    assert answer.status_code == 200
    return answer.content.decode()


def test_the_head_says_all_that_there_is_to_know(engineer: User, engagement) -> None:
    due = timezone.localdate() - timedelta(days=3)
    item = make_item(
        engagement,
        Kind.RISK,
        by=engineer,
        owner=engineer,
        title="<b>Data</b> is late",
        due=due,
        tags=["gdpr"],
    )
    text = page(engineer, item)
    for said in (
        "R-1",
        "Risk",
        "Open",
        "&lt;b&gt;Data&lt;/b&gt; is late",
        "overdue 3 days",
        "#gdpr",
        "Internal",
    ):
        assert said in text
    assert f"Owned by {engineer.name}" in text
    assert f"written by {engineer.name}" in text
    assert "<b>Data" not in text


@pytest.mark.parametrize(
    ("days", "said"),
    [
        (-1, "overdue 1 day"),
        (-3, "overdue 3 days"),
        (0, "due today"),
        (1, "due tomorrow"),
        (5, "due in 5 days"),
    ],
)
def test_a_date_is_said_as_one_would(days: int, said: str) -> None:
    today = date(2026, 11, 21)
    item = Action(kind="action", state="open", due=today + timedelta(days=days))
    assert due_words(item, today) == said
    item.closed_at = timezone.now()
    assert "overdue" not in due_words(item, today)


@pytest.mark.parametrize("kind", [kind for kind in states.STATES if kind not in moves.DECIDED_ELSEWHERE])
def test_there_is_a_button_for_exactly_the_states_that_may_follow(
    kind: str, engineer: User, engagement
) -> None:
    for state, after in states.STATES[kind].items():
        more = {"answered_on": timezone.localdate()} if kind == "access_request" and state != "asked" else {}
        item = make_item(engagement, kind, state=state, **more)
        answer = signed_in(engineer).get(item.get_absolute_url(), follow=True).content.decode()
        if itempages.route_of(kind):
            continue
        offered = {
            each for each in states.STATES[kind] if f'name="state" value="{each}"' in " ".join(answer.split())
        }
        assert offered == {each for each in after if (kind, each) not in moves.ANSWERED}, (kind, state)


def test_every_button_has_words_of_its_own() -> None:
    for kind, known in states.STATES.items():
        for state in known:
            words = [button.words for button in moves.buttons(kind, state)]
            assert len(set(words)) == len(words)
            assert all(words)


def test_a_press_moves_it_in_place_and_the_new_buttons_come_with_it(engineer: User, engagement) -> None:
    item = make_item(engagement, Kind.ACTION)
    answer = signed_in(engineer).post(
        reverse("items:move", args=[item.pk]), {"state": "done", "seen": "open"}, headers=IN_PLACE
    )
    text = answer.content.decode()
    assert "<html" not in text
    assert "A-1 is now done" in text
    assert 'hx-swap-oob="true"' in text
    assert "Reopen" in text
    item.refresh_from_db()
    assert (item.state, item.closed_at is not None) == ("done", True)


def test_the_same_works_as_a_page(engineer: User, engagement) -> None:
    item = make_item(engagement, Kind.ACTION)
    address = reverse("items:move", args=[item.pk])
    answer = signed_in(engineer).post(address, {"state": "done", "seen": "open"}, follow=True)
    assert "A-1 is now done" in answer.content.decode()
    assert answer.redirect_chain == [(item.get_absolute_url(), 302)]


def test_pressed_twice_is_pressed_once(engineer: User, engagement) -> None:
    item = make_item(engagement, Kind.ACTION)
    for _ in range(2):
        moving.press(by=engineer, item=item, state="done", seen="open")
    assert Event.objects.filter(subject_id=item.pk, verb="done").count() == 1


def test_a_stale_tab_is_told_what_it_has_become_and_changes_nothing(engineer: User, engagement) -> None:
    item = make_item(engagement, Kind.ACTION)
    moving.press(by=None, item=item, state="dropped", seen="open")
    answer = signed_in(engineer).post(
        reverse("items:move", args=[item.pk]), {"state": "done", "seen": "open"}, headers=IN_PLACE
    )
    assert "A-1 is dropped meanwhile" in answer.content.decode()
    item.refresh_from_db()
    assert item.state == "dropped"


@pytest.mark.parametrize(
    "data", [{}, {"state": "king"}, {"state": "\0"}, {"state": "x" * 9000, "seen": "\0"}, {"state": "noted"}]
)
def test_a_state_that_there_is_not_is_refused(data: dict[str, str], engineer: User, engagement) -> None:
    item = make_item(engagement, Kind.ACTION)
    answer = signed_in(engineer).post(reverse("items:move", args=[item.pk]), data, follow=True)
    assert answer.status_code == 200
    assert "toast-error" in answer.content.decode()
    item.refresh_from_db()
    assert item.state == "open"


@pytest.mark.parametrize("kind", sorted(moves.DECIDED_ELSEWHERE))
def test_what_is_decided_elsewhere_is_not_moved_by_a_button(kind: str) -> None:
    item = Item(kind=kind, number=1)
    with pytest.raises(Refused, match="own page"):
        moving.press(by=None, item=item, state="passed", seen="open")


def test_one_click_shows_it_to_the_client_and_hides_it_again(
    engineer: User, engagement, client_viewer: User
) -> None:
    item = make_item(engagement, Kind.RISK)
    browser, address = signed_in(engineer), reverse("items:audience", args=[item.pk])
    assert signed_in(client_viewer).get(item.get_absolute_url()).status_code == 404
    shown = browser.post(address, {"client_visible": "1"}, headers=IN_PLACE).content.decode()
    assert "Client sees this" in shown
    assert signed_in(client_viewer).get(item.get_absolute_url()).status_code == 200
    browser.post(address, {"client_visible": "0"})
    assert signed_in(client_viewer).get(item.get_absolute_url()).status_code == 404


def test_a_stakeholder_is_never_shown_to_the_client(engineer: User, engagement) -> None:
    item = make_item(engagement, Kind.STAKEHOLDER)
    assert "Show to client" not in page(engineer, item)
    with pytest.raises(Refused, match="stays internal"):
        audience.show_to_client(by=engineer, item=item, visible=True)


def test_what_a_client_owns_is_not_hidden_from_them(engineer: User, engagement, client_viewer: User) -> None:
    item = make_item(engagement, Kind.ACTION, owner=client_viewer, client_visible=True)
    with pytest.raises(Refused, match="lose sight"):
        audience.show_to_client(by=engineer, item=item, visible=False)


def test_a_client_sees_no_button_and_no_word_of_what_is_internal(engagement, client_viewer: User) -> None:
    item = make_item(engagement, Kind.ACTION, client_visible=True)
    text = page(client_viewer, item)
    for hidden in (
        "Make internal",
        "Client sees this",
        "Internal",
        'name="state"',
        "Remove",
        "/attachments/",
        "/links/",
    ):
        assert hidden not in text


def test_removed_is_out_of_sight_and_undo_brings_it_back(
    engineer: User, engagement, client_viewer: User
) -> None:
    item = make_item(engagement, Kind.RISK, client_visible=True)
    browser = signed_in(engineer)
    told = browser.post(reverse("items:remove", args=[item.pk]), follow=True).content.decode()
    restore = reverse("items:restore", args=[item.pk])
    assert "R-1 is removed" in told
    assert f'href="{restore}"' in told
    assert signed_in(client_viewer).get(item.get_absolute_url()).status_code == 404
    assert "Restore" in page(engineer, item)
    assert browser.get(restore).status_code == 200
    back = browser.post(restore, follow=True).content.decode()
    assert "R-1 is back" in back
    assert signed_in(client_viewer).get(item.get_absolute_url()).status_code == 200


def test_a_client_restores_nothing(engagement, client_viewer: User) -> None:
    item = make_item(engagement, Kind.RISK, client_visible=True)
    items.remove(by=None, item=item)
    assert signed_in(client_viewer).post(reverse("items:restore", args=[item.pk])).status_code == 403
    item.refresh_from_db()
    assert item.removed_at


@pytest.mark.parametrize("state", ["granted", "refused"])
@pytest.mark.parametrize("route", ["items:move", "registers:move"])
def test_an_access_request_is_not_answered_without_words(
    route: str, state: str, engineer: User, engagement
) -> None:
    item = make_item(engagement, Kind.ACCESS_REQUEST)
    answer = signed_in(engineer).post(
        reverse(route, args=[item.pk]), {"state": state, "seen": "asked"}, follow=True
    )
    assert "is answered with a few words" in answer.content.decode()
    item.refresh_from_db()
    assert item.state == "asked"


def test_a_client_says_that_their_own_action_is_done_and_no_other(client_viewer: User, engagement) -> None:
    mine = make_item(engagement, Kind.ACTION, client_visible=True, owner=client_viewer)
    other = make_item(engagement, Kind.ACTION, client_visible=True)
    browser = signed_in(client_viewer)
    assert "This is yours." in browser.get(mine.get_absolute_url(), follow=True).content.decode()
    assert "This is yours." not in browser.get(other.get_absolute_url(), follow=True).content.decode()
    for item, status, state in ((mine, 302, "done"), (mine, 302, "done"), (other, 403, "open")):
        assert browser.post(reverse("registers:action-done", args=[item.pk])).status_code == status
        item.refresh_from_db()
        assert item.state == state
    assert "This is yours." not in browser.get(mine.get_absolute_url(), follow=True).content.decode()


def test_a_gate_stays(engineer: User, engagement) -> None:
    gate = Item(kind="gate", number=1)
    with pytest.raises(Refused, match="stays"):
        moving.take_away(by=engineer, item=gate)


def test_who_is_taken_off_meanwhile_finds_nothing_and_changes_nothing(engineer: User, engagement) -> None:
    item = make_item(engagement, Kind.ACTION)
    browser = signed_in(engineer)
    assert browser.get(item.get_absolute_url()).status_code == 200
    members.remove_member(by=None, member=engineer.memberships.get())
    address = reverse("items:move", args=[item.pk])
    answer = browser.post(address, {"state": "done", "seen": "open"}, headers=IN_PLACE)
    assert answer.status_code == 404
    assert "toast-error" in answer.content.decode()
    item.refresh_from_db()
    assert item.state == "open"


def test_a_kind_with_a_page_of_its_own_is_shown_there(engineer: User, engagement, monkeypatch) -> None:
    item = make_item(engagement, Kind.ISSUE)
    monkeypatch.setitem(itempages._routes, "issue", "items:comments")
    answer = signed_in(engineer).get(item.get_absolute_url())
    assert answer["Location"] == reverse("items:comments", args=[item.pk])


def test_a_kind_brings_its_own_middle_with_the_row_of_its_own_model(
    engineer: User, engagement, monkeypatch
) -> None:
    item = make_item(engagement, Kind.ISSUE, severity="high")
    seen = []
    own = itempages.Page(
        "engagements/_item_text.html", lambda request, row: seen.append(row.severity) or {}, ""
    )
    monkeypatch.setitem(itempages._pages, "issue", own)
    page(engineer, item)
    assert seen == ["high"]


def test_of_two_who_edit_a_text_the_second_is_shown_both_and_loses_nothing(
    engineer: User, engagement
) -> None:
    item = make_item(engagement, Kind.ACTION, title="Call them", text="Monday\nTuesday")
    browser = signed_in(engineer)
    form = browser.get(reverse(itempages.page_of("action").edit, args=[item.pk]))
    data = {
        "title": "Call them",
        "text": "Monday\r\nMine",
        "version": str(form.context["form"]["version"].value()),
    }
    items.change(by=None, item=item, version=1, text="Monday\nTheirs")
    text = browser.post(form.request["PATH_INFO"], data).content.decode()
    assert "Theirs</del>" in text
    assert "Mine</ins>" in text
    assert "Monday\r\nMine</textarea>" in text
    item.refresh_from_db()
    assert item.text == "Monday\nTheirs"


@pytest.mark.parametrize("route", ["detail", "comments"])
def test_ids_that_are_none_are_not_found(route: str, engineer: User) -> None:
    browser = signed_in(engineer)
    assert browser.get(reverse(f"items:{route}", args=[uuid4()])).status_code == 404
    assert browser.get("/items/none/").status_code == 404


def test_the_page_costs_the_same_however_much_hangs_on_it(engineer: User, engagement) -> None:
    item, browser, costs = make_item(engagement, Kind.RISK, text="See R-1"), signed_in(engineer), []
    for size in (2, 20):
        for _ in range(size):
            other = make_item(engagement, Kind.ACTION, by=engineer, owner=engineer)
            add_link(by=engineer, item=item, other=other, said="mitigated_by")
            add_comment(by=engineer, item=item, text=f"See {other.reference}, @{engineer.email}")
            Attachment.objects.create(item=item, by=engineer, name="a.txt", size=1, path=other.reference)
        browser.get(item.get_absolute_url())
        with CaptureQueriesContext(connection) as caught:
            assert browser.get(item.get_absolute_url()).status_code == 200
        costs.append(len(caught))
    assert costs[0] == costs[1] <= 15
