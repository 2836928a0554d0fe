"""How the hospital's gates were decided: one thing passed over, another left open on conditions."""

from apps.engagements.models import Stage

from ..gate import REVIEWED, STATED, TESTED, Decided
from ..models import Chapter

GATES = (
    Decided(
        Chapter.PILOT,
        Stage.SCOPING,
        "Agreed with the medical director and the referral desk.",
        approved="This is what we want proven.",
        overridden={
            STATED: "Trust cannot be counted before a nurse has seen a proposal; the other three decide."
        },
    ),
    Decided(
        Chapter.PILOT,
        Stage.CONNECT,
        "The letters are there. Nothing leaves the hospital's network, so that the pilot need not wait for the review.",
        conditions={
            TESTED: ("Read the letters once where they live", 3),
            REVIEWED: ("Have the security review's answer before a nurse sees a proposal", 21),
        },
    ),
)
