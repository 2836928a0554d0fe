"""Engagements from before gates were decided here get theirs, and going back loses nothing."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.apps.registry import Apps
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from apps.engagements.rules.evidence import digest_of
from apps.engagements.rules.stages import STAGES

pytestmark = pytest.mark.django_db(transaction=True)
BEFORE, AFTER = [("engagements", "0003_items")], [("engagements", "0004_gates")]
Migrate = Callable[[list[tuple[str, str]]], Apps]


@pytest.fixture
def migrate() -> Iterator[Migrate]:
    def to(targets: list[tuple[str, str]]) -> Apps:
        executor = MigrationExecutor(connection)
        executor.migrate(targets)
        return MigrationExecutor(connection).loader.project_state(targets).apps

    yield to
    executor = MigrationExecutor(connection)
    executor.migrate(executor.loader.graph.leaf_nodes())
    with connection.cursor() as cursor:  # as tests/conftest.py has left them
        cursor.execute("ALTER TABLE engagements_gatedecision DISABLE TRIGGER gate_decision_no_truncate")
        cursor.execute("ALTER TABLE engagements_override DISABLE TRIGGER override_no_truncate")


def engagements(apps: Apps) -> list[Any]:
    client = apps.get_model("engagements", "Client").objects.create(name="Old", slug="old")
    model = apps.get_model("engagements", "Engagement")
    return [model.objects.create(client=client, name=stage, slug=stage, stage=stage) for stage in STAGES]


def test_every_engagement_gets_its_gates_and_has_passed_those_before_its_stage(migrate: Migrate) -> None:
    engagements(migrate(BEFORE))
    apps = migrate(AFTER)
    gates = apps.get_model("engagements", "Gate")
    for engagement in apps.get_model("engagements", "Engagement").objects.all():
        found = list(gates.objects.filter(engagement=engagement).order_by("number"))
        assert [gate.number for gate in found] == [1, 2, 3, 4, 5]
        assert [gate.stage for gate in found] == list(STAGES[:-1])
        assert all(gate.client_visible and gate.kind == "gate" for gate in found)
        passed = STAGES.index(engagement.stage)
        assert [gate.state for gate in found] == ["passed"] * passed + ["open"] * (5 - passed)
        for gate in found[:passed]:
            decision = gate.decisions.get()
            assert (decision.by, decision.number, decision.outcome) == (None, 1, "go")
            assert decision.reason == "moved before gates were decided here"
            assert digest_of(decision.evidence) == decision.digest
            assert gate.closed_at
        for gate in found[passed:]:
            assert not gate.decisions.exists()
            assert gate.required == gate.exit_criteria.count() > 0


def test_going_back_and_forth_keeps_what_is_there(migrate: Migrate) -> None:
    engagements(migrate(BEFORE))
    migrate(AFTER)
    apps = migrate(BEFORE)
    assert apps.get_model("engagements", "Gate").objects.count() == 5 * len(STAGES)
    with connection.cursor() as cursor:  # without the triggers
        cursor.execute("UPDATE engagements_gatedecision SET reason = reason")
    apps = migrate(AFTER)
    assert apps.get_model("engagements", "Gate").objects.count() == 5 * len(STAGES)
    assert apps.get_model("engagements", "GateDecision").objects.count() == sum(range(len(STAGES)))


def test_a_gate_from_before_comes_into_the_clients_sight(migrate: Migrate) -> None:
    apps = migrate(BEFORE)
    first = engagements(apps)[0]
    facts = {"engagement_id": first.pk, "kind": "gate", "number": 1, "state": "open", "client_visible": False}
    apps.get_model("engagements", "Gate").objects.create(title="Scoping", stage="scoping", **facts)
    apps = migrate(AFTER)
    gates = apps.get_model("engagements", "Gate").objects.filter(engagement_id=first.pk)
    assert gates.count() == 5
    assert all(gates.values_list("client_visible", flat=True))
