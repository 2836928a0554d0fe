"""Only orders that control signed for this site are taken, each once; what is cancelled stops; all is answered."""

import threading
from pathlib import Path
from typing import Any

import pytest

from apps.dataplane import results
from apps.dataplane.contract.envelope import CONTROL, new_key, seal
from apps.dataplane.contract.messages import Operation, Slot
from apps.dataplane.contract.plan import BaselineTarget, Plan
from apps.dataplane.engine import ChunkFailure
from apps.dataplane.grants import grant
from apps.dataplane.refusal import Refusal
from apps.dataplane.samples import ChunkOutcome
from apps.dataplane.site import Site

from .conftest import CONTROL_KEY, set_policy
from .orders_at_work import World, answered
from .sources import plan_over, write_csv

ROWS = [[f"text {n}", "ab"[n % 2]] for n in range(30)]


@pytest.fixture
def world(site: Site) -> Any:
    world = World(site)
    yield world
    world.orders.close()


@pytest.fixture
def plan(data: Path) -> Plan:
    return plan_over(write_csv(data / "a.csv", ["text", "label"], ROWS))


@pytest.fixture
def frozen(world: World, plan: Plan) -> World:
    report = world.report_on(Operation.FREEZE, plan, "freeze")
    assert report.body.kind == "frozen"
    assert report.body.extent.rows == 30
    return world


def test_a_chunk_is_executed_kept_and_reported(frozen: World, plan: Plan) -> None:
    frozen.runner.answer = lambda chunk: answered(chunk, prompt="p", answer="yes")
    frozen.chunk(plan, "chunk", attempt=4, start=5, stop=8)
    report = frozen.await_reports(2)[1]
    assert (report.job, report.attempt, report.digest, report.site) == ("chunk", 4, plan.digest(), "site-1")
    assert [row.n for row in report.body.rows] == [5, 6, 7]
    assert (report.body.counts.done, report.body.level) == (3, "scores")
    assert next(results.kept(frozen.site.folder("results"), "run", "6"))["answer"] == "yes"
    tally = frozen.report_on(Operation.TALLY, plan, "tally").body
    assert all(summary.suppressed for summary in tally.summaries)  # three rows are fewer than five


class TestWhatIsRefused:
    def code(self, world: World, envelope: str) -> str:
        before = len(world.envelopes)
        world.orders.perform(envelope)
        body = world.await_reports(before + 1)[before].body
        assert (body.kind, body.stage) == ("failure", "envelope")
        assert not world.runner.held
        return str(body.code)

    def test_another_signer_audience_issuer_and_an_expired_order(self, world: World, plan: Plan) -> None:
        order = world.order(Operation.FREEZE, plan, "job")
        ours = {"key": CONTROL_KEY, "issuer": CONTROL, "audience": "site-1"}
        for change, code in (
            ({"key": new_key()}, "envelope_signature"),
            ({"audience": "site-2"}, "envelope_audience"),
            ({"issuer": "site-1"}, "envelope_issuer"),
            ({"lifetime": -100}, "envelope_expired"),
        ):
            assert self.code(world, seal(order, **{**ours, **change})) == code  # type: ignore[arg-type]
        assert self.code(world, "nonsense") == "envelope_signature"
        assert self.code(world, world.envelopes[0]) in ("envelope_signature", "envelope_type")

    @pytest.mark.parametrize(
        ("change", "code"),
        [
            ({"digest": "0" * 64}, "envelope_digest"),
            ({"run": "other"}, "envelope_malformed"),
            ({"operation": Operation.CHUNK, "slot": None}, "plan_unsupported"),
            ({"operation": Operation.CHUNK, "slot": Slot(target=1, start=0, stop=5)}, "plan_unsupported"),
            ({"operation": Operation.CHUNK, "slot": Slot(target=0, start=5, stop=5)}, "plan_unsupported"),
            ({"operation": Operation.CHUNK, "slot": Slot(target=-1, start=0, stop=5)}, "plan_unsupported"),
        ],
    )
    def test_an_order_that_does_not_fit_its_plan(
        self, world: World, plan: Plan, change: dict[str, Any], code: str
    ) -> None:
        order = world.order(Operation.FREEZE, plan, "job").model_copy(update=change)
        assert self.code(world, seal(order, key=CONTROL_KEY, issuer=CONTROL, audience="site-1")) == code

    def test_a_run_whose_id_would_leave_the_folder(self, world: World, plan: Plan) -> None:
        sly = plan.model_copy(update={"run": "../../etc/x"})
        order = world.order(Operation.FREEZE, sly, "job")
        assert (
            self.code(world, seal(order, key=CONTROL_KEY, issuer=CONTROL, audience="site-1"))
            == "envelope_malformed"
        )


