"""The panel: all scorers of a plan, judging one answer."""

from ..contract.plan import Scorer
from ..refusal import Refusal
from ..samples import Outcome, Sample
from ..scorers import NEEDS_NO_REFERENCE, PatternRefused, Score, build


class Panel:
    """Raises Refusal when a pattern is not one that RE2 accepts."""

    def __init__(self, scorers: tuple[Scorer, ...]) -> None:
        try:
            self._scorers: list[tuple[str, Score, bool]] = [
                (scorer.name, build(scorer), scorer.kind not in NEEDS_NO_REFERENCE) for scorer in scorers
            ]
        except PatternRefused as error:
            raise Refusal("pattern_refused", detail=f"scorer {error}") from error

    def judge(self, outcome: Outcome) -> Outcome:
        """Fill in the scores of an answer, and `unparsable` where a scorer found no structure in it.

        A sample without a reference has no score where one is needed.
        """
        answer, reference = outcome.answer or "", outcome.sample.reference
        for name, score, needs_reference in self._scorers:
            if needs_reference and reference is None:
                continue
            found = score(answer, reference or "")
            if found is None and outcome.kind == "ok":
                outcome.kind = "unparsable"
            outcome.scores[name] = found or 0.0
        return outcome

    def judge_local(self, sample: Sample, answer: str | None) -> Outcome:
        """The outcome of a target that calls nobody: no latency, no cost, no tokens."""
        if answer is None:
            return Outcome(sample, "missing_output")
        return self.judge(Outcome(sample, "ok" if answer.strip() else "empty", answer=answer))
