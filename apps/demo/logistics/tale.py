"""A freight firm asks why deliveries fail: in scoping, its rows known, its criteria written, nothing run."""

from ..corpus import Corpus
from ..dirt import Dirt
from ..tale import TRAIN, Criterion, Rows, Tale
from . import phrases
from .notes import NOTES
from .scope import SCOPE

EXCEPTIONS = "exceptions.csv"
CORPUS = Corpus(
    label="cause",
    languages=("en", "de"),
    phrases=phrases.CAUSES,
    weights=phrases.WEIGHTS,
    openings=phrases.OPENINGS,
    closings=phrases.CLOSINGS,
    joints=phrases.JOINTS,
    columns={"depot": phrases.DEPOTS},
    second=0.1,
    other=0.4,
    rules_right=0.5,
    dirt=Dirt(typos=0.06, duplicates=0.03, missing={"depot": 0.05, "cause": 0.01}, mislabelled=0.05),
)
TALE = Tale(
    folder="quillhaven-freight",
    client="Quillhaven Freight",
    engagement="Delivery exceptions",
    viewer="logistics@demo.invalid",
    about="What drivers write when a delivery fails, with the cause that the depot booked",
    corpus=CORPUS,
    files={TRAIN: Rows(seed=11, number=1200), EXCEPTIONS: Rows(seed=23, number=700)},
    criteria=(
        Criterion("exact", "at_least", 0.80, "The right cause for 4 of 5 failed deliveries"),
        Criterion("cost_per_1000", "at_most", 0.05, "At most five cents for a thousand"),
    ),
    scope=SCOPE,
    notes=NOTES,
    gates=(),
    pilots=(),
    privacy="scores",
    system="You read what drivers write about failed deliveries.",
)
