"""What the freight firm wants solved; nothing is picked yet."""

from ..scope import Scope, candidate

SCOPE = Scope(
    candidates=(
        candidate(
            "Book the cause of each failed delivery",
            "Nobody knows why deliveries fail.",
            ("Write down what happened", "Driver", "Handheld", 1),
            ("Read it and book a cause", "Depot clerk", "Transport system", 2),
            sufferers="Dispatchers, who plan the second attempt without knowing why the first one failed.",
            volume=(3100, "stated"),
            minutes=(3, "estimated"),
            value=(4, "One delivery in nine fails"),
            feasibility=(3, "The booked causes are wrong now and then"),
            risk=(2, "A wrong cause is found at the next attempt"),
        ),
        candidate(
            "Predict which delivery will fail",
            "A second attempt costs more than the first.",
            value=(5, "An attempt that is not made costs nothing"),
            feasibility=(1, "What drivers write comes after the fact"),
            risk=(3, "Customers may be left without their goods"),
        ),
    ),
    picked="",
    decider="Head of dispatch",
    vague="Drivers write less",
)
