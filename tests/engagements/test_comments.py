"""Comments: who says what to whom, once, and never a word of an internal one to a client."""

from concurrent.futures import ThreadPoolExecutor
from uuid import UUID, uuid4

import pytest
from django.db import connections
from django.test import Client as Browser
from django.urls import reverse

from apps.accounts.models import Role, User
from apps.audit.models import Event
from apps.core.errors import Refused
from apps.engagements import notices
from apps.engagements.models import Comment, Item, Kind, MemberRole
from apps.engagements.notices import About
from apps.engagements.presenters.around import LATEST
from apps.engagements.services import comments, items, members
from tests.factories import make_engagement, make_member, make_user
from tests.factories.items import make_item

pytestmark = pytest.mark.django_db
IN_PLACE = {"HX-Request": "true", "HX-Target": "comments"}


def signed_in(user: User) -> Browser:
    browser = Browser()
    browser.force_login(user)
    return browser


@pytest.fixture
def engineer() -> User:
    return make_member(make_engagement(), MemberRole.ENGINEER, user=make_user(name="Maria Lindqvist")).user


@pytest.fixture
def engagement(engineer: User):
    return engineer.memberships.get().engagement


@pytest.fixture
def client_viewer(engagement) -> User:
    viewer = make_user(Role.CLIENT, name="Carl Client")
    return make_member(engagement, MemberRole.VIEWER, user=viewer).user


@pytest.fixture
def item(engagement) -> Item:
    return make_item(engagement, Kind.RISK, client_visible=True)


@pytest.fixture
def told(monkeypatch) -> list[tuple[str, User]]:
    heard: list[tuple[str, User]] = []
    monkeypatch.setattr(notices, "_receivers", [lambda notice: heard.append((notice.about, notice.to))])
    return heard


def address(item: Item) -> str:
    return reverse("items:comments", args=[item.pk])


def edit_address(comment: Comment) -> str:
    return reverse("items:comment-edit", args=[comment.item_id, comment.pk])


def test_it_is_added_in_place_with_its_markdown(engineer: User, item: Item) -> None:
    answer = signed_in(engineer).post(address(item), {"text": "This is **late**"}, headers=IN_PLACE)
    text = answer.content.decode()
    assert "<html" not in text
    assert "<strong>late</strong>" in text
    assert Comment.objects.get().by == engineer


def test_the_same_works_as_a_page(engineer: User, item: Item) -> None:
    answer = signed_in(engineer).post(address(item), {"text": "Said"}, follow=True)
    assert answer.redirect_chain == [(f"{item.get_absolute_url()}#comments", 302)]
    assert "Said" in answer.content.decode()


def test_a_client_comments_on_what_they_see_and_never_internally(client_viewer: User, item: Item) -> None:
    data = {"text": "When is it?", "internal": "on"}
    signed_in(client_viewer).post(address(item), data)
    assert not Comment.objects.get().internal
    assert not comments.add_comment(by=client_viewer, item=item, text="Again?", internal=True).internal


def test_a_colleague_who_only_looks_on_may_say_something(engagement, item: Item) -> None:
    viewer = make_member(engagement, MemberRole.VIEWER).user
    signed_in(viewer).post(address(item), {"text": "Seen this before"})
    assert Comment.objects.get().by == viewer


def test_a_client_does_not_comment_on_what_they_do_not_see(client_viewer: User, engagement) -> None:
    hidden = make_item(engagement, Kind.RISK)
    assert signed_in(client_viewer).post(address(hidden), {"text": "x"}).status_code == 404
    assert not Comment.objects.exists()


def test_no_client_learns_of_an_internal_comment(engineer: User, client_viewer: User, item: Item) -> None:
    comments.add_comment(by=engineer, item=item, text="For all", internal=False)
    hidden = comments.add_comment(by=engineer, item=item, text="Wolpertinger", internal=True)
    browser = signed_in(client_viewer)
    for place in (item.get_absolute_url(), address(item)):
        text = browser.get(place).content.decode()
        assert "For all" in text
        assert '<span class="tab-count">1</span>' in text
        for word in ("Wolpertinger", str(hidden.pk), "internal"):
            assert word not in text
    assert browser.get(edit_address(hidden)).status_code == 404
    remove = reverse("items:comment-remove", args=[item.pk, hidden.pk])
    assert browser.post(remove).status_code == 404
    assert '<span class="tab-count">2</span>' in signed_in(engineer).get(address(item)).content.decode()


def test_an_internal_mention_never_reaches_a_client(
    engineer: User, client_viewer: User, item: Item, told
) -> None:
    handle = client_viewer.email.split("@")[0]
    comments.add_comment(by=engineer, item=item, text=f"@{handle} must not know", internal=True)
    assert told == []
    comments.add_comment(by=engineer, item=item, text=f"@{handle} must know")
    assert told == [(About.MENTION, client_viewer)]


