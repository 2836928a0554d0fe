"""A question to a site is asked once, answered once, and forgotten."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.utils import timezone

from apps.audit.models import Event
from apps.dataplane.contract import plan
from apps.dataplane.contract.messages import FailureReport, Operation, TryReport
from apps.dispatch import rules
from apps.dispatch.models import Inquiry, Job, Plan, Site
from apps.dispatch.services import inquiries, ledger
from tests.factories.acting import ActedSite, dispatch


def ask(acted: ActedSite, operation: Operation = Operation.TRY) -> Inquiry:
    body = plan.Plan(run=str(uuid4()), dataset=plan.Dataset(source=plan.FolderSource(), input=()), targets=())
    return inquiries.ask(by=None, site=acted.site, operation=operation, body=body, engagement=None)


def test_the_answer_is_kept_with_the_question(acted: ActedSite) -> None:
    inquiry = ask(acted)
    assert inquiry.is_open
    assert dispatch() == 1
    (order,) = acted.orders
    assert (order.operation, order.run) == (Operation.TRY, str(inquiry.pk))
    assert acted.report(order, TryReport(answer="ok", http=200, model="m")) == "accepted"
    assert acted.report(order, TryReport(answer="empty")) == "already_settled"
    inquiry.refresh_from_db()
    assert (inquiry.is_open, inquiry.answer["model"], inquiry.failure) == (False, "m", None)
    assert Event.objects.filter(verb="asked", subject_id=inquiry.pk).count() == 1


def test_a_failure_is_an_answer_too(acted: ActedSite) -> None:
    inquiry = ask(acted, Operation.BROWSE)
    dispatch()
    acted.report(acted.orders[0], FailureReport(code="source_not_found", stage="browse"))
    inquiry.refresh_from_db()
    assert (inquiry.is_open, inquiry.answer, inquiry.failure["code"]) == (False, None, "source_not_found")


def test_the_answer_to_another_question_is_not_taken(acted: ActedSite) -> None:
    ask(acted, Operation.PREVIEW)
    dispatch()
    assert acted.report(acted.orders[0], TryReport(answer="ok")) == "other_operation"


def test_a_question_that_gets_lost_is_given_up_and_says_so(acted: ActedSite) -> None:
    inquiry = ask(acted)
    for _ in range(rules.LOSSES + 1):
        dispatch()
        Job.objects.update(deadline=timezone.now() - timedelta(seconds=1))
        ledger.overdue()
    inquiry.refresh_from_db()
    assert inquiry.failure["code"] == "site_error"


def test_what_is_in_hand_does_not_disturb_the_runs(acted: ActedSite) -> None:
    from apps.dataplane.contract.messages import Counts, InHand

    ask(acted)
    dispatch()
    job = Job.objects.get()
    assert acted.beat(InHand(job=str(job.pk), attempt=1, counts=Counts())) == "heard"
    assert Site.objects.get().in_hand == 1
    assert acted.beat() == "heard"
    assert Site.objects.get().in_hand == 0


def test_old_ones_are_forgotten_with_plan_and_job(acted: ActedSite) -> None:
    old, new = ask(acted), ask(acted)
    Inquiry.objects.filter(pk=old.pk).update(asked_at=timezone.now() - timedelta(days=2))
    assert inquiries.forget() == 1
    assert [row.pk for row in Plan.objects.all()] == [new.pk]
    assert Job.objects.get().plan_id == new.pk


@pytest.mark.parametrize("operation", [Operation.FREEZE, Operation.CHUNK, Operation.CANCEL])
def test_a_run_s_operations_are_no_inquiries(acted: ActedSite, operation: Operation) -> None:
    with pytest.raises(ValueError, match="no inquiry"):
        ask(acted, operation)
