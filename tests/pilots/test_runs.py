"""A run from spec to verdict over the real ledger, with a site acted out in the test."""

import threading
from collections.abc import Callable

import pytest
from django.db import connection, transaction

from apps.core.errors import Refused
from apps.dataplane.contract.messages import (
    ChunkReport,
    Counts,
    Extent,
    FailureReport,
    FreezeReport,
    Operation,
    Order,
    Row,
    Summary,
    TallyReport,
)
from apps.dataplane.contract.privacy import Level
from apps.dispatch.models import Job
from apps.pilots import spec
from apps.pilots.models import Evaluation, Result, Run
from apps.pilots.selectors import runs as selectors
from apps.pilots.services import authoring, runs
from apps.scoping.models import Measurement, SuccessCriterion
from tests.factories.acting import ActedSite, dispatch

SPEC = """
client: Testing client
engagement: triage
dataset:
  source: {kind: csv, path: /data/messages.csv}
  input: [text]
  reference: label
  slices: [channel]
prompt: "{{ text }}"
targets:
  - {name: model, kind: openai, base_url: "http://127.0.0.1:9/v1", model: m, price: {input: 1, output: 1}}
  - {name: old, kind: recorded, column: old}
criteria:
  - {target: model, metric: exact, at_least: 0.8}
  - {target: old, metric: exact, at_least: 0.8}
limits: {max_errors: 0.05}
"""
ROWS = 600
Maker = Callable[[Order], ChunkReport]


@pytest.fixture
def evaluation(db) -> Evaluation:
    return authoring.write_evaluation(by=None, name="triage", pilot=spec.parse(SPEC))


@pytest.fixture
def run(acted: ActedSite, evaluation: Evaluation) -> Run:
    return runs.start(by=None, evaluation=evaluation, site=acted.site)


def chunk(
    order: Order, *, right: int = 90, errors: int = 0, stopped: str | None = None, **counts
) -> ChunkReport:
    """Of each hundred samples the first `right` are right; the last `errors` of a hundred end in an error."""
    assert order.slot
    rows = []
    for n in range(order.slot.start, order.slot.stop):
        failed = n % 100 >= 100 - errors
        rows.append(
            Row(
                n=n,
                key=f"{n:032x}",
                kind="timeout" if failed else "ok",
                scores={} if failed else {"exact": float(n % 100 < right)},
                latency_ms=None if failed else 100.0 + n,
                cost=None if failed else 0.001,
                slices=("mail" if n % 3 else "chat",),
            )
        )
    failed_count = sum(row.kind == "timeout" for row in rows)
    return ChunkReport(
        slot=order.slot,
        level=Level.SCORES,
        rows=tuple(rows),
        counts=Counts(
            done=len(rows),
            errors={"timeout": failed_count} if failed_count else {},
            stopped=stopped,
            **counts,
        ),
    )


def frozen(acted: ActedSite, digest: str = "d" * 64) -> None:
    dispatch()
    order = acted.orders[-1]
    assert order.operation == Operation.FREEZE
    extent = Extent(rows=ROWS, digest=digest, source_rows=ROWS)
    assert acted.report(order, FreezeReport(extent=extent)) == "accepted"


def finish(acted: ActedSite, make: Maker = chunk) -> None:
    """Answer whatever is sent until nothing is."""
    answered = len(acted.orders)
    while dispatch():
        for order in acted.orders[answered:]:
            if order.operation == Operation.CHUNK:
                acted.report(order, make(order))
        answered = len(acted.orders)


def verdicts(run: Run) -> dict[str, str]:
    return {item.binding.target: item.verdict for item in run.judgements.select_related("binding")}


def test_a_run_measures_its_criteria_and_decides(acted: ActedSite, run: Run) -> None:
    frozen(acted)
    finish(acted, lambda order: chunk(order, right=90 if order.slot and order.slot.target == 0 else 60))
    run = selectors.complete().get(pk=run.pk)
    assert (run.state, run.verdict, run.rows) == ("done", "missed", ROWS)
    assert verdicts(run) == {"model": "met", "old": "missed"}
    assert Result.objects.filter(run=run).count() == 2 * ROWS
    assert SuccessCriterion.objects.count() == 1, "the same criterion bound to two targets is one row"
    measured = Measurement.objects.get(subject="model")
    assert (measured.value, measured.n, measured.source_id) == (0.9, ROWS, run.pk)
    exact = run.targets.get(position=0).metrics.get(name="exact", slice="channel=chat")
    assert exact.n == ROWS / 3
    told = selectors.as_json(run)
    assert told["verdict"] == "missed"
    assert told["targets"][0]["metrics"]["exact"]["slices"]["channel=mail"]["n"] == 2 * ROWS / 3


