"""The list of what was written down: narrowed by everything it offers, and to each their own."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from apps.accounts.models import User
from apps.audit.through import acting_through
from apps.engagements.models import Engagement, LogEntry
from apps.engagements.services import items
from apps.engagements.services.log import log
from tests.factories import make_member
from tests.factories.items import make_item

from .writing import signed_in, write

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}


def rows(user: User, engagement: Engagement, query: str = "") -> str:
    headers = {**HTMX, "HX-Target": "log-rows"}
    answer = signed_in(user).get(reverse("log:engagement", args=[engagement.pk]) + query, headers=headers)
    assert answer.status_code == 200
    return answer.content.decode()


def test_the_list_is_narrowed_by_everything_it_offers(maria: User, engagement: Engagement) -> None:
    other = make_member(engagement).user
    write(maria, engagement, "/blocker Wall #legal")
    resolved = write(maria, engagement, "/blocker Fence")
    items.move(by=maria, item=resolved, state="resolved")
    write(other, engagement, "/decision Replica")
    old = write(maria, engagement, "Ancient")
    LogEntry.objects.filter(pk=old.pk).update(at=timezone.now() - timedelta(days=30))
    day = timezone.localdate().isoformat()
    for query, titles in {
        "": {"Wall", "Fence", "Replica", "Ancient"},
        "?kind=blocker": {"Wall", "Fence"},
        "?kind=open": {"Wall"},
        f"?by={other.pk}": {"Replica"},
        "?tag=%23Legal": {"Wall"},
        f"?since={day}": {"Wall", "Fence", "Replica"},
        f"?until={(timezone.localdate() - timedelta(days=2)).isoformat()}": {"Ancient"},
        "?q=replica": {"Replica"},
        "?kind=nonsense&by=nobody&since=yesterday&until=9999-99-99&before=never": {
            "Wall",
            "Fence",
            "Replica",
            "Ancient",
        },
        "?since=0001-01-01&until=9999-12-31": {"Wall", "Fence", "Replica", "Ancient"},
        "?tag=nothing": set(),
    }.items():
        found = rows(maria, engagement, query)
        assert {
            title for title in ("Wall", "Fence", "Replica", "Ancient") if f">{title}" in found
        } == titles, query


def test_the_client_reads_what_is_for_them_and_learns_of_nothing_else(
    maria: User, client_viewer: User, engagement: Engagement
) -> None:
    write(maria, engagement, "Shown #open !client")
    write(maria, engagement, "Hidden #secret")
    for address in (reverse("log:engagement", args=[engagement.pk]), reverse("log:list")):
        text = signed_in(client_viewer).get(address).content.decode()
        assert "Shown" in text
        for hidden in ("Hidden", "secret", 'name="by"', "visible to the client"):
            assert hidden not in text, hidden
    assert "Hidden" not in rows(client_viewer, engagement, "?tag=secret")


def test_pages_of_the_list_join_without_gap_or_repetition(maria: User, engagement: Engagement) -> None:
    moment = timezone.now()
    for number in range(105):
        write(maria, engagement, f"entry{number}.")
    LogEntry.objects.update(at=moment)  # all at once: the id decides
    seen: list[str] = []
    address = "?"
    while address:
        text = rows(maria, engagement, address)
        seen += [word.split(".")[0] for word in text.split(">entry")[1:]]
        later = text.partition('rel="next" href="')[2]
        address = later.partition('"')[0].replace("&amp;", "&")
    assert len(seen) == 105
    assert len(set(seen)) == 105


def test_a_list_costs_the_same_for_one_entry_as_for_fifty(maria: User, engagement: Engagement) -> None:
    def cost(address: str) -> int:
        browser = signed_in(maria)
        browser.get(address)
        with CaptureQueriesContext(connection) as caught:
            assert browser.get(address).status_code == 200
        return len(caught)

    addresses = [reverse(f"log:{name}", args=[engagement.pk]) for name in ("engagement", "timeline")]
    addresses += [reverse("log:list"), reverse("log:search") + "?q=word"]
    write(maria, engagement, "word @maria")
    few = [cost(address) for address in addresses]
    for number in range(50):
        write(maria, engagement, f"word {number} @maria #t{number} L-1")
    assert [cost(address) for address in addresses] == few
    assert max(few) <= 9


def test_lists_show_the_hours_and_the_tag_where_it_was_written(maria: User, engagement: Engagement) -> None:
    made = write(
        maria, engagement, "#urgent fix of the export 1h30m\nAsk for #vpn and snake_case_names, if a > b"
    )
    assert made.title == "#urgent fix of the export"
    page = signed_in(maria).get(reverse("log:engagement", args=[engagement.pk])).content.decode()
    assert "1h30m" in page
    assert ">#urgent fix of the export</a>" in page
    assert ">Ask for #vpn and snake_case_names, if a &gt; b</p>" in page
    assert "1h30m" in signed_in(maria).get(reverse("log:timeline", args=[engagement.pk])).content.decode()


def test_lines_that_made_something_else_are_seen_where_they_were_typed(
    maria: User, client_viewer: User, engagement: Engagement
) -> None:
    write(maria, engagement, "An entry")
    write(maria, engagement, "/risk high A risk")
    write(maria, engagement, "/action @nell 2027-03-01 An action !client")
    write(maria, engagement, "/milestone 2027-03-01 A milestone")
    request = write(maria, engagement, "/access it A request !internal")
    items.move(by=maria, item=request, state="withdrawn")
    make_item(engagement, "stakeholder", title="Somebody")
    everything = {"An entry", "A risk", "An action", "A milestone", "A request"}
    for query, told in {
        "": everything,
        "?kind=entries": {"An entry"},
        "?kind=note": {"An entry"},
        "?kind=risk": {"A risk"},
        "?kind=access_request": {"A request"},
        "?kind=stakeholder": everything,
        "?kind=open": set(),
    }.items():
        found = rows(maria, engagement, query)
        assert {title for title in (*everything, "Somebody") if f">{title}</a>" in found} == told, query
    found = rows(maria, engagement)
    assert "Maria Lindqvist · for Nell Client · due 1 Mar 2027" in found
    assert "· withdrawn" in found
    seen = rows(client_viewer, engagement)
    assert {title for title in everything if f">{title}</a>" in seen} == {"An action", "A milestone"}
    page = signed_in(maria).get(reverse("log:list")).content.decode()
    assert ">A risk</a>" in page
    assert '<option value="entries">Log entries only</option>' in page


def test_what_a_token_wrote_bears_its_name_for_everybody_but_the_client(
    maria: User, client_viewer: User, engagement: Engagement
) -> None:
    with acting_through(engagement.pk, "Night watch"):
        log(by=None, engagement=engagement, line="All quiet !client")
    pages = [reverse(f"log:{name}", args=[engagement.pk]) for name in ("engagement", "timeline")]
    for address in (*pages, reverse("log:search") + "?q=quiet"):
        assert "token Night watch" in signed_in(maria).get(address).content.decode(), address
        told = signed_in(client_viewer).get(address).content.decode()
        assert "All " in told
        assert "Night watch" not in told