class TestDuplicates:
    def test_in_hand_are_not_executed_again_and_the_latest_attempt_is_answered(
        self, frozen: World, plan: Plan
    ) -> None:
        frozen.chunk(plan, "chunk")
        frozen.await_held(1)
        frozen.chunk(plan, "chunk")
        frozen.chunk(plan, "chunk", attempt=3)
        frozen.chunk(plan, "chunk", attempt=2)
        chunk, done = frozen.runner.held[0]
        assert chunk.attempt == 3
        done(answered(chunk))
        assert [(report.job, report.attempt) for report in frozen.await_reports(2)[1:]] == [("chunk", 3)]
        assert len(frozen.runner.held) == 1

    def test_of_what_is_finished_get_the_same_answer_under_their_attempt(
        self, frozen: World, plan: Plan
    ) -> None:
        frozen.runner.answer = answered
        frozen.chunk(plan, "chunk")
        first = frozen.await_reports(2)[1]
        frozen.runner.answer = None  # executing again would hang
        frozen.chunk(plan, "chunk")
        frozen.chunk(plan, "chunk", attempt=2)
        again = frozen.await_reports(4)[2:]
        assert [report.body for report in again] == [first.body, first.body]
        assert [report.attempt for report in again] == [1, 2]

    def test_of_what_was_stopped_or_failed_are_executed(self, frozen: World, plan: Plan) -> None:
        for number, result in enumerate(
            (ChunkOutcome([], stopped="cancelled"), ChunkFailure("secret_missing", "LookupError", "env:X"))
        ):
            frozen.runner.answer = lambda _, result=result: result  # type: ignore[misc]
            frozen.chunk(plan, "chunk", attempt=1 + number)
            frozen.await_reports(2 + number)
        frozen.runner.answer = answered
        frozen.chunk(plan, "chunk", attempt=3)
        last = frozen.await_reports(4)[3]
        assert (last.attempt, last.body.counts.done) == (3, 3)


