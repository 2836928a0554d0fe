"""What is wrong with real rows, done to invented ones on purpose and by chance of a seed."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from random import Random

LONG = 5  # letters from which a word may be mistyped
Row = dict[str, str]


@dataclass(frozen=True)
class Dirt:
    """How much is wrong, as shares.

    typos: of the words of LONG letters or more, two neighbouring letters swapped. duplicates: of the rows, the one
    before once more. missing: of a column's values, by column. mislabelled: of the labels, drawn at random instead.
    """

    typos: float
    duplicates: float
    missing: Mapping[str, float]
    mislabelled: float


def mistyped(chance: Random, text: str, share: float) -> str:
    """The text with neighbouring letters swapped in that share of its longer words."""
    words = text.split(" ")
    for position, word in enumerate(words):
        if len(word) >= LONG and chance.random() < share:
            cut = chance.randrange(1, len(word) - 2)
            words[position] = word[:cut] + word[cut + 1] + word[cut] + word[cut + 2 :]
    return " ".join(words)


def emptied(chance: Random, row: Row, missing: Mapping[str, float]) -> Row:
    """The row without some of its values."""
    return {name: "" if chance.random() < missing.get(name, 0.0) else value for name, value in row.items()}


def doubled(chance: Random, rows: Iterator[Row], share: float) -> Iterator[Row]:
    """The rows, some of them twice in a row. Endless when `rows` is."""
    for row in rows:
        yield row
        while chance.random() < share:
            yield row