def test_whom_an_edit_mentions_anew_is_told_and_nobody_twice(
    engineer: User, engagement, item: Item, told
) -> None:
    bob, eve = (make_member(engagement, user=make_user(name=name)).user for name in ("Bob B", "Eve E"))
    comment = comments.add_comment(by=engineer, item=item, text="@bob look")
    comments.edit_comment(by=engineer, comment=comment, text="@bob and @eve look")
    assert told == [(About.MENTION, bob), (About.MENTION, eve)]


def test_owner_and_author_are_told_once_and_nobody_of_their_own(engineer: User, engagement, told) -> None:
    owner = make_member(engagement, user=make_user(name="Olga Owner")).user
    item = make_item(engagement, Kind.ACTION, by=engineer, owner=owner)
    told.clear()
    comments.add_comment(by=engineer, item=item, text="Well?")
    assert told == [(About.COMMENT, owner)]
    told.clear()
    comments.add_comment(by=owner, item=item, text="@maria.lindqvist soon")
    assert told == [(About.MENTION, engineer)]


def test_a_client_who_owns_it_is_not_told_of_an_internal_comment(
    engineer: User, client_viewer: User, engagement, told
) -> None:
    item = make_item(engagement, Kind.ACTION, owner=client_viewer, client_visible=True)
    told.clear()
    comments.add_comment(by=engineer, item=item, text="They are slow", internal=True)
    assert told == []
    comments.add_comment(by=engineer, item=item, text="Please hurry")
    assert told == [(About.COMMENT, client_viewer)]


def test_sent_twice_is_one_comment(engineer: User, item: Item) -> None:
    data = {"text": "Once", "once": str(uuid4())}
    browser = signed_in(engineer)
    for _ in range(2):
        browser.post(address(item), data, headers=IN_PLACE)
    assert Comment.objects.count() == 1


def test_other_words_with_the_same_key_are_not_lost(engineer: User, item: Item) -> None:
    once = uuid4()
    for text in ("First", "Second"):
        comments.add_comment(by=engineer, item=item, text=text, once=once)
    assert [each.text for each in Comment.objects.all()] == ["First", "Second"]


def test_the_key_of_somebody_elses_comment_gives_nothing_away(
    engineer: User, client_viewer: User, item: Item
) -> None:
    hidden = comments.add_comment(by=engineer, item=item, text="Hidden", internal=True)
    mine = comments.add_comment(by=client_viewer, item=item, text="Hidden", once=hidden.pk)
    assert (mine.pk == hidden.pk, mine.by) == (False, client_viewer)


@pytest.mark.django_db(transaction=True)
def test_sent_twice_at_the_same_time_is_one_comment() -> None:
    user = make_member(make_engagement()).user
    item, once = make_item(user.memberships.get().engagement), uuid4()

    def send(_: int) -> None:
        try:
            comments.add_comment(by=user, item=item, text="Once", once=once)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(send, range(4)))
    assert Comment.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_one_key_on_two_items_at_the_same_time_is_no_failure() -> None:
    user = make_member(make_engagement()).user
    places = [make_item(user.memberships.get().engagement) for _ in range(4)]
    for _ in range(5):
        once = uuid4()

        def send(item: Item, once: UUID = once) -> None:
            try:
                comments.add_comment(by=user, item=item, text="Once", once=once)
            finally:
                connections.close_all()

        with ThreadPoolExecutor(4) as pool:
            list(pool.map(send, places))
    assert Comment.objects.count() == 20


@pytest.mark.parametrize(
    "data",
    [
        {},
        {"text": "   \n"},
        {"text": "a\0b"},
        {"text": "x" * (comments.COMMENT + 1)},
        {"text": "\x1b[1m"},
    ],
)
def test_what_cannot_be_kept_is_refused_where_it_was_typed(
    data: dict[str, str], engineer: User, item: Item
) -> None:
    answer = signed_in(engineer).post(address(item), data, headers=IN_PLACE)
    assert answer.status_code == 200
    assert "comment_text_error" in answer.content.decode()
    assert not Comment.objects.exists()


@pytest.mark.parametrize("once", ["", "x", "\0", "9" * 5000, "{}"])
def test_a_key_that_is_none_does_no_harm(once: str, engineer: User, item: Item) -> None:
    signed_in(engineer).post(address(item), {"text": "Said", "once": once})
    assert Comment.objects.get().text == "Said"


def test_markup_does_nothing(engineer: User, item: Item) -> None:
    comments.add_comment(by=engineer, item=item, text="<script>alert(1)</script> [x](javascript:alert(1))")
    text = signed_in(engineer).get(address(item)).content.decode()
    assert "<script>alert" not in text
    assert 'href="javascript:' not in text


def test_only_who_wrote_it_changes_it(engineer: User, engagement, item: Item) -> None:
    comment = comments.add_comment(by=engineer, item=item, text="Mine")
    lead = make_member(engagement, MemberRole.LEAD).user
    browser = signed_in(lead)
    assert "Only Maria Lindqvist may change" in browser.get(edit_address(comment)).content.decode()
    answer = browser.post(edit_address(comment), {"text": "Theirs", "version": "1"})
    assert "Only Maria Lindqvist may change" in answer.content.decode()
    with pytest.raises(Refused, match="Only the person who wrote"):
        comments.edit_comment(by=lead, comment=comment, text="Theirs")
    comment.refresh_from_db()
    assert comment.text == "Mine"