class TestCancel:
    def test_reaches_the_engine_at_once_and_what_has_not_reached_it(
        self, frozen: World, plan: Plan, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        verifying, go_on = threading.Event(), threading.Event()

        def slow(*_: Any, **__: Any) -> None:
            verifying.set()
            assert go_on.wait(30)

        monkeypatch.setattr("apps.dataplane.orders.verify", slow)
        frozen.chunk(plan, "chunk")
        assert verifying.wait(30)
        frozen.give(Operation.CANCEL, plan, "cancel")
        go_on.set()
        report = frozen.await_reports(2)[1]
        assert (report.body.counts.stopped, report.body.rows) == ("cancelled", ())
        assert frozen.runner.cancelled == ["run"]
        assert not frozen.runner.held

    def test_stops_a_reading(self, world: World, plan: Plan, monkeypatch: pytest.MonkeyPatch) -> None:
        reading, go_on = threading.Event(), threading.Event()
        real = Plan.digest

        def watched(*_: Any, watch: Any, **__: Any) -> None:
            reading.set()
            assert go_on.wait(30)
            watch()

        monkeypatch.setattr("apps.dataplane.orders.freeze", watched)
        world.give(Operation.FREEZE, plan, "freeze")
        assert reading.wait(30)
        world.give(Operation.CANCEL, plan, "cancel")
        go_on.set()
        assert world.await_reports(1)[0].body.code == "cancelled"
        assert real is Plan.digest

    def test_of_another_run_changes_nothing_and_a_later_order_is_executed(
        self, frozen: World, plan: Plan
    ) -> None:
        frozen.chunk(plan, "one")
        frozen.await_held(1)
        frozen.give(Operation.CANCEL, plan_over(plan.dataset.source, run="other"), "cancel")
        chunk, done = frozen.runner.held[0]
        done(answered(chunk))
        assert frozen.await_reports(2)[1].body.counts.done == 3
        frozen.give(Operation.CANCEL, plan, "cancel")
        frozen.chunk(plan, "two")
        frozen.await_held(2)


class TestThePolicy:
    def test_counts_from_the_next_order_on(self, world: World, plan: Plan) -> None:
        set_policy(world.site, roots=["/nowhere"])
        body = world.report_on(Operation.FREEZE, plan, "freeze").body
        assert (body.code, body.stage) == ("path_outside_roots", "freeze")

    def test_that_cannot_be_read_stops_everything_but_the_saying_so(self, world: World, plan: Plan) -> None:
        (world.site.state / "policy.toml").write_text("level = ")
        assert world.report_on(Operation.FREEZE, plan, "freeze").body.code == "policy_unreadable"
        world.orders.heartbeat()

    def test_a_grant_opens_a_folder_for_its_run_only(self, world: World, tmp_path: Path) -> None:
        plans = {}
        for run in ("granted", "other"):
            source = write_csv(tmp_path / f"{run}.csv", ["text", "label"], ROWS)
            plans[run] = plan_over(source, run=run)
        grant(world.site.state, "granted", tmp_path)
        assert world.report_on(Operation.FREEZE, plans["granted"], "a").body.kind == "frozen"
        assert world.report_on(Operation.FREEZE, plans["other"], "b").body.code == "path_outside_roots"


def test_a_changed_source_refuses_the_next_chunk(frozen: World, plan: Plan, data: Path) -> None:
    write_csv(data / "a.csv", ["text", "label"], ROWS[:-1])
    frozen.chunk(plan, "chunk")
    body = frozen.await_reports(2)[1].body
    assert (body.code, body.stage) == ("source_changed", "chunk")
    assert not frozen.runner.held


def test_a_heartbeat_says_what_is_in_hand(frozen: World, plan: Plan) -> None:
    frozen.chunk(plan, "chunk", attempt=2)
    frozen.await_held(1)
    frozen.envelopes.append(frozen.orders.heartbeat())
    beat = frozen.reports()[-1].body
    assert (beat.kind, beat.level, beat.names, beat.roots) == ("heartbeat", "scores", False, 1)
    assert (beat.minimum_group, beat.limits["rows"], beat.limits["seconds"]) == (5, 5_000_000, 900)
    assert [(hand.job, hand.attempt, hand.counts.done) for hand in beat.in_hand] == [("chunk", 2, 1)]
    assert beat.boot == frozen.orders.boot


def test_training_rows_come_through_the_same_readers_and_roots(
    world: World, data: Path, tmp_path: Path
) -> None:
    train = write_csv(data / "train.csv", ["label", "more", "text"], [["a", "x", "t1"], ["b", "x", "t2"]])
    outside = write_csv(tmp_path / "train.csv", ["label", "text"], [["a", "t"]])
    targets = tuple(
        BaselineTarget(name=f"b{n}", method="majority", train=source)
        for n, source in enumerate((train, outside))
    )
    plan = plan_over(train).model_copy(update={"targets": targets})
    rows = list(world.orders.train_rows(plan, 0))
    assert [(row.n, row.fields, row.reference) for row in rows] == [
        (0, {"text": "t1"}, "a"),
        (1, {"text": "t2"}, "b"),
    ]
    with pytest.raises(Refusal, match="path_outside_roots"):
        list(world.orders.train_rows(plan, 1))


def test_an_unforeseen_error_is_reported_by_class_alone_and_logged_here(
    frozen: World, plan: Plan, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(*_: Any) -> None:
        raise ZeroDivisionError("Sesame")

    monkeypatch.setattr("apps.dataplane.orders.tally", fail)
    body = frozen.report_on(Operation.TALLY, plan, "tally").body
    assert (body.code, body.stage, body.exception) == ("site_error", "tally", "ZeroDivisionError")
    assert "Sesame" not in frozen.bytes_out()
    assert "Sesame" in caplog.text


def test_closing_stops_the_engine(site: Site) -> None:
    world = World(site)
    world.orders.close()
    assert world.runner.closed
