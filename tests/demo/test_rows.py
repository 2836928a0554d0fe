"""The private rows: the same bytes from the same seed, and the dirt that their README speaks of really in them."""

import csv
import hashlib
import io
import re
from collections import Counter
from itertools import pairwise
from pathlib import Path
from random import Random

import pytest

from apps.core.errors import Refused
from apps.demo import files
from apps.demo.corpus import LANGUAGE, RULES, TEXT
from apps.demo.dirt import LONG, mistyped
from apps.demo.tale import TRAIN, Tale
from apps.demo.tales import TALES

MANY = 6000
EACH = pytest.mark.parametrize("tale", TALES, ids=lambda tale: tale.folder)


def test_the_same_seed_gives_the_same_bytes_and_another_seed_others() -> None:
    once, again = dict(files.texts(TALES)), dict(files.texts(TALES))
    assert once == again
    assert len({hashlib.sha256(content).digest() for content in once.values()}) == len(once)
    for tale in TALES:
        rows = [list(tale.corpus.rows(seed, 50)) for seed in (1, 1, 2)]
        assert rows[0] == rows[1] != rows[2]


def test_fewer_rows_are_the_beginning_of_more() -> None:
    for tale in TALES:
        assert list(tale.corpus.rows(5, 200))[:50] == list(tale.corpus.rows(5, 50))


def words_of(text: str) -> list[str]:
    return [word for word in re.split(r"[\s.,:]+", text) if len(word) >= LONG and word.isalpha()]


def unswapped(word: str) -> set[str]:
    """Every word that is two swapped neighbours away."""
    return {word[:at] + word[at + 1] + word[at] + word[at + 2 :] for at in range(len(word) - 1)}


@EACH
def test_typos_are_there_as_often_as_told(tale: Tale) -> None:
    corpus = tale.corpus
    sources = (*corpus.phrases.values(), corpus.openings, corpus.closings)
    phrases = [text for source in sources for texts in source.values() for text in texts]
    right = {word for text in (*phrases, *corpus.joints.values()) for word in words_of(text)}
    words = [word for row in corpus.rows(3, MANY) for word in words_of(row[TEXT])]
    typos = sum(word not in right and bool(unswapped(word) & right) for word in words)
    assert 0.5 * corpus.dirt.typos < typos / len(words) < 1.5 * corpus.dirt.typos


def test_a_typo_swaps_two_neighbours_inside_a_longer_word() -> None:
    found = mistyped(Random(1), "short words stay, hospital changes", 1.0).split()
    assert found[:2] != ["short", "words"]
    assert sorted(found[3]) == sorted("hospital")
    assert found[3] != "hospital"
    assert (found[3][0], found[3][-1]) == ("h", "l")
    assert mistyped(Random(1), "a few do not", 1.0) == "a few do not"


@EACH
def test_duplicates_stand_one_after_the_other(tale: Tale) -> None:
    rows = list(tale.corpus.rows(3, MANY))
    twice = sum(one == next_ for one, next_ in pairwise(rows))
    assert 0.5 * tale.corpus.dirt.duplicates < twice / MANY < 1.5 * tale.corpus.dirt.duplicates


@EACH
def test_values_are_missing_where_told_and_nowhere_else(tale: Tale) -> None:
    rows = list(tale.corpus.rows(3, MANY))
    for column in tale.corpus.header:
        share = sum(not row[column] for row in rows) / MANY
        told = tale.corpus.dirt.missing.get(column, 0.0)
        assert 0.4 * told <= share <= 1.7 * told, column


@EACH
def test_there_are_two_languages_and_the_column_tells_them_apart(tale: Tale) -> None:
    usual, other = tale.corpus.languages
    rows = [row for row in tale.corpus.rows(3, MANY) if row[LANGUAGE]]
    counted = Counter(row[LANGUAGE] for row in rows)
    assert set(counted) == {usual, other}
    assert abs(counted[other] / len(rows) - tale.corpus.other) < 0.03
    foreign = {char for row in rows if row[LANGUAGE] == other for char in row[TEXT] if not char.isascii()}
    assert foreign, "accents or umlauts"
    assert not any(char in row[TEXT] for row in rows if row[LANGUAGE] == usual for char in foreign)


@EACH
def test_the_classes_are_unbalanced(tale: Tale) -> None:
    counted = Counter(row[tale.corpus.label] for row in tale.corpus.rows(3, MANY))
    counted.pop("", None)
    assert set(counted) == set(tale.corpus.phrases) == set(tale.corpus.weights)
    assert counted.most_common()[0][1] > 5 * counted.most_common()[-1][1]


@EACH
def test_the_rules_of_today_are_right_as_often_as_told(tale: Tale) -> None:
    rows = list(tale.corpus.rows(3, MANY))
    right = sum(row[RULES] == row[tale.corpus.label] for row in rows) / MANY
    lucky = (1 - tale.corpus.rules_right) / len(tale.corpus.weights)
    assert abs(right - (tale.corpus.rules_right + lucky)) < 0.05


@EACH
def test_the_readme_says_that_nobody_is_real_and_what_is_wrong(tale: Tale, tmp_path: Path) -> None:
    files.write(tmp_path, TALES, {})
    folder = files.folder(tmp_path, tale)
    text = (folder / files.README).read_text()
    assert f"{tale.client} does not exist" in text
    for word in ("typos", "duplicates", "missing values", "two languages", "unbalanced", "wrong labels"):
        assert word in text
    for name, rows in tale.files.items():
        assert f"`{name}`: {rows.number:,} rows, seed {rows.seed}" in text
        with (folder / name).open(encoding="utf-8", newline="") as file:
            assert len(list(csv.DictReader(file))) == rows.number


def test_the_practice_endpoint_learns_from_the_training_rows_of_all() -> None:
    content = dict(files.texts(TALES))[files.PRACTICE].decode()
    rows = list(csv.DictReader(io.StringIO(content, newline="")))
    assert len(rows) == sum(tale.files[TRAIN].number for tale in TALES)
    assert {row["label"] for row in rows} - {""} == {label for tale in TALES for label in tale.corpus.phrases}


def test_what_is_there_is_not_written_again(tmp_path: Path) -> None:
    made = files.write(tmp_path, TALES, {})
    stamps = {name: (tmp_path / name).stat().st_mtime_ns for name in made}
    assert files.write(tmp_path, TALES, made) == made
    assert {name: (tmp_path / name).stat().st_mtime_ns for name in made} == stamps


def test_a_file_of_somebody_else_is_neither_overwritten_nor_used_nor_deleted(tmp_path: Path) -> None:
    place = tmp_path / files.DATA / "larkfield-hospital" / TRAIN
    place.parent.mkdir(parents=True)
    place.write_text("mine")
    with pytest.raises(Refused, match="not the demo's"):
        files.write(tmp_path, TALES, {})
    assert place.read_text() == "mine"
    place.unlink()
    made = files.write(tmp_path, TALES, {})
    place.write_text("mine")
    (place.parent / "notes.txt").write_text("also mine")
    assert files.remove(tmp_path, made) == [place.relative_to(tmp_path).as_posix()]
    left = {path.name for path in tmp_path.rglob("*") if path.is_file()}
    assert left == {TRAIN, "notes.txt"}
