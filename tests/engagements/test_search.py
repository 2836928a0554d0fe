"""Searching everything written down: found by its words, marked safely, and only by those who may see it."""

import re
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client as Browser
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from apps.accounts.models import Role, User
from apps.engagements.models import Attachment, Engagement, Item, MemberRole
from apps.engagements.rules.search_words import STOP_WORDS, terms_of
from apps.engagements.selectors import search_items
from apps.engagements.selectors.words import matching
from apps.engagements.services import items
from apps.engagements.services.log import log
from tests.factories import make_engagement, make_member, make_user
from tests.factories.items import make_item

pytestmark = pytest.mark.django_db


@pytest.fixture
def engagement(db: None) -> Engagement:
    return make_engagement()


@pytest.fixture
def lead(engagement: Engagement) -> User:
    return make_member(engagement, MemberRole.LEAD).user


def page(user: User, **query: str) -> str:
    browser = Browser()
    browser.force_login(user)
    answer = browser.get(reverse("log:search"), query)
    assert answer.status_code == 200
    return answer.content.decode()


def titles(text: str) -> list[str]:
    found = re.findall(r'class="strong" href="[^"]+" dir="auto">(.*?)</a>', text)
    return [re.sub(r"</?mark>", "", one) for one in found]


def test_words_are_found_in_titles_and_texts_of_every_kind_newest_first(
    lead: User, engagement: Engagement
) -> None:
    log(by=lead, engagement=engagement, line="/risk The vendors may stop")
    log(by=lead, engagement=engagement, line="Called\n\nabout the vendor and the contract")
    log(by=lead, engagement=engagement, line="/decision Replica; rejected: asking the vendor")
    log(by=lead, engagement=engagement, line="Something else")
    assert titles(page(lead, q="vendor")) == ["Replica", "Called", "The vendors may stop"]
    assert titles(page(lead, q='"the contract"')) == ["Called"]
    assert titles(page(lead, q="vendor -contract", kind="entry")) == ["Replica"]
    assert titles(page(lead, q="replica or contract")) == ["Replica", "Called"]
    assert "3 found" in page(lead, q="vendor")


def test_a_reference_finds_what_it_names(lead: User, engagement: Engagement) -> None:
    log(by=lead, engagement=engagement, line="/risk The API ends")
    for words in ("R-1", "r-1"):
        assert titles(page(lead, q=words)) == ["The API ends"]
    assert titles(page(lead, q="R-99999")) == []


def test_nobody_finds_what_they_may_not_see(lead: User, engagement: Engagement) -> None:
    viewer = make_member(engagement, MemberRole.VIEWER, user=make_user(Role.CLIENT)).user
    foreign = make_member(make_engagement(), MemberRole.LEAD).user
    make_item(engagement, "risk", title="vendor hidden", text="vendor snippet")
    make_item(engagement, "risk", title="vendor shown", client_visible=True)
    gone = make_item(engagement, "risk", title="vendor removed")
    items.remove(by=lead, item=gone)
    assert set(titles(page(lead, q="vendor"))) == {"vendor hidden", "vendor shown"}
    seen = page(viewer, q="vendor")
    assert titles(seen) == ["vendor shown"]
    assert "1 found" in seen
    assert "snippet" not in seen
    assert ">Stakeholder<" not in seen
    assert titles(page(viewer, q="R-1")) == []
    assert titles(page(foreign, q="vendor")) == []


def test_what_is_found_is_marked_and_everything_else_is_text(lead: User, engagement: Engagement) -> None:
    hostile = "vendor <script>alert(1)</script> \ue000<b>x</b> \ue001 vendor"
    make_item(engagement, "risk", title="vendor <img src=x>", text=hostile)
    text = page(lead, q="vendor")
    assert "<mark>vendor</mark> &lt;img src=x&gt;" in text
    assert "<script>alert" not in text
    assert "<img" not in text.partition('id="hits"')[2]
    assert text.count("<mark>") == text.count("</mark>")


@pytest.mark.parametrize(
    "words",
    [
        "\0",
        "a\0b",
        "'",
        '"',
        '"unfinished',
        "& | ! ( ) <-> :* \\",
        "the of and",
        "🙂",
        "x" * 10_000,
        "word " * 2_000,
        "%s %(x)s {}",
        "-",
        "R-",
        "\u202e",
        "1; DROP TABLE x",
    ],
)
def test_whatever_is_searched_for_is_answered(lead: User, engagement: Engagement, words: str) -> None:
    make_item(engagement, "risk", title="vendor")
    page(lead, q=words)
    page(lead, q=words, kind="\0", before="\0")
    browser = Browser()
    browser.force_login(lead)
    for address in (reverse("log:list"), reverse("log:engagement", args=[engagement.pk])):
        assert (
            browser.get(address, {"q": words, "tag": words, "by": words, "since": words}).status_code == 200
        )