def test_chunks_cover_every_row_of_every_target_once(acted: ActedSite, run: Run) -> None:
    frozen(acted)
    finish(acted)
    slots = [order.slot for order in acted.orders if order.slot]
    covered = sorted((slot.target, n) for slot in slots for n in range(slot.start, slot.stop))
    assert covered == [(target, n) for target in (0, 1) for n in range(ROWS)]


def test_too_many_errors_leave_the_target_undecided(acted: ActedSite, run: Run) -> None:
    frozen(acted)
    finish(acted, lambda order: chunk(order, errors=6 if order.slot and order.slot.target == 0 else 0))
    run.refresh_from_db()
    assert verdicts(run) == {"model": "undecided", "old": "met"}
    assert run.verdict == "undecided"
    assert run.targets.get(position=0).metrics.get(name="exact", slice="").n == ROWS * 0.94


def test_a_target_that_never_answers_breaks_the_run(acted: ActedSite, run: Run) -> None:
    frozen(acted)
    finish(acted, lambda order: chunk(order, errors=100 if order.slot and order.slot.target == 0 else 0))
    run.refresh_from_db()
    assert (run.state, run.verdict, run.reason) == ("failed", None, "endpoint_dead")
    assert run.reason_facts == {"target": "model", "cause": "timeout"}


def test_a_dead_endpoint_ends_the_run_at_once(acted: ActedSite, run: Run) -> None:
    frozen(acted)
    dispatch()
    order = next(order for order in acted.orders if order.slot)
    acted.report(order, chunk(order, stopped="endpoint_dead", stopped_detail="unauthorized"))
    run.refresh_from_db()
    assert (run.state, run.reason) == ("failed", "endpoint_dead")
    assert run.reason_facts["cause"] == "unauthorized"
    dispatch()
    assert acted.orders[-1].operation == Operation.CANCEL


def test_a_cost_cap_stops_its_target_alone_and_the_partial_run_decides_nothing(
    acted: ActedSite, run: Run
) -> None:
    frozen(acted)

    def capped(order: Order) -> ChunkReport:
        report = chunk(order)
        if order.slot and order.slot.target == 0 and order.slot.start >= 256:
            counts = report.counts.model_copy(update={"stopped": "cost_cap", "done": 5})
            return report.model_copy(update={"rows": report.rows[:5], "counts": counts})
        return report

    finish(acted, capped)
    run.refresh_from_db()
    assert (run.state, run.partial, run.verdict) == ("done", "cost_cap", "undecided")
    assert set(verdicts(run).values()) == {"undecided"}
    assert Measurement.objects.count() == 0
    assert run.targets.get(position=1).done == ROWS


def test_chunks_that_were_in_hand_when_the_cap_was_met_keep_their_rows(acted: ActedSite, run: Run) -> None:
    frozen(acted)
    dispatch()
    first = [order for order in acted.orders if order.slot and order.slot.target == 0]
    empty = chunk(first[1], stopped="cost_cap").model_copy(
        update={"rows": (), "counts": Counts(stopped="cost_cap")}
    )
    assert acted.report(first[1], empty) == "accepted"
    assert acted.report(first[0], chunk(first[0])) == "accepted"
    assert Result.objects.filter(run=run, target=0).count() == len(chunk(first[0]).rows)


def test_cancel_then_resume_measures_every_row_once(acted: ActedSite, run: Run) -> None:
    frozen(acted)
    dispatch()
    first = [order for order in acted.orders if order.slot]
    for order in first[:3]:
        acted.report(order, chunk(order))
    run = runs.cancel(by=None, run=run)
    assert (run.state, run.verdict) == ("cancelled", None)
    assert acted.report(first[4], chunk(first[4])) == "already_settled"
    dispatch()
    run = runs.resume(by=None, run=run)
    frozen(acted)
    assert acted.orders[-1].expected == "d" * 64
    finish(acted)
    run.refresh_from_db()
    assert (run.state, run.verdict) == ("done", "met")
    assert Result.objects.filter(run=run).count() == 2 * ROWS
    assert [target.done for target in run.targets.all()] == [ROWS, ROWS]
    with pytest.raises(Refused):
        runs.resume(by=None, run=run)
    with pytest.raises(Refused):
        runs.cancel(by=None, run=run)


