"""The hospital's private data, generated from a seed with the dirt that real letters have."""

import csv
import random
from collections.abc import Iterator
from pathlib import Path

from .phrases import CHANNELS, CLOSINGS, DEPARTMENTS, OPENINGS, WEIGHTS

SPANISH, SECOND, TYPO, DUPLICATE, MISSING, MISLABELLED, RULES_RIGHT = 0.12, 0.35, 0.03, 0.01, 0.02, 0.03, 0.62


def letters(seed: int, number: int) -> Iterator[dict[str, str]]:
    """`number` referral letters: text, department, channel, and what the hospital's keyword rules said of them."""
    chance = random.Random(seed)  # noqa: S311 - invented rows, nothing secret
    last: dict[str, str] | None = None
    for _ in range(number):
        if last and chance.random() < DUPLICATE:
            yield last
            continue
        last = _letter(chance)
        yield last


def _letter(chance: random.Random) -> dict[str, str]:
    department = chance.choices(list(WEIGHTS), list(WEIGHTS.values()))[0]
    language = "es" if chance.random() < SPANISH else "en"
    complaint = chance.choice(DEPARTMENTS[department][language])
    if chance.random() < SECOND:  # most patients have more than one thing
        other = chance.choice(list(DEPARTMENTS))
        joint = " and also " if language == "en" else " y además "
        complaint += joint + chance.choice(DEPARTMENTS[other][language])
    text = chance.choice(OPENINGS[language]).format(complaint)
    text += " " + chance.choice(CLOSINGS[language]).format(chance.randint(1, 30))
    stated = chance.choice(list(WEIGHTS)) if chance.random() < MISLABELLED else department
    rules = department if chance.random() < RULES_RIGHT else chance.choice(list(WEIGHTS))
    return {
        "text": _typos(chance, text.strip()),
        "department": stated,
        "channel": "" if chance.random() < MISSING else chance.choice(CHANNELS),
        "rules_said": rules,
    }


def _typos(chance: random.Random, text: str) -> str:
    words = text.split(" ")
    for position, word in enumerate(words):
        if len(word) > 4 and chance.random() < TYPO:
            cut = chance.randrange(1, len(word) - 2)
            words[position] = word[:cut] + word[cut + 1] + word[cut] + word[cut + 2 :]
    return " ".join(words)


def write(path: Path, *, seed: int, number: int) -> None:
    """A CSV file of letters; the same seed writes the same file."""
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, ["text", "department", "channel", "rules_said"])
        writer.writeheader()
        writer.writerows(letters(seed, number))


def write_labelled(path: Path, *, seed: int, number: int) -> None:
    """The same letters as text and label alone, as the practice endpoint reads them."""
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(["text", "label"])
        writer.writerows((letter["text"], letter["department"]) for letter in letters(seed, number))