def test_so_many_are_counted_and_no_more(
    lead: User, engagement: Engagement, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(search_items, "MOST", 3)
    for _ in range(5):
        make_item(engagement, "risk", title="vendor")
    assert "3+ found" in page(lead, q="vendor")


def test_pages_of_hits_join_and_cost_the_same(lead: User, engagement: Engagement) -> None:
    Item.objects.bulk_create(
        Item(
            engagement=engagement, kind="risk", number=n, title=f"vendor{n} vendor", state="open", id=uuid4()
        )
        for n in range(1, 121)
    )
    browser = Browser()
    browser.force_login(lead)
    seen: list[str] = []
    costs = set()
    address = "?q=vendor"
    while address:
        with CaptureQueriesContext(connection) as caught:
            text = browser.get(reverse("log:search") + address).content.decode()
        costs.add(len(caught))
        seen += titles(text)
        address = text.partition('rel="next" href="')[2].partition('"')[0].replace("&amp;", "&")
    assert len(seen) == len(set(seen)) == 120
    assert len(costs) == 1
    assert max(costs) <= 9


def test_the_beginning_of_a_word_is_enough_however_far_it_is_typed(
    lead: User, engagement: Engagement
) -> None:
    make_item(engagement, "risk", title="The classification of letters", text="before the measurement")
    for word in ("classification", "measurement"):
        for length in range(3, len(word) + 1):
            assert len(titles(page(lead, q=word[:length]))) == 1, word[:length]
    assert "<mark>classification</mark>" in page(lead, q="classif")
    assert titles(page(lead, q="class letters")) != []
    assert titles(page(lead, q="cl")) == titles(page(lead, q="lassification")) == []
    assert titles(page(lead, q='"classification of"')) != []
    assert titles(page(lead, q='"letters classification"')) == titles(page(lead, q="classif -letters")) == []
    assert titles(page(lead, q="nothing or classif")) != []


def test_a_word_that_is_everywhere_takes_nothing_away(lead: User, engagement: Engagement) -> None:
    make_item(engagement, "risk", title="The vendor stops")
    with connection.cursor() as cursor:
        for word in sorted(STOP_WORDS):
            cursor.execute("SELECT plainto_tsquery('english', %s)::text", [word])
            assert cursor.fetchone() == ("",), word
    assert titles(page(lead, q="about the vendor because")) == ["The vendor stops"]


def test_an_attachment_is_found_by_its_name_by_those_who_may_see_its_item(
    lead: User, engagement: Engagement
) -> None:
    viewer = make_member(engagement, MemberRole.VIEWER, user=make_user(Role.CLIENT)).user
    foreign = make_member(make_engagement(), MemberRole.LEAD).user
    hidden = make_item(engagement, "risk", title="Hidden")
    shown = make_item(engagement, "action", title="Shown", client_visible=True)
    for number, (item, name) in enumerate({hidden: "budget_2026.xlsx", shown: "Budget <draft>.pdf"}.items()):
        Attachment.objects.create(
            item=item, by=lead, name=name, media_type="x", size=1, sha256="0" * 64, path=f"{number}"
        )
    Attachment.objects.create(
        item=hidden, name="old budget.pdf", media_type="x", size=1, sha256="", path="2", removed_at=hidden.at
    )
    assert titles(page(lead, q="budget")) == ["Shown", "Hidden"]
    assert titles(page(lead, q="2026")) == titles(page(lead, q="budget -draft")) == ["Hidden"]
    assert titles(page(lead, q="budget", kind="action")) == ["Shown"]
    assert "Budget &lt;draft&gt;.pdf" in page(lead, q="budget")
    assert "old budget" not in page(lead, q="budget")
    assert titles(page(viewer, q="budget")) == ["Shown"]
    assert titles(page(foreign, q="budget")) == []
    assert titles(page(lead, q="-budget")) != [], "what a file is not called finds no file"


@pytest.mark.parametrize("words", ["vendor", "vend", '"the vendor"', "vendor -contract", "vendor or budget"])
def test_the_index_of_words_is_used(lead: User, engagement: Engagement, words: str) -> None:
    Item.objects.bulk_create(
        Item(engagement=engagement, kind="risk", number=n, title=f"word{n} text", state="open", id=uuid4())
        for n in range(1, 3_001)
    )
    item = make_item(engagement, "action", title="The vendor")
    Attachment.objects.create(item=item, name="vendor.pdf", media_type="x", size=1, sha256="", path="x")
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
        cursor.execute("SET LOCAL enable_seqscan = off")  # so few rows are read through sooner than looked up
    rows = search_items.found(make_user(Role.MANAGER), words, matching(words))
    assert "item_search" in rows.order_by().explain()
    assert item.pk in rows.values_list("pk", flat=True)


@given(st.text(max_size=60))
def test_whatever_is_typed_its_terms_hold_no_more_than_was_typed(typed: str) -> None:
    for terms in terms_of(typed):
        assert terms
        for term in terms:
            assert term.words in typed
            assert term.words.strip()
            assert not term.begins or term.words.isalnum()
            assert all(guess.isalpha() for guess in term.guesses)
