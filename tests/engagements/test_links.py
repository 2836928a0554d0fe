"""Links: read from both sides, within one engagement, and never round in a circle."""

from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise, permutations

import pytest
from django.db import connections
from django.test import Client as Browser
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from apps.accounts.models import Role, User
from apps.core.errors import Refused
from apps.engagements.models import Item, Kind, Link, MemberRole
from apps.engagements.rules.links import circle, reference_in
from apps.engagements.selectors.around import links_of
from apps.engagements.services import items, links
from tests.factories import make_engagement, make_member, make_user
from tests.factories.items import make_item

IN_PLACE = {"HX-Request": "true", "HX-Target": "links"}
EDGES = st.lists(st.tuples(st.integers(0, 5), st.integers(0, 5)), max_size=12)


def ways(edges: list[tuple[int, int]], source: int, target: int) -> list[tuple[int, ...]]:
    """Every way from target back to source that goes through no node twice, tried one by one."""
    if source == target:
        return [(source,)]
    inner = [node for node in range(6) if node not in (source, target)]
    tried = (
        (target, *between, source) for size in range(len(inner) + 1) for between in permutations(inner, size)
    )
    known = set(edges)
    return [way for way in tried if all(step in known for step in pairwise(way))]


@given(EDGES, st.integers(0, 5), st.integers(0, 5))
def test_a_circle_is_found_exactly_when_there_is_one_and_is_the_shortest(
    edges, source: int, target: int
) -> None:
    found, known = circle(edges, source, target), ways(edges, source, target)
    assert (found is None) == (known == [])
    if found is not None:
        assert found[0] == found[-1] == source
        assert tuple(found[1:]) in known
        assert len(found) - 1 == min(map(len, known))


@given(EDGES)
def test_edges_added_one_by_one_never_close_a_circle(edges) -> None:
    kept: list[tuple[int, int]] = []
    for source, target in edges:
        if circle(kept, source, target) is None:
            kept.append((source, target))
    assert not any(ways([edge for edge in kept if edge != (a, b)], a, b) for a, b in kept)


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("R-4", ("risk", 4)),
        ("r4", ("risk", 4)),
        (" a - 12 the title", ("action", 12)),
        ("#R-4", ("risk", 4)),
        ("R-4 Data is late", ("risk", 4)),
        ("R-0", None),
        ("Z-4", None),
        ("R-", None),
        ("", None),
        ("R-4x", None),
        ("R-٤", None),
        ("R-" + "9" * 400, None),
        ("\0", None),
    ],
)
def test_a_reference_is_read_as_it_is_typed(text: str, meant: tuple[str, int] | None) -> None:
    assert reference_in(text) == meant


def signed_in(user: User) -> Browser:
    browser = Browser()
    browser.force_login(user)
    return browser


@pytest.fixture
def engineer(db: None) -> User:
    return make_member(make_engagement(), MemberRole.ENGINEER).user


@pytest.fixture
def engagement(engineer: User):
    return engineer.memberships.get().engagement


@pytest.fixture
def client_viewer(engagement) -> User:
    return make_member(engagement, MemberRole.VIEWER, user=make_user(Role.CLIENT)).user


@pytest.fixture
def risk(engagement) -> Item:
    return make_item(engagement, Kind.RISK, title="The risk", client_visible=True)


@pytest.fixture
def action(engagement) -> Item:
    return make_item(engagement, Kind.ACTION, title="The action", client_visible=True)


def add(user: User, item: Item, **data: str):
    return signed_in(user).post(reverse("items:link-add", args=[item.pk]), data, headers=IN_PLACE)


def said_of(user: User, item: Item) -> list[tuple[str, str]]:
    return [(linked.words, linked.other.reference) for linked in links_of(user, item)]


def test_a_link_is_read_from_both_sides(engineer: User, risk: Item, action: Item) -> None:
    text = add(engineer, risk, said="blocked_by", other="a-1").content.decode()
    assert "blocked by" in text
    assert "The action" in text
    assert said_of(engineer, action) == [("blocks", "R-1")]
    assert said_of(engineer, risk) == [("blocked by", "A-1")]
    assert (Link.objects.get().source_id, Link.objects.get().by) == (action.pk, engineer)


def test_the_same_link_twice_is_one(engineer: User, risk: Item, action: Item) -> None:
    for said, item, other in (("mitigates", action, "R-1"), ("mitigated_by", risk, "A-1 The action")):
        add(engineer, item, said=said, other=other)
    assert Link.objects.count() == 1


@pytest.mark.parametrize(
    ("data", "why"),
    [
        ({}, "such as R-4"),
        ({"said": "blocks", "other": "nothing"}, "such as R-4"),
        ({"said": "blocks", "other": "R-99"}, "no R-99"),
        ({"said": "blocks", "other": "A-1"}, "linked to itself"),
        ({"said": "eats", "other": "R-1"}, "Select a valid choice"),
        ({"said": "blocks", "other": "\0"}, "Null characters"),
        ({"said": "blocks", "other": "x" * 9000}, "at most 300"),
        ({"said": "blocks", "other": "R-" + "9" * 200}, "such as R-4"),
    ],
)
def test_what_makes_no_link_is_refused_where_it_was_typed(
    data, why: str, engineer: User, risk: Item, action: Item
) -> None:
    answer = add(engineer, action, **data)
    assert answer.status_code == 200
    assert why in answer.content.decode()
    assert not Link.objects.exists()


