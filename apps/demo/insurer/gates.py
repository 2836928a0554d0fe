"""How the insurer's gates were decided: one on a condition and confirmed since, the last two past an open risk."""

from apps.engagements.models import Stage

from ..gate import ON_CALL, REHEARSED, REVIEWED, RISKS, TESTED, Decided
from ..models import Chapter

GATES = (
    Decided(
        Chapter.PILOT,
        Stage.SCOPING,
        "Agreed with the head of claims mail.",
        approved="Sorting first. Agreed.",
    ),
    Decided(
        Chapter.PILOT,
        Stage.CONNECT,
        "Everything is signed; only the mail itself has not been read yet.",
        attested={REVIEWED: "security-review"},
        conditions={TESTED: ("Read the mail once where it lives", 3)},
        again="The mail was read without trouble; nothing is left open.",
    ),
    Decided(
        Chapter.LIVE,
        Stage.PILOT,
        "The small model meets every criterion, at a tenth of the price.",
        approved="We have seen the figures, and want to go on with the small model.",
        overridden={RISKS: "The contract concerns the time after handover; the pilot does not rest on it."},
    ),
    Decided(
        Chapter.LIVE,
        Stage.DEPLOY,
        "The mail team corrects with one key, so that a wrong category is found at once.",
        attested={REHEARSED: "rollback-rehearsal"},
        conditions={ON_CALL: ("Write down who is called when the sorting stops", 14)},
        overridden={RISKS: "The contract runs for another year; who renews it is decided before handover."},
    ),
)