def test_a_cancellation_that_comes_too_late_costs_nothing_but_time(acted: ActedSite, run: Run) -> None:
    frozen(acted)
    dispatch()
    first = next(order for order in acted.orders if order.slot)
    stray = ChunkReport(slot=first.slot, level=Level.SCORES, counts=Counts(stopped="cancelled"))
    acted.report(first, stray)
    finish(acted)
    run.refresh_from_db()
    assert (run.state, run.partial) == ("running", ""), (
        "the other chunks of the first sending are not answered yet"
    )
    for order in acted.orders:
        if order.slot:
            acted.report(order, chunk(order))
    finish(acted)
    run.refresh_from_db()
    assert (run.state, run.verdict) == ("done", "met")
    assert Result.objects.filter(run=run).count() == 2 * ROWS


def test_run_again_expects_the_rows_that_were_frozen(
    acted: ActedSite, evaluation: Evaluation, run: Run
) -> None:
    frozen(acted)
    finish(acted)
    again = runs.start(by=None, evaluation=evaluation, site=acted.site)
    dispatch()
    assert acted.orders[-1].expected == "d" * 64
    acted.report(acted.orders[-1], FailureReport(code="source_changed", stage="freeze"))
    again.refresh_from_db()
    assert (again.state, again.reason, again.number) == ("failed", "source_changed", 2)
    anew = runs.start(by=None, evaluation=evaluation, site=acted.site, anew=True)
    frozen(acted, digest="e" * 64)
    anew.refresh_from_db()
    assert anew.snapshot
    assert anew.snapshot.digest == "e" * 64


def test_at_level_aggregate_the_verdict_comes_from_the_sites_tally(acted: ActedSite, run: Run) -> None:
    frozen(acted)

    def bare(order: Order) -> ChunkReport:
        assert order.slot
        counts = Counts(done=order.slot.stop - order.slot.start)
        return ChunkReport(slot=order.slot, level=Level.AGGREGATE, counts=counts)

    finish(acted, bare)
    order = acted.orders[-1]
    assert order.operation == Operation.TALLY
    summaries = [
        Summary(target=target, metric="exact", n=ROWS, total=0.9 * ROWS, squares=0.9 * ROWS)
        for target in (0, 1)
    ] + [Summary(target=0, metric="exact", slice="channel=fax", suppressed=True)]
    assert acted.report(order, TallyReport(summaries=tuple(summaries))) == "accepted"
    run.refresh_from_db()
    assert (run.state, run.verdict, run.level) == ("done", "met", "aggregate")
    assert not Result.objects.filter(run=run).exists()
    assert run.targets.get(position=0).metrics.get(slice="channel=fax").suppressed


def test_a_failed_freeze_fails_the_run_with_its_code_and_facts(acted: ActedSite, run: Run) -> None:
    dispatch()
    acted.report(acted.orders[-1], FailureReport(code="source_ragged", stage="freeze", facts={"line": 7}))
    run.refresh_from_db()
    assert (run.state, run.reason, run.reason_facts) == ("failed", "source_ragged", {"line": 7})


def test_the_same_spec_is_the_same_version_and_another_the_next(evaluation: Evaluation) -> None:
    same = authoring.write_evaluation(by=None, name="triage", pilot=spec.parse(SPEC))
    assert same == evaluation
    changed = spec.parse(SPEC.replace("0.8}", "0.9}", 1))
    other = authoring.write_evaluation(by=None, name="triage", pilot=changed)
    assert other.version == 2
    assert SuccessCriterion.objects.count() == 2


def test_a_site_of_another_client_is_refused(acted: ActedSite, evaluation: Evaluation) -> None:
    from apps.engagements.services import ensure_client

    acted.site.client = ensure_client(by=None, name="Somebody else")
    acted.site.save()
    with pytest.raises(Refused, match="another client"):
        runs.start(by=None, evaluation=evaluation, site=acted.site)


@pytest.mark.django_db(transaction=True)
def test_cancelling_waits_for_a_report_that_is_being_taken_instead_of_locking_against_it(
    acted: ActedSite, evaluation: Evaluation
) -> None:
    """What comes back locks a job and then its run; a cancellation in the same order cannot deadlock with it."""
    run = runs.start(by=None, evaluation=evaluation, site=acted.site)
    job = Job.objects.get(plan_id=run.pk)
    taken, done = threading.Event(), threading.Event()

    def cancel() -> None:
        try:
            taken.wait(30)
            runs.cancel(by=None, run=run)
        finally:
            done.set()
            connection.close()

    thread = threading.Thread(target=cancel)
    thread.start()
    with transaction.atomic():
        Job.objects.select_for_update().get(pk=job.pk)
        taken.set()
        assert not done.wait(0.5)  # it waits for the job, and does not hold the run meanwhile
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1 FROM pilots_run WHERE id = %s FOR UPDATE NOWAIT", [run.pk])
    thread.join(30)
    run.refresh_from_db()
    assert run.state == "cancelled"
