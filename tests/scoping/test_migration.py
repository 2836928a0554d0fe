"""Criteria that were there before they became items keep their ids, and all that points at them."""

from collections.abc import Iterator
from copy import deepcopy
from datetime import UTC, datetime
from uuid import uuid4

import pytest
from django.db import connection, connections, transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.migrations.executor import MigrationExecutor

BEFORE = [("scoping", "0001_initial"), ("pilots", "0004_spec_as_written"), ("engagements", "0003_items")]


@pytest.fixture
def before(db: None) -> Iterator[BaseDatabaseWrapper]:
    """A database of its own, as it was before."""
    name = f"upgrade_{uuid4().hex[:8]}"
    with connection._nodb_cursor() as cursor:  # type: ignore[attr-defined]
        cursor.execute(f"CREATE DATABASE {name}")
    connections.settings["upgrade"] = {**deepcopy(connections["default"].settings_dict), "NAME": name}
    old = connections["upgrade"]
    # a test may not open databases that it did not declare, and this one was not there to be declared
    old.ensure_connection = lambda: old.connect() if old.connection is None else None
    try:
        MigrationExecutor(old).migrate(BEFORE)
        yield old
    finally:
        old.close()
        del connections["upgrade"]
        del connections.settings["upgrade"]
        with connection._nodb_cursor() as cursor:  # type: ignore[attr-defined]
            cursor.execute(f"DROP DATABASE {name}")


def insert(old: BaseDatabaseWrapper) -> dict[str, object]:
    """An engagement with two criteria, of which a run has measured one, and its judgement."""
    apps = MigrationExecutor(old).loader.project_state(BEFORE).apps

    def make(app: str, model: str, **values: object):
        return apps.get_model(app, model).objects.using("upgrade").create(**values)

    now = datetime(2026, 5, 1, tzinfo=UTC)
    engagement = make(
        "engagements",
        "Engagement",
        client=make("engagements", "Client", name="C", slug="c"),
        name="E",
        slug="e",
    )
    goal = {
        "engagement": engagement,
        "metric": "exact",
        "direction": "at_least",
        "threshold": 0.8,
        "unit": "share",
    }
    first = make("scoping", "SuccessCriterion", **goal, created_at=now)
    second = make(
        "scoping",
        "SuccessCriterion",
        **{**goal, "metric": "latency_p95_ms", "direction": "at_most", "threshold": 9},
    )
    numbers = {"value": 0.85, "low": 0.81, "high": 0.88, "n": 400}
    whose = {"criterion": first, "source": "run", "source_id": uuid4(), "measured_at": now}
    measured = make("scoping", "Measurement", **numbers, **whose, subject="a")
    doubted = make("scoping", "Measurement", **{**numbers, "low": 0.79}, **whose, subject="b")
    site = make("dispatch", "Site", name="s")
    source = make("connectors", "Source", engagement=engagement, kind="csv", address={"path": "/a"})
    dataset = make("connectors", "Dataset", source=source, roles={})
    evaluation = make("pilots", "Evaluation", engagement=engagement, dataset=dataset, name="e", spec={})
    binding = make("pilots", "Binding", evaluation=evaluation, criterion=first, target="a", position=0)
    run = make("pilots", "Run", evaluation=evaluation, site=site, number=1, state="done", queued_at=now)
    # the site had too many errors, so that the run said "undecided" of a figure that passes
    make("pilots", "Judgement", run=run, binding=binding, measurement=measured, verdict="undecided")
    return {
        "first": first.pk,
        "second": second.pk,
        "measured": measured.pk,
        "doubted": doubted.pk,
        "b": binding.pk,
    }


def test_criteria_become_items_under_their_ids_with_what_was_measured(before: BaseDatabaseWrapper) -> None:
    ids = insert(before)
    executor = MigrationExecutor(before)
    executor.migrate(executor.loader.graph.leaf_nodes())
    with transaction.atomic("upgrade"), before.cursor() as cursor:
        cursor.execute(
            "SELECT i.id, i.kind, i.number, i.state, i.client_visible, i.title, c.metric, c.threshold "
            "FROM engagements_item i JOIN scoping_successcriterion c ON c.item_ptr_id = i.id ORDER BY i.number"
        )
        rows = cursor.fetchall()
        assert rows[0] == (
            ids["first"], "criterion", 1, "stated", True, "exact at least 0.8", "exact", 0.8
        )  # fmt: skip
        assert (rows[1][0], rows[1][2]) == (ids["second"], 2)
        cursor.execute(
            "SELECT id, criterion_id, metric, direction, threshold, verdict FROM scoping_measurement"
        )
        found = {row[0]: row[1:] for row in cursor.fetchall()}
        assert found[ids["measured"]] == (ids["first"], "exact", "at_least", 0.8, "undecided"), (
            "as the run judged it"
        )
        assert found[ids["doubted"]][-1] == "undecided", "the interval holds the threshold"
        cursor.execute("SELECT criterion_id FROM pilots_binding WHERE id = %s", [ids["b"]])
        assert cursor.fetchone() == (ids["first"],)
        cursor.execute("SELECT metric, direction, threshold FROM pilots_judgement")
        assert cursor.fetchone() == ("exact", "at_least", 0.8)
        # what pointed at a criterion still may not point at nothing
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        with pytest.raises(Exception, match="foreign key"), transaction.atomic("upgrade"):
            cursor.execute("DELETE FROM scoping_successcriterion WHERE item_ptr_id = %s", [ids["first"]])
        with pytest.raises(Exception, match="foreign key"), transaction.atomic("upgrade"):
            cursor.execute("DELETE FROM engagements_item WHERE id = %s", [ids["second"]])
