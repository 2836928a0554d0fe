"""The ledger's promise: every order goes out until it is answered, and one answer counts."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.utils import timezone

from apps.dataplane.contract import envelope, messages
from apps.dataplane.contract.messages import ChunkReport, Counts, InHand, Operation, Slot
from apps.dispatch import handlers, rules
from apps.dispatch.models import Job, Site
from apps.dispatch.services import ledger, sites
from tests.factories.acting import ActedSite, dispatch


@pytest.fixture
def handled(monkeypatch) -> list:
    """What reaches the handlers, instead of the pilots that are not there in these tests."""
    seen: list = []
    monkeypatch.setattr(handlers, "handle", lambda job, body: seen.append((job.pk, body)))
    monkeypatch.setattr(handlers, "progressed", lambda runs: seen.append(runs))
    return seen


@pytest.fixture
def chunks(laid_out) -> None:
    slots = [Slot(target=t, start=s, stop=s + 10) for s in range(0, 100, 10) for t in (0, 1)]
    ledger.order_chunks(run=laid_out.run, slots=slots)


def answer(order: messages.Order, **counts: object) -> ChunkReport:
    assert order.slot
    return ChunkReport(slot=order.slot, level="scores", counts=Counts(done=10, **counts))


def test_of_each_target_only_so_many_chunks_are_in_flight(acted: ActedSite, chunks, handled) -> None:
    assert dispatch() == 2 * rules.IN_FLIGHT
    assert {order.slot.target for order in acted.orders if order.slot} == {0, 1}
    acted.report(acted.orders[0], answer(acted.orders[0]))
    assert dispatch() == 1


def test_all_chunks_are_done_exactly_once(acted: ActedSite, chunks, handled) -> None:
    answered = 0
    while dispatch():
        for order in acted.orders[answered:]:
            assert acted.report(order, answer(order)) == "accepted"
            assert acted.report(order, answer(order)) == "already_settled"
            answered += 1
    assert answered == 20
    assert Job.objects.filter(state="done").count() == 20
    assert sorted(job for job, _ in handled) == sorted(Job.objects.values_list("pk", flat=True))


def test_nothing_is_sent_to_a_site_that_is_away(acted: ActedSite, chunks) -> None:
    Site.objects.update(heard_at=timezone.now() - rules.SILENT - timedelta(seconds=1))
    assert dispatch() == 0
    acted.beat()
    assert dispatch() > 0


def test_a_deactivated_site_gets_nothing_and_is_not_heard(acted: ActedSite, chunks) -> None:
    Site.objects.update(active=False)
    assert dispatch() == 0
    assert acted.beat() == "envelope_issuer"


def test_a_late_answer_of_an_earlier_attempt_is_fenced(acted: ActedSite, chunks, handled) -> None:
    dispatch()
    first = acted.orders[0]
    Job.objects.filter(pk=first.job).update(deadline=timezone.now() - timedelta(seconds=1))
    assert ledger.overdue() == 1
    dispatch()
    again = acted.orders[-1]
    assert (again.job, again.attempt) == (first.job, 2)
    assert acted.report(first, answer(first)) == "stale_attempt"
    assert acted.report(again, answer(again)) == "accepted"
    assert len(handled) == 1


def test_a_job_that_the_site_lists_lives_on_and_shows_its_counts(acted: ActedSite, chunks, handled) -> None:
    dispatch()
    order = acted.orders[0]
    Job.objects.update(sent_at=timezone.now() - 2 * rules.ACKNOWLEDGE)
    acted.beat(InHand(job=order.job, attempt=1, counts=Counts(done=3)))
    held = Job.objects.get(pk=order.job)
    assert held.state == "running"
    assert held.counts["done"] == 3
    assert held.deadline
    assert held.deadline > timezone.now() + rules.ACKNOWLEDGE
    assert Job.objects.filter(state="running").count() == 1, "those it should know by now are asked for again"


def test_a_job_that_went_to_an_earlier_boot_is_asked_for_again_at_once(acted: ActedSite, chunks) -> None:
    number = dispatch()
    acted.beat()
    assert Job.objects.filter(state="running").count() == number, "it may still be on its way"
    acted.boot = "boot-2"
    acted.beat()
    assert Job.objects.filter(state="running").count() == 0
    assert dispatch() == number


def test_a_job_lost_time_after_time_is_given_up(acted: ActedSite, laid_out, monkeypatch) -> None:
    given_up: list = []
    monkeypatch.setattr(handlers, "lost", given_up.append)
    job = ledger.order(run=laid_out.run, operation=Operation.FREEZE)
    for _ in range(rules.LOSSES + 1):
        assert dispatch() == 1
        Job.objects.update(deadline=timezone.now() - timedelta(seconds=1))
        ledger.overdue()
    assert [item.pk for item in given_up] == [job.pk]
    assert dispatch() == 0


def test_a_cancel_closes_what_is_open_and_tells_the_site(acted: ActedSite, chunks, laid_out) -> None:
    dispatch()
    ledger.cancel(run=laid_out.run)
    assert not Job.objects.filter(operation="chunk", state__in=Job.OPEN).exists()
    assert dispatch() == 1
    assert acted.orders[-1].operation == Operation.CANCEL
    assert acted.report(acted.orders[0], answer(acted.orders[0])) == "already_settled"


def test_reopened_chunks_go_out_again(acted: ActedSite, chunks, laid_out, handled) -> None:
    dispatch()
    acted.report(acted.orders[0], answer(acted.orders[0]))
    ledger.cancel(run=laid_out.run)
    assert dispatch() == 1, "the cancellation"
    assert ledger.reopen(run=laid_out.run) == 19
    assert dispatch() == 2 * rules.IN_FLIGHT


def test_withholding_a_target_leaves_what_is_in_hand_and_the_other_target(
    acted: ActedSite, chunks, laid_out, handled
) -> None:
    dispatch()
    ledger.withhold(run=laid_out.run, target=0)
    in_hand = [order for order in acted.orders if order.slot and order.slot.target == 0]
    assert [acted.report(order, answer(order)) for order in in_hand] == ["accepted"] * rules.IN_FLIGHT
    assert dispatch() == 0
    assert Job.objects.filter(target=0, state="cancelled").count() == 10 - rules.IN_FLIGHT
    assert Job.objects.filter(target=1, state="queued").count() == 10 - rules.IN_FLIGHT


def forgeries(acted: ActedSite, order: messages.Order) -> Iterator[tuple[str, str]]:
    body = answer(order)
    yield "other_plan", acted.report(order, body, digest="0" * 64)
    yield "unknown_job", acted.report(order, body, job="6f1c1f0e-5a0e-4d6e-9d57-00000000000f")
    yield "unknown_job", acted.report(order, body, job="no uuid")
    yield "stale_attempt", acted.report(order, body, attempt=7)
    yield "envelope_issuer", acted.report(order, body, site="6f1c1f0e-5a0e-4d6e-9d57-00000000000e")
    wrong = body.model_copy(update={"slot": Slot(target=0, start=0, stop=99)})
    yield "other_slot", acted.report(order, wrong)
    frozen = messages.FreezeReport(extent=messages.Extent(rows=1, digest="x", source_rows=1))
    yield "other_operation", acted.report(order, frozen)


def test_a_report_that_is_not_of_this_job_changes_nothing(acted: ActedSite, chunks, handled) -> None:
    dispatch()
    order = acted.orders[0]
    for expected, said in forgeries(acted, order):
        assert said == expected
    assert handled == []
    assert acted.report(order, answer(order)) == "accepted"


def test_a_site_cannot_answer_for_another(acted: ActedSite, chunks, handled) -> None:
    dispatch()
    key = envelope.new_key()
    other = sites.enroll(by=None, name="other", client=None)
    sites.introduce(by=None, site=other, public_key=envelope.public_text(key))
    stranger = ActedSite(other, key)
    order = acted.orders[0]
    assert stranger.report(order, answer(order), site=str(other.pk)) == "foreign_job"
    assert stranger.report(order, answer(order), site=str(acted.site.pk)) == "envelope_signature"
    assert handled == []


def test_an_order_opens_only_at_the_site_it_is_for(acted: ActedSite, laid_out, monkeypatch) -> None:
    tokens: list[str] = []
    monkeypatch.setattr("apps.dispatch.bell.ring", lambda site, token: tokens.append(token))
    ledger.order(run=laid_out.run, operation=Operation.FREEZE)
    dispatch()
    from apps.dispatch.bell import control_key

    with pytest.raises(envelope.EnvelopeError, match="envelope_audience"):
        envelope.open_order(tokens[0], key=control_key(), audience="another-site")
    with pytest.raises(envelope.EnvelopeError, match="envelope_signature"):
        envelope.open_order(tokens[0], key=envelope.new_key(), audience=str(acted.site.pk))


@pytest.mark.parametrize("token", ["", "x", "a.b.c", "{}", "é" * 100, "a." * 1000])
def test_nonsense_is_refused_with_a_code(db, token: str) -> None:
    from apps.dispatch.services import intake

    assert intake.accept(token).startswith("envelope_")
