"""A manager's word on health: with a reason, for a while, and seen as what it is."""

import csv
import io
from datetime import timedelta

import pytest
from django.test import Client as Browser
from django.urls import reverse
from django.utils import timezone

from apps.accounts.models import Role, User
from apps.audit.models import Event
from apps.core.errors import Refused
from apps.engagements.models import Engagement, Item, Kind, MemberRole
from apps.engagements.services import items
from apps.overview.models import HealthOverride
from apps.overview.services.health import LONGEST, end_override, override_health
from tests.factories import make_engagement, make_member, make_user
from tests.factories.items import make_item

DAY = timedelta(days=1)
pytestmark = pytest.mark.django_db


@pytest.fixture
def engagement() -> Engagement:
    made = make_engagement(name="triage")
    make_member(made)
    make_item(made, Kind.ENTRY, entry_kind="blocker", state="open", title="No VPN")
    return made


@pytest.fixture
def manager() -> User:
    return make_user(Role.MANAGER)


def say(manager: User, engagement: Engagement, **said: object) -> HealthOverride:
    today = timezone.localdate()
    words = {"colour": "green", "reason": "The VPN comes on Monday", "until": today + 5 * DAY, **said}
    return override_health(by=manager, engagement=engagement, **words)


def portfolio(person: User, query: str = "") -> str:
    browser = Browser()
    browser.force_login(person)
    return browser.get(reverse("overview:portfolio") + query).content.decode()


def test_it_counts_and_is_shown_as_an_override(manager: User, engagement: Engagement) -> None:
    assert "Amber" in portfolio(manager)
    say(manager, engagement)
    page = portfolio(manager)
    until = timezone.localdate() + 5 * DAY
    assert f"override until {until}: The VPN comes on Monday</small>" in page
    assert "triage" in portfolio(manager, "?health=green")
    assert "triage" in portfolio(manager, "?trouble=overridden")
    assert "triage" not in portfolio(manager, "?health=amber")
    assert Event.objects.filter(verb="overrode health of", data__why="The VPN comes on Monday").exists()


def test_its_reason_and_end_go_along_in_the_csv(manager: User, engagement: Engagement) -> None:
    said = say(manager, engagement)
    assert "triage" in portfolio(manager)
    browser = Browser()
    browser.force_login(manager)
    sent = b"".join(browser.get(reverse("overview:portfolio-csv")).streaming_content).decode("utf-8-sig")
    (row,) = csv.DictReader(io.StringIO(sent))
    assert (row["Override until"], row["Override reason"]) == (said.until.isoformat(), said.reason)


def test_after_its_last_day_the_evidence_speaks(manager: User, engagement: Engagement) -> None:
    said = say(manager, engagement)
    for until, counts in ((0, True), (-1, False)):
        HealthOverride.objects.filter(pk=said.pk).update(until=timezone.localdate() + until * DAY)
        assert (": The VPN comes on Monday</small>" in portfolio(manager)) is counts


def test_the_latest_word_counts_and_every_one_stays(manager: User, engagement: Engagement) -> None:
    say(manager, engagement)
    say(manager, engagement, colour="red", reason="It does not come")
    assert "triage" in portfolio(manager, "?health=red")
    end_override(by=manager, engagement=engagement)
    assert "triage" in portfolio(manager, "?health=amber")
    browser = Browser()
    browser.force_login(manager)
    page = browser.get(reverse("overview:health", args=[engagement.pk])).content.decode()
    assert "The VPN comes on Monday" in page
    assert "It does not come" in page
    assert "Blocked since today: No VPN" in page


@pytest.mark.parametrize(
    ("said", "message"),
    [
        ({"reason": " "}, "Say why"),
        ({"colour": "unrated"}, "Choose red"),
        ({"colour": "blue"}, "Choose red"),
        ({"until": -1}, "is past"),
        ({"until": LONGEST + 1}, "At most until"),
    ],
)
def test_what_cannot_count_is_refused(
    manager: User, engagement: Engagement, said: dict[str, object], message: str
) -> None:
    dated = {name: timezone.localdate() + v * DAY if isinstance(v, int) else v for name, v in said.items()}
    with pytest.raises(Refused, match=message):
        say(manager, engagement, **dated)
    assert not HealthOverride.objects.exists()


def test_only_managers_say_otherwise(engagement: Engagement) -> None:
    lead = make_member(engagement, MemberRole.LEAD).user
    browser = Browser()
    browser.force_login(lead)
    address = reverse("overview:health", args=[engagement.pk])
    assert "End it now" not in browser.get(address).content.decode()
    words = {"colour": "green", "reason": "x", "until": str(timezone.localdate())}
    assert browser.post(address, words).status_code == 403
    assert browser.post(reverse("overview:health-end", args=[engagement.pk])).status_code == 403
    assert not HealthOverride.objects.exists()


def test_the_form_keeps_what_was_typed(manager: User, engagement: Engagement) -> None:
    browser = Browser()
    browser.force_login(manager)
    address = reverse("overview:health", args=[engagement.pk])
    wrong = {"colour": "green", "reason": "Typed at length", "until": "2020-01-01"}
    page = browser.post(address, wrong).content.decode()
    assert "2020-01-01 is past" in page
    assert "Typed at length" in page
    right = {**wrong, "until": str(timezone.localdate())}
    assert browser.post(address, right)["Location"] == address
    assert HealthOverride.objects.get().by == manager


def test_an_engagement_of_nobody_and_of_nothing_has_a_page(manager: User) -> None:
    browser = Browser()
    browser.force_login(manager)
    page = browser.get(reverse("overview:health", args=[make_engagement().pk])).content.decode()
    assert "Nobody works on it" in page


def test_the_page_says_each_reason_once(engagement: Engagement, manager: User) -> None:
    for title in ("Drift", "Drift", "Delay"):
        make_item(engagement, Kind.RISK, severity="high", title=title)
    browser = Browser()
    browser.force_login(manager)

    def parts() -> list[str]:
        text = browser.get(reverse("overview:health", args=[engagement.pk])).content.decode()
        return text.split("What else needs somebody")

    (amber,) = parts()
    assert [amber.count(words) for words in ("No VPN", "mitigation: Drift", "mitigation: Delay")] == [1, 2, 1]
    blocker = Item.objects.get(title="No VPN")
    items.change(by=None, item=blocker, version=None, at=timezone.now() - 9 * DAY)
    red, others = parts()
    assert [red.count(words) for words in ("No VPN", "mitigation: Drift", "mitigation: Delay")] == [1, 0, 0]
    assert [others.count(words) for words in ("No VPN", "mitigation: Drift", "mitigation: Delay")] == [
        0,
        2,
        1,
    ]
