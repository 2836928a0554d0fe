"""An access request of one line: which gate waits for it and whom it is asked of, previewed, kept and refused; and what
a preview does not promise."""

import json
from html import unescape

import pytest
from django.urls import reverse

from apps.accounts.models import User
from apps.engagements.models import AccessRequest, Engagement, Item
from apps.engagements.rules.grammar import COMMANDS
from apps.engagements.services import items
from apps.engagements.services.log import Unclear, log, preview
from tests.factories.items import make_item

from .writing import signed_in, write, written

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true", "HX-Target": "log-preview"}


@pytest.fixture
def head_of_it(engagement: Engagement) -> Item:
    return make_item(engagement, "stakeholder", title="Dana Ruiz", position="Head of IT")


def test_it_keeps_the_gate_that_waits_and_whom_it_is_asked_of(
    maria: User, engagement: Engagement, head_of_it: Item
) -> None:
    made = write(maria, engagement, '/access security for:pilot of:"head of it" Review of the API #vpn')
    assert isinstance(made, AccessRequest)
    assert made.holds_up is not None
    assert (made.holds_up.stage, made.asked_of_id) == ("pilot", head_of_it.pk)
    assert (made.title, made.approver, made.asked_for) == ("Review of the API #vpn", "security", "review")
    assert not made.links_out.exists()
    assert write(maria, engagement, "/access of:P-1 VPN").asked_of_id == head_of_it.pk


def test_the_preview_says_both(maria: User, engagement: Engagement, head_of_it: Item) -> None:
    add = reverse("log:add", args=[engagement.pk])
    shown = signed_in(maria).post(add, {"line": "/access it for:pilot of:dana VPN"}, headers=HTMX)
    text = shown.content.decode()
    assert "the pilot gate waits for it" in text
    assert "asked of Dana Ruiz, Head of IT" in text


@pytest.mark.parametrize(
    ("line", "part", "says"),
    [
        ("/access for:pilto of:dana VPN", "for:pilto", "Did you mean for:pilot?"),
        ("/access for:pilot of:dena VPN", "of:dena", "is no stakeholder of this engagement."),
    ],
)
def test_an_unknown_gate_or_stakeholder_keeps_the_text_and_says_which_part(
    maria: User, engagement: Engagement, head_of_it: Item, line: str, part: str, says: str
) -> None:
    with pytest.raises(Unclear) as caught:
        log(by=maria, engagement=engagement, line=line)
    (problem,) = caught.value.draft.problems
    assert line[problem.start : problem.end] == part
    assert says in str(problem)
    page = signed_in(maria).post(reverse("log:add", args=[engagement.pk]), {"line": line})
    assert page.status_code == 409
    assert f"{line}</textarea>" in page.content.decode()
    assert not AccessRequest.objects.exists()


def test_who_has_left_was_removed_or_is_on_another_engagement_is_asked_nothing(
    maria: User, engagement: Engagement, head_of_it: Item
) -> None:
    gone = make_item(engagement, "stakeholder", title="Gone Person")
    items.remove(by=maria, item=gone)
    left = make_item(engagement, "stakeholder", title="Left Person")
    items.move(by=maria, item=left, state="left")
    for name in ("gone", "left"):
        assert preview(by=maria, engagement=engagement, line=f"/access of:{name} VPN").problems
    assert not preview(by=maria, engagement=engagement, line="/access of:dana VPN").problems


def test_an_action_for_nobody_is_not_previewed_as_the_writers(maria: User, engagement: Engagement) -> None:
    refused = preview(by=maria, engagement=engagement, line="/action @unknown Send it")
    assert refused.problems
    assert refused.owner is None
    add = reverse("log:add", args=[engagement.pk])
    shown = signed_in(maria).post(add, {"line": "/action @unknown Send it"}, headers=HTMX).content.decode()
    assert "for Maria" not in shown
    anyway = log(by=maria, engagement=engagement, line="/action Ask @unknown", anyway=True).item
    assert anyway.owner == maria, "an @ that is text names no owner"


def test_the_box_knows_every_command_with_a_word_on_each(maria: User, engagement: Engagement) -> None:
    for address in (reverse("log:engagement", args=[engagement.pk]), reverse("log:new")):
        page = signed_in(maria).get(address).content.decode()
        kept = unescape(page.partition('data-commands="')[2].partition('"')[0])
        known = {one["word"]: one["name"] for one in json.loads(kept)}
        assert known.keys() == COMMANDS.keys()
        assert all(known.values())
    assert written(engagement) == 0
