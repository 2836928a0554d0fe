"""Rates and money: no limit is passed, whoever shares it."""

import multiprocessing
from pathlib import Path

import pytest

from apps.dataplane.budget import USD, Budget
from apps.dataplane.contract.plan import Price
from apps.dataplane.engine import counts_of, retry

from .engine_at_work import Mock, Site, limits, plan_of, rows_of, running_mock, until


@pytest.fixture(scope="module")
def mock():
    with running_mock() as mock:
        yield mock


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(retry, "BASE", 0.01)
    site = Site(tmp_path)
    yield site
    site.engine.close()


# rate


def test_requests_a_minute_hold_across_chunks_and_runs(site: Site, mock: Mock):
    model, rpm = "echo@rpm", 1200
    plans = [plan_of(mock.target(model), limits=limits(rpm=rpm, concurrency=50)) for _ in range(2)]
    chunks = [
        site.submit(plan, rows_of([f"{at} {n}" for n in range(15)])) for plan in plans for at in range(2)
    ]
    for chunk in chunks:
        chunk.outcome()
    starts = sorted(mock.tally(model).starts)
    per_second, slack = rpm / 60, 0.25  # of a second, between leaving and arriving
    for at, start in enumerate(starts):
        assert (
            len(starts) - at <= 1
            or starts[-1] - start >= (len(starts) - 1 - at - per_second) / per_second - slack
        )
    assert starts[-1] - starts[0] >= (len(starts) - 2) / per_second - slack


def test_tokens_a_minute_hold_and_unused_ones_come_back(site: Site, mock: Mock):
    model = "usage=50/50@tpm"
    params = {"max_tokens": 1000}
    plan = plan_of(mock.target(model, params=params), scorers=(), limits=limits(tpm=60_000, concurrency=50))
    site.outcome(plan, rows_of([str(n) for n in range(40)]))
    starts = sorted(mock.tally(model).starts)
    taken = starts[-1] - starts[0]
    assert (
        taken >= 39 * 100 / 1000 - 1.5
    )  # 100 tokens each at 1,000 a second, less what the last ones still hold
    assert taken < 39 * 1033 / 1000 / 2  # had the worst case been kept, it would take 40 s


# money

PRICE = Price(input=1000, output=1000)  # a thousandth of a dollar per token


def test_cap_zero_runs_free_targets_only(site: Site, mock: Mock):
    targets = mock.target("echo@paid", price=PRICE), mock.target("echo@free", name="free", price=Price())
    plan = plan_of(*targets, limits=limits(cost=0))
    paid = site.outcome(plan, rows_of(["a"]))
    assert (paid.stopped, paid.outcomes, mock.tally("echo@paid").calls) == ("cost_cap", [], 0)
    assert site.outcome(plan, rows_of(["a"]), target=1).stopped is None


def test_the_call_that_would_pass_the_cap_is_not_made(site: Site, mock: Mock):
    model = "usage=10/5@cap"
    worst = (2 + 32 + 20) * 0.001  # prompt bytes, overhead, max_tokens
    cap = 9 * 0.015 + worst
    target = mock.target(model, price=PRICE, params={"max_tokens": 20})
    plan = plan_of(target, scorers=(), limits=limits(cost=cap, concurrency=1))
    outcome = site.outcome(plan, rows_of([f"{n:02}" for n in range(30)]))
    assert (outcome.stopped, len(outcome.outcomes), mock.tally(model).calls) == ("cost_cap", 10, 10)
    assert counts_of(outcome.outcomes).cost == pytest.approx(0.15)
    later = site.outcome(plan, rows_of([f"{n:02}" for n in range(30, 40)], start=30))
    assert (later.stopped, later.outcomes) == ("cost_cap", [])


def test_reservations_of_calls_in_flight_delay_a_call_but_do_not_end_the_run(site: Site, mock: Mock):
    """Worst cases of 16 calls pass the cap together; what they really cost does not."""
    target = mock.target("usage=1/1@wide", price=PRICE, params={"max_tokens": 1000})
    plan = plan_of(target, scorers=(), limits=limits(cost=1.2, concurrency=16))
    outcome = site.outcome(plan, rows_of([str(n) for n in range(50)]))
    assert outcome.stopped is None
    assert len(outcome.outcomes) == 50
    assert mock.tally("usage=1/1@wide").most_in_flight == 1


def test_failed_attempts_that_may_have_been_charged_stay_counted(site: Site, mock: Mock, tmp_path: Path):
    worst = (1 + 32 + 10) * 10**9
    costs = {}
    for model in ("hang@money", "status=500@money", "html@money", "no_usage@money"):
        target = mock.target(model, price=PRICE, params={"max_tokens": 10})
        plan = plan_of(target, scorers=(), limits=limits(timeout=0.1, retries=1))
        outcome = site.outcome(plan, rows_of(["a"])).outcomes[0]
        costs[model] = counted(tmp_path, plan.run) / worst
        if model == "no_usage@money":
            assert (outcome.input_tokens, outcome.cost) == (None, pytest.approx(worst / USD))
    assert costs == {"hang@money": 2.0, "status=500@money": 0.0, "html@money": 1.0, "no_usage@money": 1.0}


def counted(state: Path, run: str) -> int:
    budget = Budget(state / "budget.sqlite")
    try:
        return budget.counted(run)
    finally:
        budget.close()


def test_an_aborted_call_stays_counted(site: Site, mock: Mock, tmp_path: Path):
    plan = plan_of(
        mock.target("hang@aborted", price=PRICE, params={"max_tokens": 10}), limits=limits(timeout=3600)
    )
    pending = site.submit(plan, rows_of(["a"]))
    until(lambda: mock.tally("hang@aborted").in_flight == 1)
    site.engine.cancel(plan.run)
    pending.outcome()
    assert counted(tmp_path, plan.run) == (1 + 32 + 10) * 10**9


def work_until_the_cap(state: str, address: str, plan_json: str, start: int) -> None:
    """Another worker process of the site, with chunks of the same run."""
    from apps.dataplane.contract.plan import Plan

    site = Site(Path(state))
    site.outcome(Plan.model_validate_json(plan_json), rows_of([f"{n:04}" for n in range(500)], start=start))
    site.engine.close()


def test_the_cap_holds_across_processes(mock: Mock, tmp_path: Path):
    model = "usage=8/2@many"
    target = mock.target(model, price=PRICE, params={"max_tokens": 20})
    plan = plan_of(target, scorers=(), limits=limits(cost=1.0, concurrency=8))
    spawn = multiprocessing.get_context("spawn")
    given = [(str(tmp_path), mock.address, plan.model_dump_json(), 500 * at) for at in range(3)]
    processes = [spawn.Process(target=work_until_the_cap, args=args) for args in given]
    for process in processes:
        process.start()
    for process in processes:
        process.join(60)
        assert process.exitcode == 0
    calls = mock.tally(model).calls
    assert counted(tmp_path, plan.run) == calls * 10 * 10**9 <= USD
    assert calls >= (1.0 - 24 * 0.056) / 0.01
    assert calls > 50


def test_a_budget_never_grants_more_than_its_cap_whatever_the_order(tmp_path: Path):
    from apps.dataplane.budget import Ask

    one, other = Budget(tmp_path / "b.sqlite"), Budget(tmp_path / "b.sqlite")
    granted = []
    for turn in range(50):
        granted += (one, other)[turn % 2].settle([], [Ask("run", 7, 100)])
    assert sum(granted) == 14
    assert one.settle([("run", -3)], [Ask("run", 5, 100), Ask("run", 1, 100)]) == [True, False]
    assert other.counted("run") == 100
    one.close(), other.close()
