"""Use cases: sections that several people edit, figures with what they rest on, and the decision among them."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from apps.core.errors import Refused
from apps.core.versions import STALE
from apps.engagements.models import Engagement, LogEntry
from apps.scoping import services
from apps.scoping.models import UseCase
from tests.factories import make_engagement
from tests.factories.items import make_item

pytestmark = pytest.mark.django_db
FIGURE = {"metric": "sorted right", "value": 0.7, "unit": "share", "basis": "stated", "how": "says the desk"}


@pytest.fixture
def engagement() -> Engagement:
    return make_engagement()


def write(engagement: Engagement, title: str = "Sort letters", **fields: Any) -> UseCase:
    return services.write_use_case(by=None, engagement=engagement, title=title, **fields)


def test_two_people_may_edit_two_sections_and_the_second_in_one_is_told(engagement) -> None:
    use_case = write(engagement)
    services.change_section(by=None, use_case=use_case, section="problem", version=1, real_problem="no rules")
    services.change_section(by=None, use_case=use_case, section="limits", version=1, limits="by May")
    with pytest.raises(Refused) as refused:
        services.change_section(by=None, use_case=use_case, section="problem", version=1, real_problem="else")
    assert refused.value.code == STALE
    now = UseCase.objects.get(pk=use_case.pk)
    assert (now.real_problem, now.limits) == ("no rules", "by May")
    assert now.section_version("problem") == 2
    services.change_section(by=None, use_case=use_case, section="problem", version=1, real_problem="no rules")


@pytest.mark.parametrize(
    ("said", "message"),
    [
        ({"score_value": 3}, "why value is 3"),
        ({"score_risk": 9, "risk_why": "x"}, "from 1 to 5"),
        ({"score_feasibility": 2, "feasibility_why": " "}, "why feasibility is 2"),
    ],
)
def test_a_part_of_the_score_needs_a_reason(engagement, said, message) -> None:
    with pytest.raises(Refused, match=message):
        services.change_section(by=None, use_case=write(engagement), section="score", **said)


def test_a_business_owner_is_a_stakeholder_of_this_engagement_or_named(engagement) -> None:
    use_case = write(engagement)
    foreign = make_item(make_engagement(), "stakeholder")
    with pytest.raises(Refused, match="this engagement"):
        services.change_section(by=None, use_case=use_case, section="owner", business_owner=foreign)
    known = make_item(engagement, "stakeholder")
    changed = services.change_section(by=None, use_case=use_case, section="owner", business_owner=known)
    assert changed.has_business_owner


@pytest.mark.parametrize(
    ("said", "message"),
    [
        ({"basis": "measured"}, "when it was measured"),
        ({"basis": "guessed"}, "rests on"),
        ({"how": " "}, "how this figure"),
        ({"basis": "measured", "measured_on": timezone.localdate() + timedelta(days=2)}, "still to come"),
    ],
)
def test_a_baseline_says_how_and_when(engagement, said, message) -> None:
    with pytest.raises(Refused, match=message):
        services.add_baseline(by=None, use_case=write(engagement), **{**FIGURE, **said})


@pytest.mark.parametrize("basis", ["measured", "stated"])
def test_only_an_estimate_goes_without_a_source(engagement, basis) -> None:
    use_case, said = write(engagement), {"wording": "an hour costs", "value": 41, "unit": "EUR"}
    with pytest.raises(Refused, match=r"Say (who|where)"):
        services.add_assumption(by=None, use_case=use_case, basis=basis, **said)
    assert services.add_assumption(by=None, use_case=use_case, basis="estimated", **said).pk


def test_picking_writes_one_decision_with_what_was_rejected_and_why(engagement) -> None:
    a, b, c = (write(engagement, title, client_visible=True) for title in "ABC")
    entry = services.settle(
        by=None, engagement=engagement, picked=[a, b], rejected={c: "too rare"}, reason="hours"
    )
    states = {
        one.title: (one.state, one.settled_why) for one in UseCase.objects.filter(engagement=engagement)
    }
    assert states == {"A": ("picked", "hours"), "B": ("picked", "hours"), "C": ("rejected", "too rare")}
    assert entry == LogEntry.objects.get(entry_kind="decision", engagement=engagement)
    assert entry.reason == "hours"
    assert entry.rejected == [{"option": "U-3 C", "why": "too rare"}]
    assert entry.client_visible
    again = [UseCase.objects.get(pk=one.pk) for one in (a, b, c)]
    assert services.settle(
        by=None, engagement=engagement, picked=again[:2], rejected={again[2]: "x"}, reason="hours"
    ) is None, "sent twice is decided once"  # fmt: skip


def test_a_decision_about_something_internal_is_internal(engagement) -> None:
    shown, hidden = write(engagement, "shown", client_visible=True), write(engagement, "hidden")
    entry = services.settle(
        by=None, engagement=engagement, picked=[shown], rejected={hidden: "x"}, reason="y"
    )
    assert entry is not None
    assert not entry.client_visible


def test_nothing_is_rejected_without_why_nor_picked_without_a_reason(engagement) -> None:
    a, b = write(engagement, "A"), write(engagement, "B")
    with pytest.raises(Refused, match="Say why U-2 is rejected"):
        services.settle(by=None, engagement=engagement, picked=[a], rejected={b: ""}, reason="x")
    with pytest.raises(Refused, match="Say why this is picked"):
        services.settle(by=None, engagement=engagement, picked=[a], rejected={}, reason="")
    with pytest.raises(Refused, match="at once"):
        services.settle(by=None, engagement=engagement, picked=[a], rejected={a: "x"}, reason="x")
    assert set(UseCase.objects.values_list("state", flat=True)) == {"candidate"}


def test_a_rejected_use_case_can_be_picked_after_all(engagement) -> None:
    one = write(engagement)
    services.settle(by=None, engagement=engagement, picked=[], rejected={one: "later"}, reason="")
    now = UseCase.objects.get(pk=one.pk)
    services.settle(by=None, engagement=engagement, picked=[now], rejected={}, reason="now")
    now = UseCase.objects.get(pk=one.pk)
    assert (now.state, now.settled_why, now.closed_at) == ("picked", "now", None)
    assert services.reconsider(by=None, use_case=now).state == "candidate"


def test_a_pick_is_found_by_its_reason_and_by_what_was_rejected(engagement) -> None:
    a, b = (
        services.write_use_case(by=None, engagement=engagement, title=title) for title in ("Sort", "Draft")
    )
    entry = services.settle(
        by=None,
        engagement=engagement,
        picked=[a],
        rejected={b: "zirconium first"},
        reason="the volume is there",
    )
    assert entry is not None
    assert all(words in entry.text for words in ("the volume is there", "zirconium first", str(a)))
