"""Criteria are stated when they say what decides, and what was measured stays with what decided then."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from apps.accounts.models import Role
from apps.audit.models import Event
from apps.core.errors import Refused
from apps.core.versions import STALE
from apps.engagements.approvals import digest_of
from apps.engagements.models import Engagement, Item
from apps.engagements.services import items
from apps.scoping import services
from apps.scoping.forms.criteria import CriterionForm
from apps.scoping.models import Measurement, SuccessCriterion
from apps.scoping.selectors.criteria import decisive, named
from tests.factories import make_engagement, make_member, make_user
from tests.factories.items import make_item

pytestmark = pytest.mark.django_db
GOAL = {"metric": "exact", "direction": "at_least", "threshold": 0.9}


@pytest.fixture
def engagement() -> Engagement:
    return make_engagement()


def write(engagement: Engagement, **fields: Any) -> SuccessCriterion:
    return services.write_criterion(by=None, engagement=engagement, **{"title": "right", **GOAL, **fields})


def by_hand(engagement: Engagement, **fields: Any) -> SuccessCriterion:
    goal = {"metric": "letters found", "threshold": 0.8, "unit": "share", "measured_by": "hand"}
    return write(engagement, **{**goal, **fields})


def test_only_members_are_offered_as_those_who_decide(engagement: Engagement) -> None:
    member, stranger = make_member(engagement).user, make_user(Role.CLIENT)
    offered = CriterionForm(engagement=engagement).fields["decider"].queryset
    assert (member in offered, stranger in offered) == (True, False)


def measure(criterion: SuccessCriterion, value: float = 0.9, **fields: Any) -> Measurement:
    said = {"how": "counted", "link": "https://x.example/1", **fields}
    return services.measure_by_hand(by=make_user(), criterion=criterion, value=value, **said)


@pytest.mark.parametrize("missing", [{"metric": ""}, {"direction": ""}, {"threshold": None}])
def test_a_vague_criterion_is_kept_as_an_open_unknown_until_it_is_binary(engagement, missing) -> None:
    vague = write(engagement, title="better answers", **missing)
    assert vague.state == "unknown"
    assert vague.is_open
    whole = services.change_criterion(by=None, criterion=vague, version=vague.version, **GOAL)
    assert whole.state == "stated"
    assert services.change_criterion(by=None, criterion=whole, **missing).state == "unknown"


def test_the_database_refuses_stated_without_a_goal_and_unknown_with_one(engagement) -> None:
    stated, vague = write(engagement), write(engagement, title="vague", threshold=None)
    move = "UPDATE engagements_item SET state = %s WHERE id = %s"
    with pytest.raises(IntegrityError, match="only then"):
        at_once(move, "unknown", stated.pk)
    with pytest.raises(IntegrityError, match="only then"):
        at_once(move, "stated", vague.pk)
    with pytest.raises(IntegrityError, match="only then"):
        at_once("UPDATE scoping_successcriterion SET threshold = NULL WHERE item_ptr_id = %s", stated.pk)


def at_once(statement: str, *values: object) -> None:
    """With what the database checks at the end of a transaction."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement, values)
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


def test_no_other_way_of_moving_a_criterion_states_what_says_nothing(engagement) -> None:
    vague = write(engagement, threshold=None)
    with pytest.raises(Refused, match="stated once"):
        items.move(by=None, item=Item.objects.get(pk=vague.pk), state="stated")
    with pytest.raises(Refused, match="says what decides"):
        items.move(by=None, item=write(engagement), state="unknown")


def test_what_is_stated_already_is_stated_once(engagement) -> None:
    goal = {**GOAL, "unit": "share"}
    first = services.ensure_criterion(by=None, engagement=engagement, **goal)
    assert first.reference == "C-1"
    assert services.ensure_criterion(by=None, engagement=engagement, **goal) == first
    assert services.ensure_criterion(by=None, engagement=make_engagement(), **goal) != first
    with pytest.raises(Refused, match=r"C-1 .* says the same"):
        write(engagement)
    other = write(engagement, threshold=0.8)
    with pytest.raises(Refused, match="says the same"):
        services.change_criterion(by=None, criterion=other, threshold=0.9)
    assert SuccessCriterion.objects.get(pk=other.pk).threshold == 0.8


def test_a_dropped_or_removed_one_is_not_taken_for_the_stated_one(engagement) -> None:
    goal = {**GOAL, "unit": "share"}
    first = services.ensure_criterion(by=None, engagement=engagement, **goal)
    with pytest.raises(Refused, match="why"):
        services.drop_criterion(by=None, criterion=first, why="  ")
    services.drop_criterion(by=None, criterion=first, why="too easy")
    second = services.ensure_criterion(by=None, engagement=engagement, **goal)
    assert second != first
    with pytest.raises(Refused, match="says the same"):
        services.restore_criterion(by=None, criterion=first)
    items.remove(by=None, item=second)
    assert services.restore_criterion(by=None, criterion=first).state == "stated"
    assert named(engagement, second.reference) is None


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"metric": "exakt"}, "Nothing measures exakt"),
        ({"threshold": 90.0}, "did you mean 0.9"),
        ({"threshold": float("inf")}, "is a number"),
        ({"direction": "around"}, "at least or at most"),
        ({"measured_by": "magic"}, "where its measurements come from"),
        ({"title": " "}, "must not be empty"),
    ],
)
def test_what_does_not_fit_together_is_refused(engagement, fields, message) -> None:
    with pytest.raises(Refused, match=message):
        write(engagement, **fields)


