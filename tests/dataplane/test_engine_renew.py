"""A run that is resumed gets its time and another chance with its endpoint; what it has spent stays spent."""

from pathlib import Path

from apps.dataplane.budget import Ask, Budget
from tests.dataplane.engine_at_work import Site, plan_of, rows_of, running_mock


def test_minutes_count_from_the_last_resumption_and_money_from_the_start(tmp_path: Path) -> None:
    budget = Budget(tmp_path / "budget.sqlite")
    first = budget.started("run")
    budget.settle([], [Ask("run", 7, 100)])
    budget.restart("run")
    assert budget.started("run") > first
    assert budget.started("run") == budget.started("run")
    assert budget.counted("run") == 7
    budget.close()


def test_a_resumed_run_may_fail_again_before_its_breaker_trips(tmp_path: Path) -> None:
    with running_mock() as mock:
        site = Site(tmp_path)
        plan = plan_of(mock.target("status=404"))
        assert site.submit(plan, rows_of(["a"])).outcome().stopped == "endpoint_dead"
        site.engine.renew(plan.run)
        flaky = plan_of(mock.target("status=400"), run=plan.run)
        outcome = site.submit(flaky, rows_of(["a", "b"])).outcome()
        assert outcome.stopped is None
        assert [each.kind for each in outcome.outcomes] == ["bad_request", "bad_request"]
        site.engine.close()
