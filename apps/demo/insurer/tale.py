"""An insurer sorts its customers' mail: piloted, deployed, and adopted.

In the pilot the large model met the criterion, and so did the small one, at a tenth of the price; even the nearest
text of the past comes close, so that a model has to earn its keep. The small one was deployed, and the check on newer
mail still holds.
"""

from ..corpus import Corpus
from ..dirt import Dirt
from ..models import Chapter
from ..names import SMALL
from ..tale import (
    EVERY_TARGET,
    LARGE_TARGET,
    NEAREST_TARGET,
    SMALL_TARGET,
    TRAIN,
    Criterion,
    Pilot,
    Rows,
    Tale,
)
from . import phrases
from .gates import GATES
from .notes import NOTES
from .scope import SCOPE

PILOT, CHECK = "mail-categories", "mail-categories-in-use"
MAIL, NEWER_MAIL = "mail.csv", "mail-since-go-live.csv"
PROMPT = f"""\
Sort this mail of a customer into one of these categories:
{", ".join(sorted(phrases.CATEGORIES))}.
Answer with the category and nothing else."""
RIGHT = Criterion("exact", "at_least", 0.90, "The right category for 9 of 10 mails")
QUICK = Criterion("latency_p95_ms", "at_most", 3000, "Answers within three seconds")
CHEAP = Criterion("cost_per_1000", "at_most", 0.02, "At most two cents for a thousand")

CORPUS = Corpus(
    label="category",
    languages=("en", "fr"),
    phrases=phrases.CATEGORIES,
    weights=phrases.WEIGHTS,
    openings=phrases.OPENINGS,
    closings=phrases.CLOSINGS,
    joints=phrases.JOINTS,
    columns={"channel": phrases.CHANNELS},
    second=0.05,
    other=0.3,
    rules_right=0.7,
    dirt=Dirt(typos=0.03, duplicates=0.02, missing={"channel": 0.03, "language": 0.02}, mislabelled=0.02),
)
TALE = Tale(
    folder="pellbrook-mutual",
    client="Pellbrook Mutual",
    engagement="Claims mail triage",
    viewer="insurer@demo.invalid",
    about="Mail of the insurer's customers, with the category that its staff gave it",
    corpus=CORPUS,
    files={
        TRAIN: Rows(seed=11, number=1200),
        MAIL: Rows(seed=23, number=800),
        NEWER_MAIL: Rows(seed=31, number=900),
    },
    criteria=(RIGHT, QUICK, CHEAP),
    scope=SCOPE,
    notes=NOTES,
    gates=GATES,
    pilots=(
        Pilot(
            Chapter.PILOT,
            PILOT,
            MAIL,
            PROMPT,
            EVERY_TARGET,
            ((LARGE_TARGET, RIGHT), (SMALL_TARGET, RIGHT), (SMALL_TARGET, QUICK), (SMALL_TARGET, CHEAP)),
        ),
        Pilot(
            Chapter.LIVE,
            CHECK,
            NEWER_MAIL,
            PROMPT,
            {SMALL_TARGET: SMALL, NEAREST_TARGET: None},
            ((SMALL_TARGET, RIGHT), (SMALL_TARGET, QUICK), (SMALL_TARGET, CHEAP)),
        ),
    ),
    privacy="full",
    system="You sort the mail of an insurer.",
)
