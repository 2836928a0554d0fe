"""The box in which one writes a line: where it stands, what it answers, and how a line is undone."""

from urllib.parse import urlencode

import pytest
from django.urls import reverse

from apps.accounts.models import Role, User
from apps.engagements.models import Engagement, LogEntry, MemberRole
from tests.factories import make_engagement, make_member, make_user

from .writing import signed_in, write, written

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}


def test_undo_takes_back_and_redo_brings_back_only_what_is_ones_own(
    maria: User, engagement: Engagement
) -> None:
    item = write(maria, engagement, "/risk Mine")
    other = signed_in(make_member(engagement).user)
    mine = signed_in(maria)
    assert other.post(reverse("log:undo", args=[item.pk])).status_code == 409
    answer = mine.post(reverse("log:undo", args=[item.pk]), headers=HTMX)
    assert "R-1 is removed" in answer.content.decode()
    assert answer.headers["HX-Trigger"] == "written"
    item.refresh_from_db()
    assert item.removed_at
    assert mine.post(reverse("log:undo", args=[item.pk])).status_code == 302, "twice is once"
    assert other.post(reverse("log:redo", args=[item.pk])).status_code == 409
    assert mine.post(reverse("log:redo", args=[item.pk])).status_code == 302
    item.refresh_from_db()
    assert item.removed_at is None


def test_a_gate_is_never_undone_here(engagement: Engagement) -> None:
    gate = engagement.items.filter(kind="gate").first()
    assert signed_in(make_user(Role.ADMIN)).post(reverse("log:undo", args=[gate.pk])).status_code == 409


def test_the_box_stands_on_every_page_of_those_who_work_and_on_no_other(
    maria: User, client_viewer: User, engagement: Engagement
) -> None:
    looker = make_member(engagement, MemberRole.VIEWER).user
    for name in ("engagements:detail", "log:engagement", "log:timeline"):
        address = reverse(name, args=[engagement.pk])
        assert 'id="log-line"' in signed_in(maria).get(address).content.decode()
        for other in (looker, client_viewer):
            assert 'id="log-line"' not in signed_in(other).get(address).content.decode()


def test_without_htmx_a_line_leads_back_and_an_unclear_one_stays_typed(
    maria: User, engagement: Engagement
) -> None:
    browser, address = signed_in(maria), reverse("log:add", args=[engagement.pk])
    back = engagement.get_absolute_url()
    assert browser.post(address, {"line": "Hello", "next": back}).headers["Location"] == back
    away = browser.post(address, {"line": "Hello", "next": "https://evil.example/"})
    assert away.headers["Location"] == reverse("log:engagement", args=[engagement.pk])
    answer = browser.post(address, {"line": "/risk hihg <b>x", "key": "kept"})
    text = answer.content.decode()
    assert answer.status_code == 409
    assert "/risk hihg &lt;b&gt;x</textarea>" in text
    assert 'value="kept"' in text
    assert "Did you mean high?" in text
    assert written(engagement) == 2


def test_without_javascript_links_on_the_page_that_follows_undo_and_restore(
    maria: User, client_viewer: User, engagement: Engagement
) -> None:
    browser = signed_in(maria)

    def follow(href: str, page: str) -> str:
        assert f'href="{href}"' in page
        assert browser.get(href).context["title"].endswith(f"{entry.reference}?")
        return browser.post(href, follow=True).content.decode()

    page = browser.post(reverse("log:add", args=[engagement.pk]), {"line": "Hello <b>"}, follow=True)
    entry = LogEntry.objects.get()
    undo, redo = (reverse(f"log:{name}", args=[entry.pk]) for name in ("undo", "redo"))
    page = follow(undo, page.content.decode())
    assert LogEntry.objects.get().removed_at
    page = follow(redo, page)
    assert LogEntry.objects.get().removed_at is None
    assert f'href="{undo}"' in page
    assert signed_in(client_viewer).get(undo).status_code in {403, 404}


def test_htmx_gets_the_empty_box_a_toast_with_undo_and_a_word_for_the_lists(
    maria: User, engagement: Engagement
) -> None:
    browser, address = signed_in(maria), reverse("log:add", args=[engagement.pk])
    answer = browser.post(address, {"line": "Hello", "key": "k"}, headers={**HTMX, "HX-Target": "log-box"})
    text = answer.content.decode()
    assert "<html" not in text
    assert "></textarea>" in text
    assert reverse("log:undo", args=[LogEntry.objects.get().pk]) in text
    assert '"written"' in answer.headers["HX-Trigger-After-Settle"]
    seen = browser.post(address, {"line": "/risk hihg x"}, headers={**HTMX, "HX-Target": "log-preview"})
    assert "log-wrong" in seen.content.decode()
    assert written(engagement) == 1


@pytest.mark.parametrize(
    "line", ["\0", "\x1b[31m", "x" * 30_000, "@" * 10_000, "/", "//", "`", "🙂" * 5_000, "\ud83d"]
)
@pytest.mark.parametrize("target", ["", "log-preview", "log-box"])
def test_whatever_is_sent_is_answered(maria: User, engagement: Engagement, line: str, target: str) -> None:
    browser = signed_in(maria)
    headers = {**HTMX, "HX-Target": target} if target else {}
    data = {"line": line.encode("utf-8", "surrogatepass"), "key": "\0" * 100, "engagement": "\0nowhere"}
    form = "application/x-www-form-urlencoded"
    for address in (reverse("log:add", args=[engagement.pk]), reverse("log:new")):
        answer = browser.post(address, urlencode(data), content_type=form, headers=headers)
        assert answer.status_code in {200, 302, 409}
    assert browser.post(reverse("log:add", args=[engagement.pk])).status_code == 409


def test_from_anywhere_one_chooses_among_the_engagements_one_works_on(
    maria: User, engagement: Engagement
) -> None:
    foreign = make_engagement()
    browser = signed_in(maria)
    page = browser.get(reverse("log:new")).content.decode()
    assert str(engagement) in page
    assert str(foreign) not in page
    name = str(engagement)
    assert browser.post(reverse("log:new"), {"line": "Hello", "engagement": name.upper()}).status_code == 302
    answer = browser.post(reverse("log:new"), {"line": "Hello", "engagement": str(foreign)})
    assert answer.status_code == 409
    assert "You work on no engagement of that name" in answer.content.decode()
    assert (written(engagement), written(foreign)) == (1, 0)


def test_who_no_longer_belongs_there_writes_nothing(maria: User, engagement: Engagement) -> None:
    browser, address = signed_in(maria), reverse("log:add", args=[engagement.pk])
    engagement.members.filter(user=maria).update(role=MemberRole.VIEWER)
    assert browser.post(address, {"line": "Hello"}).status_code == 403
    engagement.members.all().delete()
    assert browser.post(address, {"line": "Hello"}).status_code == 404
    assert written(engagement) == 0


def test_words_for_completion_are_those_that_stand_for_one_person(
    maria: User, engagement: Engagement
) -> None:
    make_member(engagement, user=make_user(name="Maria Keller", email="mk@example.com"))
    write(maria, engagement, "One #legal #data")
    write(maria, engagement, "Two #data")
    found = signed_in(maria).get(reverse("log:words", args=[engagement.pk])).json()
    assert {one["word"]: one["name"] for one in found["@"]} == {
        "maria": "Maria Lindqvist",
        "maria.keller": "Maria Keller",
    }
    assert [one["word"] for one in found["#"]] == ["data", "legal"]
