"""The states of everything that is written down: the table, the service and the database say the same."""

from datetime import UTC, datetime

import pytest
from django.db import IntegrityError, connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from apps.audit.models import Event
from apps.core.errors import Refused
from apps.engagements.models import Engagement, Item, Kind
from apps.engagements.rules import items as rules
from apps.engagements.rules.moves import DECIDED_ELSEWHERE
from apps.engagements.services import items
from tests.factories import make_engagement
from tests.factories.items import make_item

KINDS = list(rules.STATES)
BY_HAND = [kind for kind in KINDS if kind not in DECIDED_ELSEWHERE]
EVERY_STATE = sorted({state for states in rules.STATES.values() for state in states})
walks = st.lists(st.sampled_from([*EVERY_STATE, "", "nonsense", "OPEN"]), max_size=12)


def test_every_kind_has_states_a_prefix_and_a_place_in_the_database() -> None:
    assert set(rules.STATES) == set(rules.PREFIXES) == set(Kind.values)
    assert len(rules.KIND_OF_PREFIX) == len(rules.PREFIXES)


@pytest.mark.parametrize("kind", KINDS)
def test_every_move_of_the_table_leads_to_a_known_state(kind: str) -> None:
    states = rules.STATES[kind]
    for after in states.values():
        assert set(after) <= set(states)
    assert rules.is_open(kind, rules.first_state(kind)) or kind == "entry"


@given(st.sampled_from(KINDS), walks)
def test_a_walk_never_leaves_the_table(kind: str, walk: list[str]) -> None:
    """From wherever one is, exactly the moves of the table may be made."""
    state = rules.first_state(kind)
    for wanted in walk:
        allowed = rules.may_move(kind, state, wanted)
        assert allowed == (wanted in rules.STATES[kind][state])
        state = wanted if allowed else state
        assert state in rules.STATES[kind]
        assert rules.is_open(kind, state) == (state in rules.OPEN)


@given(st.sampled_from(KINDS), st.text(max_size=30), st.text(max_size=30))
def test_nonsense_is_no_move(kind: str, before: str, after: str) -> None:
    assert rules.may_move(kind, before, after) == (after in rules.STATES[kind].get(before, ()))


@pytest.mark.django_db
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(kind=st.sampled_from(BY_HAND), walk=walks)
def test_the_service_moves_as_the_table_says_and_nothing_else_changes_anything(
    kind: str, walk: list[str]
) -> None:
    engagement = Engagement.objects.first() or make_engagement()
    item = make_item(engagement, kind)
    state, version = item.state, 1
    for wanted in walk:
        before = Item.objects.values().get(pk=item.pk)
        events = Event.objects.filter(subject_id=item.pk).count()
        try:
            with transaction.atomic():
                items.move(by=None, item=item, state=wanted)
            moved = wanted != state
            assert wanted == state or rules.may_move(kind, state, wanted)
        except Refused:
            moved = False
            assert not rules.may_move(kind, state, wanted)
        state, version = (wanted, version + 1) if moved else (state, version)
        now = Item.objects.get(pk=item.pk)
        assert (now.state, now.version) == (state, version)
        assert (now.closed_at is None) == rules.is_open(kind, state)
        assert Event.objects.filter(subject_id=item.pk).count() == events + moved
        if not moved:
            assert Item.objects.values().get(pk=item.pk) == before


@pytest.mark.django_db
@pytest.mark.parametrize("kind", KINDS)
def test_the_database_refuses_a_state_of_another_kind_and_one_closed_without_a_time(kind: str) -> None:
    item = make_item(make_engagement(), kind)
    for state in (*EVERY_STATE, "nonsense"):
        for closed_at in (None, datetime(2026, 1, 1, tzinfo=UTC)):
            holds = state in rules.STATES[kind] and (closed_at is None) == rules.is_open(kind, state)
            assert written(item, state, closed_at) == holds, (kind, state, closed_at)


def written(item: Item, state: str, closed_at: datetime | None) -> bool:
    """Whether PostgreSQL takes it, past all of our code; undone either way."""
    with transaction.atomic():
        try:
            with transaction.atomic(), connection.cursor() as cursor:
                cursor.execute(
                    "UPDATE engagements_item SET state = %s, closed_at = %s WHERE id = %s",
                    [state, closed_at, item.pk],
                )
            return True
        except IntegrityError:
            return False
        finally:
            transaction.set_rollback(True)


@pytest.mark.django_db
@pytest.mark.parametrize("kind", sorted(rules.INTERNAL))
def test_the_database_lets_nobody_show_what_is_internal_for_good(kind: str) -> None:
    item = make_item(make_engagement(), kind)
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE engagements_item SET client_visible = true WHERE id = %s", [item.pk])
