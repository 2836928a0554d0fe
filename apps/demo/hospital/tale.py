"""A hospital sorts referral letters to departments: regulated, in pilot, and not all of it decided.

The first prompt asks openly and misses the criterion; the second names the departments and meets it with the large
model. The small one, at a tenth of the price, comes near, and whether near enough is undecided.
"""

from ..corpus import Corpus
from ..dirt import Dirt
from ..models import Chapter
from ..tale import EVERY_TARGET, LARGE_TARGET, SMALL_TARGET, TRAIN, Criterion, Pilot, Rows, Tale
from . import phrases
from .gates import GATES
from .notes import NOTES
from .scope import SCOPE

EVALUATION, LETTERS = "referral-departments", "letters.csv"
OPEN_PROMPT = "Which department is this referral letter for?"
NAMING_PROMPT = f"""\
Which department is this referral letter for? The departments are:
{", ".join(sorted(phrases.DEPARTMENTS))}.
Answer with one of them and nothing else."""
RIGHT = Criterion("exact", "at_least", 0.88, "The right department in 88 of 100 letters")
QUICK = Criterion("latency_p95_ms", "at_most", 3000, "Answers within three seconds")
CHEAP = Criterion("cost_per_1000", "at_most", 0.02, "At most two cents for a thousand")
CRITERIA = (
    (LARGE_TARGET, RIGHT),
    (SMALL_TARGET, RIGHT),
    (LARGE_TARGET, QUICK),
    (SMALL_TARGET, CHEAP),
)

CORPUS = Corpus(
    label="department",
    languages=("en", "es"),
    phrases=phrases.DEPARTMENTS,
    weights=phrases.WEIGHTS,
    openings=phrases.OPENINGS,
    closings=phrases.CLOSINGS,
    joints=phrases.JOINTS,
    columns={"channel": phrases.CHANNELS},
    second=0.35,
    other=0.12,
    rules_right=0.62,
    dirt=Dirt(typos=0.03, duplicates=0.01, missing={"channel": 0.02, "department": 0.005}, mislabelled=0.03),
)
TALE = Tale(
    folder="larkfield-hospital",
    client="Larkfield Hospital",
    engagement="Referral triage",
    viewer="hospital@demo.invalid",
    about="Referral letters of general practitioners, with the department that the hospital sent them to",
    corpus=CORPUS,
    files={TRAIN: Rows(seed=11, number=1200), LETTERS: Rows(seed=23, number=2400)},
    criteria=(RIGHT, QUICK, CHEAP),
    scope=SCOPE,
    notes=NOTES,
    gates=GATES,
    pilots=tuple(
        Pilot(Chapter.PILOT, EVALUATION, LETTERS, prompt, EVERY_TARGET, CRITERIA)
        for prompt in (OPEN_PROMPT, NAMING_PROMPT)
    ),
    privacy="redacted",  # a regulated house: no contact of a patient leaves its network
    system="You sort referral letters of a hospital.",
)
