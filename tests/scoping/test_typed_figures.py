"""Figures as people type them into the forms of baselines, assumptions, criteria and measurements."""

from datetime import date
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client as Browser
from django.urls import reverse

from apps.engagements.models import Engagement, MemberRole
from apps.scoping import services
from apps.scoping.models import Baseline, Measurement, SuccessCriterion, UseCase, ValueAssumption
from tests.factories import make_engagement, make_member

pytestmark = pytest.mark.django_db
BASELINE = {
    "metric": "sorted",
    "unit": "",
    "basis": "stated",
    "how": "they say so",
    "n": "",
    "measured_on": "",
}
CRITERION = {
    "title": "sorted", "text": "", "measured_by": "hand", "metric": "sorted", "direction": "at_least", "unit": "",
    "decider": "", "decider_name": "", "use_case": "", "baseline": "", "client_visible": "on",
}  # fmt: skip


@pytest.fixture
def engagement() -> Engagement:
    return make_engagement()


@pytest.fixture
def lead(engagement: Engagement) -> Browser:
    found = Browser()
    found.force_login(make_member(engagement, MemberRole.LEAD).user)
    return found


@pytest.fixture
def use_case(engagement: Engagement) -> UseCase:
    return services.write_use_case(by=None, engagement=engagement, title="Letters")


def add_baseline(lead: Browser, use_case: UseCase, **said: Any) -> str:
    address = reverse("scoping:baseline-new", args=[use_case.pk])
    return lead.post(address, {**BASELINE, **said}, follow=True).content.decode()


@pytest.mark.parametrize(
    ("value", "unit", "kept"),
    [
        ("70 %", "", (0.7, "share")),
        ("70%", "share", (0.7, "share")),
        ("70 %", "%", (70, "%")),
        ("12,5", "minutes", (12.5, "minutes")),
        ("1 234,5", "EUR", (1234.5, "EUR")),
        ("29 %", "", (0.29, "share")),
    ],
)
def test_a_baseline_is_kept_as_it_was_meant(
    lead: Browser, use_case: UseCase, value: str, unit: str, kept: tuple[float, str]
) -> None:
    add_baseline(lead, use_case, value=value, unit=unit, n="2,400")
    found = Baseline.objects.get()
    assert ((found.value, found.unit), found.n) == (kept, 2400)


@pytest.mark.parametrize(
    ("said", "says"),
    [
        ({"value": "1,234"}, "1,234 may be 1234 or 1.234; write one of them."),
        ({"value": "70 %", "unit": "minutes"}, "70 % is a share, but the unit is minutes."),
        ({"value": "a lot"}, "Write it such as 1234.5."),
        ({"value": "7", "n": "half"}, "is no number"),
        ({"value": "7", "n": "70 %"}, "Write the number without %."),
        ({"value": ""}, "This field is required."),
        ({"value": "1e13"}, "less than or equal"),
    ],
)
def test_what_is_unclear_stays_typed_and_says_what_would_be_right(
    lead: Browser, use_case: UseCase, said: dict[str, str], says: str
) -> None:
    text = add_baseline(lead, use_case, **said)
    assert says in text
    assert f'value="{said["value"]}"' in text or not said["value"]
    assert not Baseline.objects.exists()


def test_an_assumption_and_the_minutes_of_a_step_are_read_alike(lead: Browser, use_case: UseCase) -> None:
    address = reverse("scoping:assumption-new", args=[use_case.pk])
    said = {"wording": "saved", "value": "35 %", "unit": "", "basis": "stated", "source": "them"}
    lead.post(address, said)
    found = ValueAssumption.objects.get()
    assert (found.value, found.unit) == (0.35, "share")
    process = reverse("scoping:use-case-process", args=[use_case.pk])
    volume = {
        "volume": "12 000",
        "minutes_per_case": "4,5",
        "volume_basis": "stated",
        "minutes_basis": "stated",
    }
    steps = {"steps-count": "1", "steps-0-step": "Open it", "steps-0-minutes": "5 %"}
    text = lead.post(process, {**volume, **steps, "version": "1"}).content.decode()
    assert "Write the number without %." in text
    lead.post(process, {**volume, **steps, "steps-0-minutes": "1,5", "version": "1"})
    use_case.refresh_from_db()
    assert (use_case.volume, use_case.minutes_per_case, use_case.steps[0]["minutes"]) == (12_000, 4.5, 1.5)


@pytest.mark.parametrize(
    ("unit", "kept"), [("", (0.9, "share")), ("share", (0.9, "share")), ("%", (90, "%"))]
)
def test_a_threshold_takes_the_same_numbers(
    lead: Browser, engagement: Engagement, unit: str, kept: tuple[float, str]
) -> None:
    address = reverse("scoping:criterion-new", args=[engagement.pk])
    lead.post(address, {**CRITERION, "unit": unit, "threshold": "90 %"})
    found = SuccessCriterion.objects.get()
    assert (found.threshold, found.unit) == kept


def test_a_percentage_of_something_that_is_no_share_is_refused(lead: Browser, engagement: Engagement) -> None:
    address = reverse("scoping:criterion-new", args=[engagement.pk])
    said = {**CRITERION, "unit": "minutes", "threshold": "90 %"}
    assert "90 % is a share, but the unit is minutes." in lead.post(address, said).content.decode()
    assert not SuccessCriterion.objects.exists()
    goal = {
        "metric": "speed",
        "direction": "at_most",
        "threshold": 5,
        "unit": "minutes",
        "measured_by": "hand",
    }
    criterion = services.write_criterion(by=None, engagement=engagement, title="quick", **goal)
    hand = {"key": str(uuid4()), "n": "", "low": "", "high": "", "measured_on": date.today().isoformat()}
    said = {**hand, "value": "4 %", "how": "a clock", "link": "https://x.example", "evidence": ""}
    measure = reverse("scoping:criterion-measure", args=[criterion.pk])
    assert "4 % is a share" in lead.post(measure, said).content.decode()
    lead.post(measure, {**said, "value": "4,5"})
    assert Measurement.objects.get().value == 4.5
