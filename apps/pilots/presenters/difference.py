"""One difference as a line of a table."""

from collections.abc import Sequence
from dataclasses import dataclass

from apps.core import figures

from ..rules import comparison as rules
from ..rules.comparison import Difference
from ..rules.metrics import Measured, MetricFacts

_TONES = {"better": "good", "worse": "bad"}
_ICONS = {"better": "check", "worse": "cross", "same": "info", "unclear": "undecided"}


@dataclass
class DifferenceLine:
    """One metric, or one slice of it, on both sides; `edge` is where the scale of its differences ends."""

    name: str
    facts: MetricFacts
    kind: str
    a: Measured | None
    b: Measured | None
    difference: Difference
    note: str = ""
    slice: str = ""
    lost: int = 0
    gained: int = 0
    edge: float = 1.0

    @property
    def verdict(self) -> rules.Verdict:
        return rules.verdict(self.difference, self.facts.better)

    @property
    def words(self) -> str:
        return rules.WORDS[self.verdict]

    @property
    def tone(self) -> str:
        return _TONES.get(self.verdict, "quiet")

    @property
    def icon(self) -> str:
        return _ICONS.get(self.verdict, "info")

    @property
    def written(self) -> str:
        """The difference with its sign."""
        return signed(self.difference.value, self.kind)

    @property
    def interval(self) -> str:
        low, high = self.difference.low, self.difference.high
        if low is None and high is None:
            return ""
        if low is None or high is None:
            return f"≤ {signed(high, self.kind)}" if low is None else f"≥ {signed(low, self.kind)}"
        return f"{signed(low, self.kind)} to {signed(high, self.kind)}"

    @property
    def column(self) -> str:
        return self.slice.partition("=")[0]

    @property
    def value(self) -> str:
        return self.slice.partition("=")[2]

    @property
    def floor(self) -> float:
        """Where the scale begins."""
        return -self.edge

    @property
    def spoken(self) -> str:
        """What the picture of the difference shows, in words."""
        return f"{self.written}, interval {self.interval or 'without bounds'}"

    @property
    def chance_words(self) -> str:
        """McNemar's exact p of its flips; a dash without any."""
        if not self.lost + self.gained:
            return figures.NONE
        chance = rules.flips_by_chance(self.lost, self.gained)
        return "< 0.001" if chance < 0.001 else f"{chance:.3f}"


def signed(value: float | None, kind: str) -> str:
    """A difference in the manner of its metric: shares in percentage points, with a plus or a minus."""
    if value is None:
        return figures.NONE
    size = abs(value)
    text = f"{size * 100:.1f}{figures.SPACE}pp" if kind == "percent" else figures.KINDS[kind](size)
    if not any(digit in "123456789" for digit in text):
        return text
    return f"{'−' if value < 0 else '+'}{text}"


def scale(lines: Sequence[DifferenceLine]) -> None:
    """Shares of a table have one scale, round the largest end; any other line has its own."""
    ends = {id(line): _furthest(line.difference) for line in lines}
    shares = max((ends[id(line)] for line in lines if line.facts.is_share), default=0.0)
    for line in lines:
        line.edge = (shares if line.facts.is_share else ends[id(line)]) or 1.0


def _furthest(difference: Difference) -> float:
    known = (difference.value, difference.low, difference.high)
    return 1.1 * max((abs(each) for each in known if each is not None), default=0.0)
