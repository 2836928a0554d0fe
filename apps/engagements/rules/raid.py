"""How much a risk, an assumption, an issue or a dependency weighs. Pure decisions."""

WEIGHTS = {"low": 1, "medium": 2, "high": 3}
UNSAID = 2  # of a likelihood that nobody has judged
CERTAIN = 3  # an issue is there already


def exposure(kind: str, severity: str, likelihood: str) -> int:
    """From 1 to 9: severity times likelihood, each 1 for low to 3 for high. An issue has happened, so its
    likelihood is 3; what has no likelihood counts as medium."""
    chance = CERTAIN if kind == "issue" else WEIGHTS.get(likelihood, UNSAID)
    return WEIGHTS[severity] * chance


def unanswered(kind: str, severity: str, response: str, *, open: bool) -> bool:
    """Whether it is a high risk that is open and about which nothing is done."""
    return open and kind == "risk" and severity == "high" and not response.strip()
