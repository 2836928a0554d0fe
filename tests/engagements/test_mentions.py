"""@people: who is told, who is not, and that whoever writes is told which."""

import pytest
from django.test import Client as Browser
from django.urls import reverse

from apps.accounts.models import Role, User
from apps.delivery.models import InboxEntry
from apps.engagements.models import Comment, Engagement, Item, Kind, LogEntry, MemberRole, Raid
from apps.engagements.services import comments, items
from apps.engagements.services.log import log, preview
from tests.factories import make_engagement, make_member, make_user
from tests.factories.items import make_item

pytestmark = pytest.mark.django_db
IN_PLACE = {"HX-Request": "true", "HX-Target": "comments"}
NOBODY = "@marai is nobody here; did you mean @maria?"


@pytest.fixture
def engagement() -> Engagement:
    return make_engagement()


@pytest.fixture
def maria(engagement: Engagement) -> User:
    person = make_user(name="Maria Lindqvist", email="maria@example.com")
    return make_member(engagement, MemberRole.LEAD, user=person).user


@pytest.fixture
def tom(engagement: Engagement) -> User:
    return make_member(engagement, user=make_user(name="Tom Orr", email="tom@example.com")).user


@pytest.fixture
def nora(engagement: Engagement) -> User:
    person = make_user(Role.CLIENT, name="Nora Vance", email="nora@client.example")
    return make_member(engagement, MemberRole.VIEWER, user=person).user


@pytest.fixture
def browser(tom: User) -> Browser:
    found = Browser()
    found.force_login(tom)
    return found


def entries(person: User) -> int:
    return InboxEntry.objects.filter(to=person).count()


# A word that is nobody


@pytest.mark.parametrize("headers", [{}, IN_PLACE])
def test_a_comment_with_an_unknown_name_is_asked_about_and_stays_typed(
    browser: Browser, maria: User, engagement: Engagement, headers: dict[str, str]
) -> None:
    item = make_item(engagement)
    address, typed = reverse("items:comments", args=[item.pk]), {"text": "Ask @marai at once"}
    page = browser.post(address, typed, headers=headers).content.decode()
    assert NOBODY in page
    assert "In backticks it is only text." in page
    assert "Ask @marai at once</textarea>" in page
    assert "Comment anyway" in page
    assert not Comment.objects.exists()
    browser.post(address, {**typed, "anyway": "1"}, headers=headers)
    assert Comment.objects.get().text == "Ask @marai at once"


@pytest.mark.parametrize(
    "text", ["In `@marai`", "Ask @maria", "Mail a@marai.example", "See https://x.example/@marai"]
)
def test_what_is_no_unknown_name_is_not_asked_about(
    browser: Browser, maria: User, engagement: Engagement, text: str
) -> None:
    item = make_item(engagement)
    browser.post(reverse("items:comments", args=[item.pk]), {"text": text})
    assert Comment.objects.get().text == text
    assert entries(maria) == ("@maria" in text and "`" not in text and "://" not in text)


def test_a_changed_comment_is_asked_only_about_what_is_new(
    browser: Browser, tom: User, maria: User, engagement: Engagement
) -> None:
    item = make_item(engagement)
    comment = comments.add_comment(by=tom, item=item, text="Price @3pm")
    address = reverse("items:comment-edit", args=[item.pk, comment.pk])
    page = browser.post(address, {"text": "Price @3pm, says @marai", "version": 1}).content.decode()
    assert NOBODY in page
    assert "@3pm is nobody" not in page
    assert "Save anyway" in page
    browser.post(address, {"text": "Price @3pm, says @maria", "version": 1})
    assert (Comment.objects.get().text, entries(maria)) == ("Price @3pm, says @maria", 1)


def test_the_texts_of_items_are_asked_about_alike(
    browser: Browser, tom: User, maria: User, engagement: Engagement
) -> None:
    address = reverse("registers:raid-new", args=[engagement.pk]) + "?kind=risk"
    typed = {"title": "It ends", "text": "Ask @marai", "severity": "low", "likelihood": "low"}
    page = browser.post(address, typed).content.decode()
    assert NOBODY in page
    assert "Keep risk anyway" in page
    assert not Raid.objects.exists()
    browser.post(address, {**typed, "anyway": "1"})
    risk = Raid.objects.get()
    assert risk.text == "Ask @marai"
    change = reverse("registers:raid-edit", args=[risk.pk])
    browser.post(change, {**typed, "title": "It ends soon", "version": risk.version})
    assert Raid.objects.get().title == "It ends soon", "what stood there is not asked about again"
    entry = log(by=tom, engagement=engagement, line="Plain").item
    page = browser.post(
        reverse("log:edit", args=[entry.pk]),
        {"text": "Ask @marai", "entry_kind": "note", "at": "2026-01-01T10:00", "version": entry.version},
    ).content.decode()
    assert NOBODY in page
    assert "Save anyway" in page
    assert LogEntry.objects.get().text == "Plain"


def test_a_line_with_what_only_looks_like_a_name_can_be_logged_anyway(
    browser: Browser, maria: User, engagement: Engagement
) -> None:
    address, typed = reverse("log:add", args=[engagement.pk]), {"line": "Price @marai !client", "key": "k"}
    page = browser.post(address, typed).content.decode()
    assert NOBODY in page
    assert "Log it anyway" in page
    browser.post(address, {**typed, "anyway": "1"})
    assert LogEntry.objects.get().text == "Price @marai"