def test_who_decides_is_of_this_engagement_and_so_are_use_case_and_baseline(engagement) -> None:
    elsewhere = services.write_use_case(by=None, engagement=make_engagement(), title="x")
    here = services.write_use_case(by=None, engagement=engagement, title="x")
    figure = {"metric": "m", "value": 1, "basis": "estimated", "how": "a guess"}
    baseline = services.add_baseline(by=None, use_case=here, **figure)
    with pytest.raises(Refused, match="member here"):
        write(engagement, decider=make_user())
    with pytest.raises(Refused, match="this engagement"):
        write(engagement, use_case=elsewhere)
    with pytest.raises(Refused, match="baseline of"):
        write(
            engagement,
            baseline=baseline,
            use_case=services.write_use_case(by=None, engagement=engagement, title="y"),
        )
    member = make_member(engagement).user
    made = write(engagement, baseline=baseline, decider=member, decider_name="head of the desk")
    assert (made.use_case, made.decider) == (here, member)
    with pytest.raises(Refused, match=f"{made.reference} is to beat"):
        services.remove_baseline(by=None, baseline=baseline)


def test_two_people_changing_one_criterion_lose_nothing(engagement) -> None:
    criterion = write(engagement)
    services.change_criterion(by=None, criterion=criterion, version=1, threshold=0.8)
    with pytest.raises(Refused) as refused:
        services.change_criterion(by=None, criterion=criterion, version=1, threshold=0.7)
    assert refused.value.code == STALE


def test_what_was_measured_stays_with_what_decided_then(engagement) -> None:
    criterion = by_hand(engagement)
    earlier = measure(criterion, 0.85, n=2000)
    assert earlier.verdict == "met"
    changed = services.change_criterion(by=None, criterion=criterion, threshold=0.95)
    earlier.refresh_from_db()
    assert (earlier.threshold, earlier.verdict) == (0.8, "met")
    assert decisive([changed]) == {}, "it has to be measured anew"
    later = measure(changed, 0.85, n=2000)
    assert later.verdict == "missed"
    assert decisive([changed]) == {changed.pk: [later]}
    back = services.change_criterion(by=None, criterion=changed, threshold=0.8)
    assert decisive([back]) == {back.pk: [earlier]}


def test_an_approval_is_of_what_decides_and_of_the_words(engagement) -> None:
    criterion = write(engagement)
    digest = digest_of(criterion)
    services.change_criterion(by=None, criterion=criterion, text="more")
    assert digest_of(Item.objects.get(pk=criterion.pk)) == digest
    changes = [{"threshold": 0.91}, {"title": "other words"}, {"direction": "at_most"}]
    for change in (*changes, {"decider_name": "somebody else"}, {"measured_by": "hand"}):
        changed = services.change_criterion(by=None, criterion=criterion, **change)
        assert digest_of(changed) != digest
        digest = digest_of(changed)


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"link": ""}, "Give evidence"),
        ({"how": " "}, "Say how"),
        ({"low": 0.95}, "above the value"),
        ({"high": 0.5}, "below the value"),
        ({"value": 90}, "did you mean 0.9"),
        ({"at": timezone.now() + timedelta(days=1)}, "still to come"),
    ],
)
def test_a_measurement_by_hand_needs_evidence_and_figures_that_fit(engagement, fields, message) -> None:
    with pytest.raises(Refused, match=message):
        measure(by_hand(engagement), **fields)
    assert not Measurement.objects.exists()


def test_only_what_is_stated_to_be_measured_by_hand_is(engagement) -> None:
    with pytest.raises(Refused, match="not by hand"):
        measure(write(engagement))
    with pytest.raises(Refused, match="what decides"):
        measure(by_hand(engagement, threshold=None))
    dropped = services.drop_criterion(by=None, criterion=by_hand(engagement), why="x")
    with pytest.raises(Refused, match="dropped"):
        measure(dropped)


def test_evidence_may_be_an_item_of_the_same_engagement(engagement) -> None:
    criterion = by_hand(engagement)
    with pytest.raises(Refused, match="this engagement"):
        measure(criterion, link="", evidence=make_item(make_engagement()))
    proof = make_item(engagement)
    assert measure(criterion, link="", evidence=proof).evidence_id == proof.pk


def test_a_share_gets_its_interval_and_one_form_counts_once(engagement) -> None:
    criterion, key = by_hand(engagement), uuid4()
    first = measure(criterion, 0.9, n=40, key=key)
    assert first.low is not None
    assert first.low < 0.8 < 0.9
    assert first.verdict == "undecided"
    assert measure(criterion, 0.9, n=40, key=key) == first
    assert Event.objects.filter(verb="measured").count() == 1
