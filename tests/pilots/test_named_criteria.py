"""A spec may name a criterion of the engagement; its runs then measure that very row, and gates rest on them."""

from typing import Any

import pytest
from django.test import Client as Browser
from django.urls import reverse

from apps.accounts.models import Role
from apps.core.errors import Refused
from apps.engagements import checks
from apps.engagements.models import Engagement, Gate
from apps.engagements.rules.evidence import part_changes
from apps.engagements.services import ensure_client, ensure_engagement
from apps.engagements.timeline import moments
from apps.pilots import spec
from apps.pilots.forms import Sheet
from apps.pilots.models import Evaluation, Run
from apps.pilots.services import authoring, runs
from apps.scoping import services
from apps.scoping.models import Measurement, SuccessCriterion
from tests.factories import make_user
from tests.factories.acting import ActedSite

from .test_runs import SPEC, chunk, finish, frozen

pytestmark = pytest.mark.django_db
NAMED = SPEC.replace("metric: exact, at_least: 0.8}", "criterion: C-1}")


@pytest.fixture
def engagement() -> Engagement:
    return ensure_engagement(by=None, client=ensure_client(by=None, name="Testing client"), name="triage")


def state(engagement: Engagement, **fields: Any) -> SuccessCriterion:
    said = {"title": "right", "metric": "exact", "direction": "at_least", "threshold": 0.8, **fields}
    return services.write_criterion(by=None, engagement=engagement, **said)


def written(text: str = NAMED) -> Evaluation:
    return authoring.write_evaluation(by=None, name="triage", pilot=spec.parse(text))


def run_of(acted: ActedSite, evaluation: Evaluation, *, right: int, digest: str = "d" * 64) -> Run:
    run = runs.start(by=None, evaluation=evaluation, site=acted.site, anew=True)
    frozen(acted, digest)
    finish(acted, lambda order: chunk(order, right=right))
    run.refresh_from_db()
    return run


def found(engagement: Engagement, check: str = "scoping.criteria-met") -> checks.Finding:
    known = checks.known(check)
    assert known is not None
    return known.ask(Gate.objects.select_related("engagement").get(engagement=engagement, stage="pilot"))


def changes(then: checks.Finding, now: checks.Finding) -> list[str]:
    return part_changes(then.evidence, now.evidence)


def test_a_run_measures_the_very_row_that_its_spec_names(acted: ActedSite, engagement: Engagement) -> None:
    criterion = state(engagement)
    run = run_of(acted, written(), right=90)
    assert run.verdict == "met"
    assert SuccessCriterion.objects.count() == 1
    assert {row.criterion_id for row in Measurement.objects.all()} == {criterion.pk}


def test_what_is_named_is_judged_by_what_it_says_when_the_run_ends(
    acted: ActedSite, engagement: Engagement
) -> None:
    criterion, evaluation = state(engagement), written()
    assert run_of(acted, evaluation, right=90).verdict == "met"
    services.change_criterion(by=None, criterion=criterion, threshold=0.95)
    later = run_of(acted, evaluation, right=90)
    assert later.verdict == "missed"
    assert set(later.judgements.values_list("threshold", flat=True)) == {0.95}
    first = evaluation.runs.get(number=1).judgements.first()
    assert first is not None
    assert (first.threshold, first.verdict) == (0.8, "met"), "an earlier run stays with what decided then"


def test_what_a_spec_says_itself_stays_frozen_when_the_criterion_changes(
    acted: ActedSite, engagement: Engagement
) -> None:
    evaluation = written(SPEC)
    criterion = evaluation.bindings.all()[0].criterion
    services.change_criterion(by=None, criterion=criterion, threshold=0.95)
    assert run_of(acted, evaluation, right=90).verdict == "met"
    assert found(engagement).found == checks.Found.UNDECIDED, "not measured as it is stated now"


def test_a_criterion_that_became_vague_decides_nothing(acted: ActedSite, engagement: Engagement) -> None:
    criterion, evaluation = state(engagement), written()
    services.change_criterion(by=None, criterion=criterion, threshold=None)
    run = run_of(acted, evaluation, right=90)
    assert run.verdict == "undecided"
    assert not Measurement.objects.exists()
    browser = Browser()
    browser.force_login(make_user(Role.ADMIN))
    page = browser.get(reverse("pilots:run", args=[run.pk]))
    assert "does not say what decides" in page.content.decode()


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        (None, "no success criterion C-1 on this engagement; a pilot can measure none"),
        ({"threshold": None}, "C-1 right is unknown"),
        ({"measured_by": "hand"}, "measured by hand; a pilot"),
        ({"metric": "token_f1"}, "C-1 right: nothing in this spec measures 'token_f1'"),
    ],
)
def test_a_reference_that_cannot_be_measured_is_refused(engagement: Engagement, fields, message: str) -> None:
    if fields is not None:
        state(engagement, **fields)
    with pytest.raises(Refused, match=message):
        written()
    assert not Evaluation.objects.exists()


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("criterion: C-0", "'C-0' is no reference of a success criterion"),
        ("criterion: c2", "write C-2"),
        ("criterion: C-2, metric: exact", "a named criterion says this itself"),
        ("criterion: C-2, at_least: 0.8", "leave at_least out"),
        ("at_least: 0.8", r"criteria\[0\].metric: is required; or name a success criterion"),
        ("criterion: 7", "expected text"),
    ],
)
def test_what_a_spec_says_of_a_named_criterion_is_checked(line: str, message: str) -> None:
    with pytest.raises(spec.InvalidSpec, match=message):
        spec.parse(SPEC.replace("metric: exact, at_least: 0.8", line, 1))