def test_a_change_is_shown_and_kept_in_the_trail(engineer: User, item: Item) -> None:
    comment = comments.add_comment(by=engineer, item=item, text="Before")
    data = {"text": "After", "version": "1"}
    text = signed_in(engineer).post(edit_address(comment), data, follow=True).content.decode()
    assert "After" in text
    assert "changed" in text
    event = Event.objects.get(verb="edited")
    assert (event.data["before"], event.data["after"]) == ({"text": "Before"}, {"text": "After"})


def test_of_two_who_edit_the_second_is_shown_every_word_of_both(engineer: User, item: Item) -> None:
    comment = comments.add_comment(by=engineer, item=item, text="One\nTwo\nThree")
    comments.edit_comment(by=engineer, comment=comment, text="One\nTheirs <b>\nThree")
    browser = signed_in(engineer)
    answer = browser.post(
        edit_address(comment), {"text": "One\r\nMine\r\nThree", "version": "1"}
    ).content.decode()
    assert "Somebody else has changed this" in answer
    assert '<del><span class="hidden">removed: </span>Theirs &lt;b&gt;</del>' in answer
    assert '<ins><span class="hidden">added: </span>Mine</ins>' in answer
    assert "One\nTheirs &lt;b&gt;\nThree</pre>" in answer
    assert "One\r\nMine\r\nThree</textarea>" in answer
    assert '<input type="hidden" name="version" value="2"' in answer
    comment.refresh_from_db()
    assert comment.text == "One\nTheirs <b>\nThree"
    browser.post(edit_address(comment), {"text": "One\r\nMine\r\nThree", "version": "2"})
    comment.refresh_from_db()
    assert comment.text == "One\nMine\nThree"


def test_who_wrote_it_or_leads_removes_it_and_nobody_else(
    engineer: User, engagement, client_viewer: User, item: Item
) -> None:
    lead, other = (make_member(engagement, role).user for role in (MemberRole.LEAD, MemberRole.ENGINEER))
    first, second = (comments.add_comment(by=engineer, item=item, text=text) for text in ("1", "2"))
    for somebody in (other, client_viewer):
        with pytest.raises(Refused, match="a lead or a manager"):
            comments.remove_comment(by=somebody, comment=first)
    comments.remove_comment(by=engineer, comment=first)
    remove = reverse("items:comment-remove", args=[item.pk, second.pk])
    assert signed_in(lead).post(remove, follow=True).status_code == 200
    assert "Nobody has said anything" in signed_in(engineer).get(address(item)).content.decode()
    assert signed_in(engineer).post(remove).status_code == 404


def test_a_removed_comment_is_not_edited(engineer: User, item: Item) -> None:
    comment = comments.add_comment(by=engineer, item=item, text="Gone soon")
    comments.remove_comment(by=engineer, comment=comment)
    with pytest.raises(Refused, match="removed meanwhile"):
        comments.edit_comment(by=engineer, comment=comment, text="Still here")


def test_nothing_is_said_about_what_was_removed_meanwhile(engineer: User, item: Item) -> None:
    items.remove(by=None, item=item)
    with pytest.raises(Refused, match="removed this meanwhile"):
        comments.add_comment(by=engineer, item=item, text="Hello?")


def test_a_comment_of_another_item_is_not_found_here(engineer: User, engagement, item: Item) -> None:
    elsewhere = comments.add_comment(by=engineer, item=make_item(engagement), text="There")
    wrong = reverse("items:comment-edit", args=[item.pk, elsewhere.pk])
    browser = signed_in(engineer)
    assert browser.get(wrong).status_code == 404
    assert browser.post(reverse("items:comment-remove", args=[item.pk, elsewhere.pk])).status_code == 404


def test_who_is_taken_off_in_mid_sentence_says_nothing_and_keeps_what_they_typed(
    engineer: User, item: Item
) -> None:
    browser = signed_in(engineer)
    browser.get(item.get_absolute_url())
    members.remove_member(by=None, member=engineer.memberships.get())
    answer = browser.post(address(item), {"text": "Too late"}, headers=IN_PLACE)
    assert answer.status_code == 404  # a notice: the form that was filled in stays where it is
    assert "toast-error" in answer.content.decode()
    assert not Comment.objects.exists()


def test_many_comments_show_the_latest_and_lead_to_the_others(engineer: User, item: Item) -> None:
    Comment.objects.bulk_create(Comment(item=item, by=engineer, text=f"said {n}.") for n in range(LATEST + 7))
    text = signed_in(engineer).get(item.get_absolute_url()).content.decode()
    assert "7 earlier comments" in text
    assert "said 6." not in text
    assert "said 7." in text
    assert "said 6." in signed_in(engineer).get(address(item)).content.decode()
