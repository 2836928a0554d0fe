"""What the engine promises over chunks, runs, processes and restarts: no call twice, time and memory."""

import sqlite3
import time
from pathlib import Path

import pytest

from apps.dataplane.contract.plan import Price, Scorer
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


# no call twice


def test_a_resumed_run_makes_no_call_again_and_says_how_many_it_saved(site: Site, mock: Mock, tmp_path: Path):
    plan = plan_of(mock.target("usage=10/2@resume", price=Price(input=1, output=1)), scorers=())
    rows = rows_of([f"t{n}" for n in range(100)])
    first = site.outcome(plan, rows[:60])
    site.engine.close()
    site.engine = Site(tmp_path).engine  # another process would find the same
    again = site.outcome(plan, rows)
    assert mock.tally("usage=10/2@resume").calls == 100
    assert [row.cached for row in again.outcomes] == ["resumed"] * 60 + [""] * 40
    assert all(row.latency_ms is None for row in again.outcomes[:60])
    counts = counts_of(again.outcomes)
    assert (counts.cached, counts.input_tokens, counts.output_tokens) == (60, 1000, 200)
    assert counts.cost == pytest.approx(100 * 12e-6)
    assert first.outcomes[0].answer == again.outcomes[0].answer


def test_rows_with_the_same_text_are_each_called_within_a_run(site: Site, mock: Mock):
    for mode in ("resume", "reuse", "off"):
        model = f"echo@same-{mode}"
        plan = plan_of(mock.target(model), cache=mode)
        for start in (0, 50):  # the second chunk finds what the first was answered
            site.outcome(plan, rows_of(["same"] * 50, start=start))
        assert mock.tally(model).calls == 100


def test_another_run_pays_again_unless_it_may_reuse_and_then_says_so(site: Site, mock: Mock):
    target, rows = mock.target("usage=1/1@reuse", price=Price(input=1, output=1)), rows_of(["a", "b"])
    site.outcome(plan_of(target), rows)
    assert {row.cached for row in site.outcome(plan_of(target), rows).outcomes} == {""}
    assert mock.tally("usage=1/1@reuse").calls == 4
    reused = site.outcome(plan_of(target, cache="reuse"), rows).outcomes
    assert {row.cached for row in reused} == {"reused"}
    assert mock.tally("usage=1/1@reuse").calls == 4
    assert counts_of(reused).cost == 0.0
    assert reused[0].cost == pytest.approx(2e-6)
    assert {row.cached for row in site.outcome(plan_of(target, cache="off"), rows).outcomes} == {""}


@pytest.mark.parametrize(
    "change", [{"params": {"temperature": 1}}, {"system": "s"}, {"prompt": "- {{ text }}"}]
)
def test_an_answer_to_another_call_is_not_reused(site: Site, mock: Mock, change: dict):
    model = f"echo@other-{next(iter(change))}"
    site.outcome(plan_of(mock.target(model)), rows_of(["a"]))
    site.outcome(plan_of(mock.target(model, **change), cache="reuse"), rows_of(["a"]))
    assert mock.tally(model).calls == 2


def test_errors_are_not_kept(site: Site, mock: Mock):
    plan = plan_of(mock.target("flaky=1@error"), limits=limits(retries=0))
    assert site.outcome(plan, rows_of(["a"])).outcomes[0].kind == "server_error"
    assert site.outcome(plan, rows_of(["a"])).outcomes[0].kind == "ok"


def test_what_is_on_disk_is_for_the_owner_only_and_holds_no_prompt(site: Site, mock: Mock, tmp_path: Path):
    site.outcome(
        plan_of(mock.target("label=said"), prompt="private words {{ text }}"), rows_of(["private row"])
    )
    files = list(tmp_path.glob("*.sqlite*"))
    assert files
    assert all(path.stat().st_mode & 0o077 == 0 for path in files)
    assert b"private" not in b"".join(path.read_bytes() for path in files)


# a job is taken in hand once


def test_a_chunk_that_is_delivered_three_times_is_executed_once(site: Site, mock: Mock):
    plan, rows = plan_of(mock.target("echo@300ms")), rows_of(["a", "b"])
    first, *others = [site.submit(plan, rows, job="the job", attempt=attempt) for attempt in (1, 1, 3)]
    until(lambda: [hand.attempt for hand in site.engine.in_hand()] == [3])
    assert len(first.outcome().outcomes) == 2
    assert first.chunk.attempt == 3
    until(lambda: not site.engine.in_hand())
    assert first.calls == 1
    assert not any(other.ended for other in others)
    assert mock.tally("echo@300ms").calls == 2


def test_what_is_in_hand_is_counted_while_it_runs(site: Site, mock: Mock):
    plan = plan_of(mock.target("echo@20ms"), limits=limits(concurrency=2))
    pending = site.submit(plan, rows_of([str(n) for n in range(100)]))
    until(lambda: any(0 < hand.counts.done < 100 for hand in site.engine.in_hand()))
    pending.outcome()
    until(lambda: not site.engine.in_hand())


def test_chunks_of_one_run_share_the_concurrency_and_do_not_drain_at_their_borders(site: Site, mock: Mock):
    plan = plan_of(mock.target("echo@200ms"), limits=limits(concurrency=8))
    chunks = [site.submit(plan, rows_of([f"{at}-{n}" for n in range(10)], start=10 * at)) for at in range(8)]
    outcomes = [row for chunk in chunks for row in chunk.outcome().outcomes]
    tally = mock.tally("echo@200ms")
    assert len({row.sample.n for row in outcomes}) == 80 == tally.calls
    assert tally.most_in_flight == 8
    # 80 calls of 200 ms, 8 at a time, begin within 9 rounds; borders that drained would make it 15
    assert max(tally.starts) - min(tally.starts) < 14 * 0.2


