"""Texts of one client out of its phrases: who writes, about what, in which of two languages."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from random import Random

from .dirt import Dirt, Row, doubled, emptied, mistyped

TEXT, LANGUAGE, RULES = "text", "language", "rules_said"
ByLanguage = Mapping[str, tuple[str, ...]]


@dataclass(frozen=True)
class Corpus:
    """What the rows are made of; the same seed gives the same rows.

    label: name of the column that holds the right answer. languages: the usual one and the other. phrases: what a
    text is about, by label. weights: how often each label comes. joints: between a first and a second matter.
    columns: further columns, their values drawn evenly. second: share of texts about two matters. other: share in the
    other language. rules_right: how often the client's rules of today are right.
    Openings have a place for the matter, closings for {number}, {code} and {contact}.
    """

    label: str
    languages: tuple[str, str]
    phrases: Mapping[str, ByLanguage]
    weights: Mapping[str, int]
    openings: ByLanguage
    closings: ByLanguage
    joints: Mapping[str, str]
    columns: Mapping[str, tuple[str, ...]]
    second: float
    other: float
    rules_right: float
    dirt: Dirt

    @property
    def header(self) -> list[str]:
        return [TEXT, self.label, LANGUAGE, *self.columns, RULES]

    def rows(self, seed: int, number: int) -> Iterator[Row]:
        """`number` rows with the columns of `header`."""
        chance = Random(seed)  # noqa: S311 - invented rows, nothing secret
        return islice(doubled(chance, self._endless(chance), self.dirt.duplicates), number)

    def _endless(self, chance: Random) -> Iterator[Row]:
        while True:
            yield self._row(chance)

    def _row(self, chance: Random) -> Row:
        label = self._drawn(chance)
        language = self.languages[chance.random() < self.other]
        text = mistyped(chance, self._text(chance, label, language), self.dirt.typos)
        stated = chance.choice(list(self.weights)) if chance.random() < self.dirt.mislabelled else label
        ruled = label if chance.random() < self.rules_right else chance.choice(list(self.weights))
        drawn = {name: chance.choice(values) for name, values in self.columns.items()}
        row = {TEXT: text, self.label: stated, LANGUAGE: language, **drawn, RULES: ruled}
        return emptied(chance, row, self.dirt.missing)

    def _text(self, chance: Random, label: str, language: str) -> str:
        matter = chance.choice(self.phrases[label][language])
        if chance.random() < self.second:  # the label is that of the first
            other = chance.choice(list(self.phrases))
            matter += self.joints[language] + chance.choice(self.phrases[other][language])
        opening, closing = chance.choice(self.openings[language]), chance.choice(self.closings[language])
        number = chance.randint(100, 999)
        facts = {
            "number": chance.randint(2, 30),
            "code": f"{chance.choice('ABCDEFGHK')}{chance.randint(10_000_000, 99_999_999)}",
            "contact": chance.choice((f"person{number}@mail.invalid", f"+44 20 7946 0{number}")),
        }
        return f"{opening.format(matter)} {closing.format(**facts)}".strip()

    def _drawn(self, chance: Random) -> str:
        return chance.choices(list(self.weights), list(self.weights.values()))[0]