def test_file_database_and_file_say_the_same(engagement: Engagement) -> None:
    state(engagement)
    evaluation = written()
    again = authoring.pilot_of(Evaluation.objects.get(pk=evaluation.pk))
    assert again == spec.parse(NAMED)
    assert "criterion: C-1" in spec.dump(again)
    assert spec.parse(spec.dump(again)) == again
    assert written(spec.dump(again)) == evaluation


def test_specs_are_stored_as_before_criteria_could_be_named(engagement: Engagement) -> None:
    assert "criterion" not in written(SPEC).spec["criteria"][0]


def test_the_form_offers_what_pilots_measure_and_gives_the_name_back(engagement: Engagement) -> None:
    state(engagement)
    state(engagement, title="by hand", measured_by="hand", threshold=0.7)
    state(engagement, title="vague", threshold=None)
    sheet = Sheet(engagement=engagement, base=written(), name="triage", seen=1)
    assert [value for value, _ in sheet.criteria[0].fields["criterion"].choices] == ["", "C-1"]
    assert sheet.criteria[0].initial["criterion"] == "C-1"


def test_a_repeated_run_of_the_same_leaves_the_evidence_and_anything_else_changes_it(
    acted: ActedSite, engagement: Engagement
) -> None:
    state(engagement)
    evaluation = written()
    run_of(acted, evaluation, right=90)
    then = found(engagement)
    assert then.found == checks.Found.PASSED
    run_of(acted, evaluation, right=91)
    assert changes(then, found(engagement)) == []
    run_of(acted, evaluation, right=60)
    failing = found(engagement)
    assert failing.found == checks.Found.FAILED
    assert any("run 3 of triage v1" in said and "missed" in said for said in changes(then, failing))
    run_of(acted, evaluation, right=90, digest="e" * 64)
    assert any("snapshot" in said for said in changes(then, found(engagement)))


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ("model: m", "model: other", "model m → other"),
        ('prompt: "{{ text }}"', 'prompt: "Now {{ text }}"', "prompt"),
    ],
)
def test_another_model_or_prompt_changes_the_evidence(
    acted: ActedSite, engagement: Engagement, before: str, after: str, said: str
) -> None:
    state(engagement)
    run_of(acted, written(), right=90)
    then = found(engagement)
    newer = written(NAMED.replace(before, after))
    assert any("newest version 1 → 2" in one for one in changes(then, found(engagement))), (
        "written, not yet run"
    )
    run_of(acted, newer, right=90)
    assert any(said in one for one in changes(then, found(engagement)))


def test_a_criterion_is_met_when_one_of_a_runs_targets_meets_it(
    acted: ActedSite, engagement: Engagement
) -> None:
    state(engagement)
    run = runs.start(by=None, evaluation=written(), site=acted.site)
    frozen(acted)
    finish(acted, lambda order: chunk(order, right=90 if order.slot and order.slot.target == 0 else 50))
    run.refresh_from_db()
    assert run.verdict == "missed"
    finding = found(engagement)
    assert finding.found == checks.Found.PASSED
    parts = {part["what"]: part for part in finding.evidence}
    assert parts["measurement of C-1 by model"]["verdict"] == "met"
    assert parts["measurement of C-1 by old"]["verdict"] == "missed"
    assert parts["run of C-1 by model"]["model"] == "m"
    assert parts["run of C-1 by model"]["snapshot"] == "d" * 64


def test_a_passed_gate_becomes_stale_by_a_failing_run(acted: ActedSite, engagement: Engagement) -> None:
    from apps.engagements.selectors.gates import look_at
    from apps.engagements.services.gates import decide, digest_of

    state(engagement)
    evaluation = written()
    run_of(acted, evaluation, right=90)
    manager = make_user(Role.MANAGER)
    for stage in ("scoping", "connect", "pilot"):
        gate = Gate.objects.get(engagement=engagement, stage=stage)
        lines = look_at(gate)
        over = {line.criterion.pk: "for the test" for line in lines if not line.holds}
        decide(by=manager, gate=gate, outcome="go", overrides=over, seen=digest_of(lines))
    gate = Gate.objects.get(engagement=engagement, stage="pilot")
    assert gate.stale == []
    run_of(acted, evaluation, right=60)
    gate.refresh_from_db()
    assert any("run 2 of triage v1" in said for said in gate.stale), gate.stale


def test_the_timeline_tells_that_a_run_was_finished(acted: ActedSite, engagement: Engagement) -> None:
    state(engagement)
    run = run_of(acted, written(), right=90)
    told = moments(make_user(Role.ADMIN), engagement, limit=20, kind="runs")
    assert [(one.what, one.id) for one in told] == [("Run 1 of triage v1 finished, met", run.pk)]
    assert (
        moments(make_user(Role.ADMIN), engagement, limit=20, kind="runs", before=(told[0].at, told[0].id))
        == []
    )