def test_an_item_of_another_engagement_is_not_known_here(engineer: User, action: Item) -> None:
    other = make_item(make_engagement(), Kind.RISK)
    assert "no R-1" in add(engineer, action, said="blocks", other="R-1").content.decode()
    with pytest.raises(Refused, match="on this engagement"):
        links.add_link(by=engineer, item=action, other=other, said="blocks")


def test_a_circle_is_refused_and_spelled_out(engineer: User, engagement) -> None:
    one, two, three = (make_item(engagement, Kind.ACTION) for _ in range(3))
    links.add_link(by=engineer, item=one, other=two, said="blocks")
    links.add_link(by=engineer, item=three, other=two, said="blocked_by")
    text = add(engineer, three, said="blocks", other="A-1").content.decode()
    assert "A-3 → A-1 → A-2 → A-3" in text
    assert 'value="A-1"' in text
    assert Link.objects.count() == 2
    links.add_link(by=engineer, item=three, other=one, said="concerns")


def test_two_who_close_a_circle_from_both_ends_are_told_apart(transactional_db: None) -> None:
    engagement = make_engagement()
    for _ in range(4):
        one, two = (make_item(engagement, Kind.ACTION) for _ in range(2))

        def block(ends: tuple[Item, Item]) -> bool:
            try:
                links.add_link(by=None, item=ends[0], other=ends[1], said="blocks")
            except Refused:
                return False
            else:
                return True
            finally:
                connections.close_all()

        with ThreadPoolExecutor(2) as pool:
            assert sorted(pool.map(block, [(one, two), (two, one)])) == [False, True]


def test_a_removed_item_is_linked_to_nothing_and_shown_nowhere(
    engineer: User, risk: Item, action: Item
) -> None:
    links.add_link(by=engineer, item=risk, other=action, said="concerns")
    items.remove(by=engineer, item=action)
    assert said_of(engineer, risk) == []
    assert "no A-1" in add(engineer, risk, said="blocks", other="A-1").content.decode()
    with pytest.raises(Refused, match="removed meanwhile"):
        links.add_link(by=engineer, item=risk, other=action, said="blocks")
    items.restore(by=engineer, item=action)
    assert said_of(engineer, risk) == [("concerns", "A-1")]


def test_unlinked_twice_is_unlinked(engineer: User, risk: Item, action: Item) -> None:
    link = links.add_link(by=engineer, item=risk, other=action, said="concerns")
    address = reverse("items:link-remove", args=[risk.pk, link.pk])
    assert "Linked to nothing" in signed_in(engineer).post(address, headers=IN_PLACE).content.decode()
    assert signed_in(engineer).post(address).status_code == 404
    links.remove_link(by=engineer, link=Link(pk=link.pk, source=risk, target=action))


def test_a_link_is_not_parted_from_an_item_it_does_not_touch(
    engineer: User, engagement, risk: Item, action: Item
) -> None:
    link = links.add_link(by=engineer, item=risk, other=action, said="concerns")
    wrong = reverse("items:link-remove", args=[make_item(engagement).pk, link.pk])
    assert signed_in(engineer).post(wrong).status_code == 404
    assert Link.objects.exists()


def test_a_client_learns_of_no_link_to_what_is_internal(
    engineer: User, client_viewer: User, engagement, risk: Item, action: Item
) -> None:
    hidden = make_item(engagement, Kind.ISSUE, title="Wolpertinger")
    for other in (hidden, action):
        links.add_link(by=engineer, item=risk, other=other, said="blocks")
    text = signed_in(client_viewer).get(risk.get_absolute_url()).content.decode()
    assert "The action" in text
    for word in ("Wolpertinger", "I-1", str(hidden.pk)):
        assert word not in text
    assert said_of(client_viewer, risk) == [("blocks", "A-1")]
    assert add(client_viewer, risk, said="blocks", other="A-1").status_code == 403
    others = reverse("items:link-others", args=[risk.pk])
    assert signed_in(client_viewer).get(others).status_code == 403


def test_what_is_being_typed_is_looked_for_among_the_engagements_items(
    engineer: User, risk: Item, action: Item
) -> None:
    make_item(make_engagement(), Kind.ACTION, title="The foreign action")
    address = reverse("items:link-others", args=[risk.pk])
    for typed in ("a-1", "the act", "A1"):
        text = signed_in(engineer).get(address, {"other": typed}).content.decode()
        assert text.strip() == '<option value="A-1 The action"></option>', typed
    assert "A-1 The action" in signed_in(engineer).get(address).content.decode()
    assert signed_in(engineer).get(address, {"other": "\0nothing"}).content.decode().strip() == ""