def test_two_runs_on_one_endpoint_take_turns_within_the_smaller_limit(site: Site, mock: Mock):
    model = "echo@30ms"
    wide = plan_of(mock.target(model), limits=limits(concurrency=50))
    narrow = plan_of(mock.target(model), limits=limits(concurrency=3))
    second = site.submit(narrow, rows_of([f"n{n}" for n in range(10)]))
    until(lambda: mock.tally(model).calls > 0)
    first = site.submit(wide, rows_of([f"w{n}" for n in range(400)]))
    judged = 0
    while not second.ended:
        seen = mock.tally(model).in_flight
        done = {hand.job: hand.counts.done for hand in site.engine.in_hand()}.get(second.chunk.job, 10)
        if done < 10:  # the narrow run was still at work after the look
            assert seen <= 3
            judged += 1
    assert judged
    assert not first.ended
    first.outcome()
    assert 3 < mock.tally(model).most_in_flight <= 50


# cancelling and closing


def test_a_cancelled_run_ends_at_once_with_what_it_has_and_others_go_on(site: Site, mock: Mock):
    plan = plan_of(mock.target("hang"), mock.target("echo", name="quick"), limits=limits(timeout=3600))
    done = site.outcome(plan, rows_of(["a"]), target=1)
    hanging = [site.submit(plan, rows_of(["a", "b"], start=at)) for at in (0, 2)]
    until(lambda: mock.tally("hang").in_flight == 4)
    other = site.submit(plan_of(mock.target("echo@1500ms")), rows_of(["a"]))
    began = time.monotonic()
    site.engine.cancel(plan.run)
    for chunk in hanging:
        outcome = chunk.outcome()
        assert (outcome.stopped, outcome.outcomes) == ("cancelled", [])
    assert time.monotonic() - began < 30  # not an hour
    until(lambda: mock.tally("hang").in_flight == 0)  # the connections are closed
    assert other.outcome().stopped is None
    assert done.stopped is None


def test_a_cancelled_run_can_be_resumed(site: Site, mock: Mock):
    plan = plan_of(mock.target("echo@10ms"), limits=limits(concurrency=2))
    pending = site.submit(plan, rows_of([str(n) for n in range(200)]))
    until(lambda: any(hand.counts.done > 10 for hand in site.engine.in_hand()))
    site.engine.cancel(plan.run)
    partial = pending.outcome()
    assert partial.stopped == "cancelled"
    assert 10 < len(partial.outcomes) < 200
    whole = site.outcome(plan, rows_of([str(n) for n in range(200)]))
    assert whole.stopped is None
    assert len(whole.outcomes) == 200
    assert counts_of(whole.outcomes).cached == len(partial.outcomes)


def test_closing_drops_chunks_in_hand_without_a_word(tmp_path: Path, mock: Mock):
    site = Site(tmp_path)
    pending = site.submit(plan_of(mock.target("hang@close")), rows_of(["a"]))
    until(lambda: mock.tally("hang@close").calls == 1)
    site.engine.close()
    assert not pending.ended


# time


def test_the_time_limit_ends_a_run_and_survives_a_restart(site: Site, mock: Mock, tmp_path: Path):
    plan = plan_of(mock.target("hang@time"), limits=limits(minutes=0.01, timeout=3600))
    assert site.outcome(plan, rows_of(["a"])).stopped == "time_limit"
    site.engine.close()
    site.engine = Site(tmp_path).engine
    before = mock.tally("hang@time").calls
    assert site.outcome(plan, rows_of(["a"])).stopped == "time_limit"
    assert mock.tally("hang@time").calls == before


def test_a_start_that_the_chunk_states_is_the_one_that_counts(site: Site, mock: Mock):
    plan = plan_of(mock.target("echo"), limits=limits(minutes=1))
    assert site.outcome(plan, rows_of(["a"]), started=time.time() - 61).stopped == "time_limit"
    assert site.outcome(plan, rows_of(["a"]), started=time.time()).stopped is None


# memory and disk


def test_rows_are_read_only_as_they_are_needed(site: Site, mock: Mock):
    read = []

    def rows():
        for row in rows_of([str(n) for n in range(5000)]):
            read.append(row.n)
            yield row

    plan = plan_of(mock.target("hang@lazy"), limits=limits(concurrency=4, timeout=3600))
    pending = site.submit(plan, rows, size=5000)
    until(lambda: mock.tally("hang@lazy").in_flight == 4)
    assert len(read) <= 4 + 2 * 64
    site.engine.cancel(plan.run)
    pending.outcome()


def test_a_disk_that_refuses_answers_fails_the_chunk(site: Site, mock: Mock, monkeypatch: pytest.MonkeyPatch):
    def full(answers):
        raise sqlite3.OperationalError("database or disk is full")

    monkeypatch.setattr(site.engine.cache, "keep", full)
    failure = site.submit(plan_of(mock.target("echo")), rows_of(["a"])).failure()
    assert (failure.code, failure.exception) == ("site_error", "OperationalError")


def test_a_scorer_that_breaks_fails_the_chunk_and_nothing_else(
    site: Site, mock: Mock, monkeypatch: pytest.MonkeyPatch
):
    from apps.dataplane import scorers

    def build(scorer: Scorer):
        def score(answer: str, reference: str) -> float:
            raise ZeroDivisionError("broken")

        return score

    monkeypatch.setitem(scorers.BUILDERS, "contains", build)
    plan = plan_of(mock.target("echo"), scorers=(Scorer(name="contains", kind="contains"),))
    assert site.submit(plan, rows_of(["a"])).failure().exception == "ZeroDivisionError"
    assert site.outcome(plan_of(mock.target("echo")), rows_of(["a"])).stopped is None
