"""What the timeline tells of scoping: what was written, picked, rejected, stated and dropped, and to clients only what
is theirs to know."""

import pytest
from django.db import connection
from django.test import Client as Browser
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from apps.accounts.models import Role, User
from apps.engagements import timeline
from apps.engagements.models import Engagement, MemberRole
from apps.engagements.services import items
from apps.scoping import services
from apps.scoping.models import SuccessCriterion, UseCase
from tests.factories import make_engagement, make_member, make_user

pytestmark = pytest.mark.django_db
GOAL = {"metric": "exact", "direction": "at_least"}


@pytest.fixture
def engagement(db: None) -> Engagement:
    return make_engagement()


@pytest.fixture
def lead(engagement: Engagement) -> User:
    return make_member(engagement, MemberRole.LEAD).user


@pytest.fixture
def viewer(engagement: Engagement) -> User:
    return make_member(engagement, MemberRole.VIEWER, user=make_user(Role.CLIENT)).user


def told(user: User, engagement: Engagement, **wanted: str) -> list[tuple[str, str, str]]:
    """Reference, kind as a word, and state of each moment, the oldest first."""
    found = timeline.moments(user, engagement, limit=100, **wanted)  # type: ignore[arg-type]
    return [(moment.reference, moment.name, moment.state) for moment in reversed(found)]


def use_case(lead: User, engagement: Engagement, title: str, *, visible: bool = True) -> UseCase:
    return services.write_use_case(by=lead, engagement=engagement, title=title, client_visible=visible)


def criterion(
    lead: User, engagement: Engagement, threshold: float, *, visible: bool = True
) -> SuccessCriterion:
    return services.write_criterion(
        by=lead,
        engagement=engagement,
        title=f"At least {threshold}",
        threshold=threshold,
        client_visible=visible,
        **GOAL,
    )


def test_scoping_is_told_in_the_order_in_which_it_went(lead: User, engagement: Engagement) -> None:
    sort, answer = (use_case(lead, engagement, title) for title in ("Sort", "Answer"))
    vague = services.write_criterion(by=lead, engagement=engagement, title="Better", measured_by="pilot")
    services.settle(
        by=lead, engagement=engagement, picked=[sort], rejected={answer: "Not measurable"}, reason="Counts"
    )
    services.change_criterion(by=lead, criterion=vague, version=None, threshold=0.9, **GOAL)
    services.drop_criterion(by=lead, criterion=vague, why="Another one says it")
    services.restore_criterion(by=lead, criterion=SuccessCriterion.objects.get())
    services.reconsider(by=lead, use_case=UseCase.objects.get(pk=sort.pk))
    kinds = told(lead, engagement)
    assert kinds[:3] == [
        ("U-1", "Use case", ""),
        ("U-2", "Use case", ""),
        ("C-1", "Success criterion", ""),
    ]
    assert set(kinds[3:6]) == {
        ("U-1", "Use case", "picked"),
        ("U-2", "Use case", "rejected"),
        ("L-1", "Decision", ""),
    }
    assert [one for one in kinds[6:] if one[0] != "L-2"] == [
        ("C-1", "Success criterion", "stated"),
        ("C-1", "Success criterion", "dropped"),
        ("C-1", "Success criterion", "stated"),
        ("U-1", "Use case", "open again"),
    ]


def test_it_can_be_narrowed_to_either(lead: User, engagement: Engagement) -> None:
    one = use_case(lead, engagement, "Sort")
    services.drop_criterion(by=lead, criterion=criterion(lead, engagement, 0.9), why="Too hard")
    services.settle(by=lead, engagement=engagement, picked=[one], rejected={}, reason="Counts")
    assert told(lead, engagement, kind="use_case") == [("U-1", "Use case", ""), ("U-1", "Use case", "picked")]
    assert told(lead, engagement, kind="criterion") == [
        ("C-1", "Success criterion", ""),
        ("C-1", "Success criterion", "dropped"),
    ]


def test_the_client_is_told_of_what_is_shown_to_them_alone(
    lead: User, viewer: User, engagement: Engagement
) -> None:
    for visible in (True, False):
        picked = use_case(lead, engagement, f"seen {visible}", visible=visible)
        dropped = criterion(lead, engagement, 0.5 + visible / 10, visible=visible)
        services.settle(by=lead, engagement=engagement, picked=[picked], rejected={}, reason="Counts")
        services.drop_criterion(by=lead, criterion=dropped, why="secret reason")
    known = told(viewer, engagement)
    assert {reference for reference, _, _ in known} <= {"U-1", "C-1", "L-1"}
    assert {("U-1", "Use case", "picked"), ("C-1", "Success criterion", "dropped")} <= set(known)
    browser = Browser()
    browser.force_login(viewer)
    for query in ("", "?kind=use_case", "?kind=criterion"):
        page = browser.get(reverse("log:timeline", args=[engagement.pk]) + query).content.decode()
        for hidden in ("seen False", "At least 0.5", "U-2", "C-2", "secret reason"):
            assert hidden not in page
    items.change(by=lead, item=UseCase.objects.get(number=1), version=None, client_visible=False)
    assert "U-1" not in {reference for reference, _, _ in told(viewer, engagement)}


@pytest.mark.parametrize("who", ["lead", "viewer"])
def test_it_costs_the_same_however_much_was_scoped(
    lead: User, viewer: User, engagement: Engagement, client: Browser, who: str
) -> None:
    client.force_login({"lead": lead, "viewer": viewer}[who])
    address = reverse("log:timeline", args=[engagement.pk])
    counted = []
    for part in range(1, 4):
        for n in range(4):
            services.drop_criterion(
                by=lead, criterion=criterion(lead, engagement, part / 10 + n / 100), why="Enough"
            )
        found = [use_case(lead, engagement, f"{part} {n}") for n in range(4)]
        services.settle(by=lead, engagement=engagement, picked=found[:1], rejected={}, reason="Counts")
        client.get(address)
        with CaptureQueriesContext(connection) as caught:
            assert client.get(address).status_code == 200
        counted.append(len(caught))
    assert counted[0] == counted[1] == counted[2] <= 12, [query["sql"][:160] for query in caught]
