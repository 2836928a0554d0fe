"""An engagement with a thread worth looking at, and where its pages are."""

from datetime import date

from django.urls import reverse

from apps.accounts.models import Role
from apps.engagements.models import Engagement, ExitCriterion, Gate, MemberRole
from apps.engagements.services import approvals
from apps.scoping import services
from apps.scoping.models import SuccessCriterion, UseCase
from tests.factories import make_client, make_engagement, make_member, make_user
from tests.factories.items import make_item

LONG = (
    "Referral letters of general practitioners are opened, read and forwarded by hand by whoever has time "
    * 2
)


def make_scene() -> dict[str, str]:
    """Name of each page → its address."""
    engagement = make_engagement(client=make_client("Larkfield Hospital"), name="Referral triage")
    use_case = _use_case(engagement)
    other = services.write_use_case(
        by=None,
        engagement=engagement,
        title="Answer questions about appointments by mail",
        stated_problem="Too many",
    )
    services.change_section(
        by=None, use_case=other, section="score", score_value=2, value_why="Few of them", score_feasibility=5,
        feasibility_why="Simple", score_risk=4, risk_why="Wrong dates hurt",
    )  # fmt: skip
    criterion = _criterion(engagement, use_case)
    _measured(criterion)
    vague = services.write_criterion(
        by=None, engagement=engagement, title="Better answers", decider_name="the desk", use_case=use_case
    )
    engagement_pages = ("use-cases", "use-case-new", "compare", "criteria", "criterion-new", "thread")
    found = {name: reverse(f"scoping:{name}", args=[engagement.pk]) for name in engagement_pages}
    for name in ("use-case", "use-case-process", "use-case-score", "use-case-problem", "baseline-new"):
        found[name] = reverse(f"scoping:{name}", args=[use_case.pk])
    for name in ("criterion", "criterion-edit", "criterion-measure", "criterion-drop"):
        found[name] = reverse(f"scoping:{name}", args=[criterion.pk])
    return {**found, "vague": reverse("scoping:criterion", args=[vague.pk])}


def _use_case(engagement: Engagement) -> UseCase:
    steps = [
        {"step": "Open the letter and stamp it", "actor": "Mail room", "system": "", "minutes": 1},
        {
            "step": "Read it and decide on a department",
            "actor": "Desk nurse",
            "system": "Outlook",
            "minutes": 4,
        },
        {
            "step": "Forward it, and note where it went",
            "actor": "Desk nurse",
            "system": "ORBIS",
            "minutes": 2,
        },
    ]
    owner = make_item(engagement, "stakeholder", title="Dr. Imke Petersen")
    use_case = services.write_use_case(
        by=None, engagement=engagement, title="Send each referral letter to the right department",
        stated_problem="Letters lie about for days", real_problem=f"{LONG}\nNobody owns the rules", steps=steps,
        sufferers="Patients who wait; four nurses at the desk", volume=2400, volume_basis="measured",
        minutes_per_case=7, minutes_basis="stated", exceptions="1 in 20 is handwritten", limits="No change of ORBIS",
        compliance="Nothing leaves the hospital's network", score_value=5, value_why="Days of waiting for patients",
        score_feasibility=4, feasibility_why="Labelled letters of two years", score_risk=2, risk_why="A nurse checks",
        business_owner=owner, business_owner_name="Head of the referral desk", client_visible=True,
    )  # fmt: skip
    services.add_assumption(
        by=None, use_case=use_case, wording="An hour of a desk nurse costs", value=41, unit="EUR", basis="stated",
        source="Controlling, 2026",
    )  # fmt: skip
    services.settle(
        by=None, engagement=engagement, picked=[use_case], rejected={}, reason="The most hours by far"
    )
    return UseCase.objects.get(pk=use_case.pk)


def _criterion(engagement: Engagement, use_case: UseCase) -> SuccessCriterion:
    baseline = services.add_baseline(
        by=None, use_case=use_case, metric="Letters sorted right first time", value=0.71, unit="share", n=400,
        how="Two nurses read 400 letters of May again", measured_on=date(2026, 5, 28), basis="measured",
    )  # fmt: skip
    return services.write_criterion(
        by=None, engagement=engagement, title="9 of 10 letters reach the right department",
        metric="letters found right",
        direction="at_least", threshold=0.9, unit="share", measured_by="hand", use_case=use_case, baseline=baseline,
        decider=make_member(engagement).user, decider_name="Head of the referral desk", text="Counted **weekly**.",
    )  # fmt: skip


def _measured(criterion: SuccessCriterion) -> None:
    by = make_user(name="Ada Engineer")
    for value, n in ((0.84, 300), (0.89, 300), (0.93, 900)):
        services.measure_by_hand(
            by=by,
            criterion=criterion,
            value=value,
            n=n,
            how="Read again by two nurses",
            link="https://wiki.example/p",
        )
    gate = Gate.objects.get(engagement=criterion.engagement, stage="pilot")
    ExitCriterion.objects.create(
        gate=gate, position=9, proof="criterion", title="Letters", criterion=criterion
    )
    viewer = make_member(
        criterion.engagement, MemberRole.VIEWER, user=make_user(Role.CLIENT, name="Cleo Client")
    )
    (asked,) = approvals.ask(by=None, item=criterion, people=[viewer.user])
    approvals.answer(by=viewer.user, approval=asked, answer="approved")