@pytest.mark.parametrize("line", ["/action @marai Call", "Ask @marai about R-99"])
def test_an_owner_and_a_reference_that_do_not_exist_are_never_passed_over(
    browser: Browser, maria: User, engagement: Engagement, line: str
) -> None:
    address = reverse("log:add", args=[engagement.pk])
    assert "Log it anyway" not in browser.post(address, {"line": line}).content.decode()
    browser.post(address, {"line": line, "anyway": "1"})
    assert not Item.objects.exclude(kind=Kind.GATE).exists()


def test_an_owner_within_the_text_may_be_mere_text(tom: User, engagement: Engagement) -> None:
    action = log(by=tom, engagement=engagement, line="/action send the deck to @acme", anyway=True).item
    assert (action.owner, action.title) == (tom, "send the deck to @acme")


def test_a_client_learns_of_nobody_behind_the_scenes_by_guessing_names(
    engagement: Engagement, maria: User, nora: User
) -> None:
    make_member(engagement, MemberRole.VIEWER, user=make_user(name="Ines Roe", email="ines@example.com"))
    item = make_item(engagement, client_visible=True)
    browser = Browser()
    browser.force_login(nora)
    address = reverse("items:comments", args=[item.pk])
    page = browser.post(address, {"text": "@ines and @inse"}).content.decode()
    assert page.count("only members of the engagement can be told") == 2, "both as if she were not there"
    browser.post(address, {"text": "@maria please"})
    assert entries(maria) == 1


# Who is told and who is not


def test_the_preview_says_who_will_be_told_and_who_will_not_and_why(
    tom: User, maria: User, nora: User, engagement: Engagement
) -> None:
    draft = preview(by=tom, engagement=engagement, line="Asked @nora and @maria, says @tom")
    assert list(draft.told) == [maria]
    assert draft.untold_words == [
        "Nora Vance cannot see internal entries and will not be told; !client makes it visible"
    ]
    draft = preview(by=tom, engagement=engagement, line="Asked @nora and @maria !client")
    assert (set(draft.told), draft.untold_words) == ({nora, maria}, [])
    draft = preview(by=tom, engagement=engagement, line="/access it VPN, asked @nora !internal")
    assert draft.untold_words == [
        "Nora Vance cannot see internal entries and will not be told; without !internal they would see it"
    ]


@pytest.mark.parametrize(
    "line",
    [
        "@nora and @maria",
        "@nora !client",
        "/access it VPN, asks @nora",
        "/action @maria x, for @nora",
        "@tom",
    ],
)
def test_what_the_preview_promises_is_what_happens(
    tom: User, maria: User, nora: User, engagement: Engagement, line: str
) -> None:
    draft = preview(by=tom, engagement=engagement, line=line)
    log(by=tom, engagement=engagement, line=line)
    assert {person for person in (tom, maria, nora) if entries(person)} == set(draft.told)


def test_the_screen_says_it_before_and_without_javascript_afterwards(
    browser: Browser, nora: User, engagement: Engagement
) -> None:
    address, line = reverse("log:add", args=[engagement.pk]), {"line": "Asked @nora"}
    said = "Nora Vance cannot see internal entries and will not be told; !client makes it visible"
    shown = browser.post(
        address, line, headers={"HX-Request": "true", "HX-Target": "log-preview"}
    ).content.decode()
    assert said in shown
    assert "tells" not in shown
    after = browser.post(address, line, follow=True).content.decode()
    assert "Nora Vance cannot see internal entries and was not told." in after


@pytest.mark.parametrize("headers", [{}, IN_PLACE])
def test_an_internal_comment_says_whom_it_did_not_tell(
    browser: Browser, nora: User, engagement: Engagement, headers: dict[str, str]
) -> None:
    item = make_item(engagement, client_visible=True)
    address, said = (
        reverse("items:comments", args=[item.pk]),
        "Nora Vance cannot see internal comments and was not told.",
    )
    page = browser.post(address, {"text": "For @nora", "internal": "on"}, headers=headers, follow=True)
    assert said in page.content.decode()
    assert entries(nora) == 0
    page = browser.post(address, {"text": "Now for @nora"}, headers=headers, follow=True)
    assert said not in page.content.decode()
    assert entries(nora) == 1


def test_an_internal_item_says_whom_it_did_not_tell(
    browser: Browser, nora: User, engagement: Engagement
) -> None:
    address = reverse("registers:action-new", args=[engagement.pk])
    page = browser.post(address, {"title": "Ask @nora"}, follow=True).content.decode()
    assert "Nora Vance cannot see internal actions and was not told." in page


def test_who_was_named_in_something_internal_is_told_once_it_is_theirs_to_see(
    tom: User, maria: User, nora: User, engagement: Engagement
) -> None:
    item = make_item(engagement, by=tom, text="For @nora and @maria")
    assert (entries(nora), entries(maria)) == (0, 1)
    items.change(by=tom, item=item, version=None, client_visible=True)
    assert (entries(nora), entries(maria)) == (1, 1)
    comment = comments.add_comment(by=tom, item=item, text="And @nora, @maria", internal=True)
    comments.edit_comment(by=tom, comment=comment, text=comment.text, internal=False)
    assert (entries(nora), entries(maria)) == (2, 2)
