"""The storyline's files below the home: rows with a README for each client, and what the practice endpoint learns from.

data/larkfield-hospital/letters.csv, train.csv, README.md    read by the local site
demo/practice.csv                                       text and label of all training rows
"""

import csv
import hashlib
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from apps.core.errors import Refused

from .corpus import TEXT, Corpus
from .dirt import LONG
from .tale import TRAIN, Tale

DATA, PRACTICE, README = Path("data"), Path("demo/practice.csv"), "README.md"
# Holds the practice endpoint's address, once all that was wanted is told; a start looks here.
TOLD = Path("demo/told")


def folder(home: Path, tale: Tale) -> Path:
    """Where a client's files are."""
    return home / DATA / tale.folder


def write(home: Path, tales: Iterable[Tale], known: Mapping[str, str]) -> dict[str, str]:
    """Write what is not there yet. Returns SHA-256 by path below `home`; the same tales always give the same.

    `known` is what an earlier call returned: those files are the demo's even if it would write others today. Raises
    Refused when somebody else's file is where one of the demo's belongs.
    """
    made = {}
    for path, text in texts(tales):
        place, name = home / path, path.as_posix()
        if not place.exists():
            place.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            place.write_bytes(text)
        made[name] = digest = _digest(place.read_bytes())
        if digest not in (known.get(name), _digest(text)):
            raise Refused("file_taken", f"{place} is not the demo's file; move it away first.")
    return made


def missing(home: Path, known: Iterable[str]) -> bool:
    """Whether one of the files that were written is gone."""
    return not all((home / name).exists() for name in known)


def note(home: Path, endpoint: str) -> None:
    """Spare the next start what needs no telling."""
    (home / TOLD).write_text(endpoint)


def remove(home: Path, known: Mapping[str, str]) -> list[str]:
    """Delete the files as they were written, and folders that this empties. Returns those that somebody changed."""
    kept = []
    (home / TOLD).unlink(missing_ok=True)
    for name, digest in known.items():
        place = home / name
        if not place.exists():
            continue
        if _digest(place.read_bytes()) != digest:
            kept.append(name)
            continue
        place.unlink()
        for parent in (place.parent, place.parent.parent):
            if parent not in (home, home / "data") and not any(parent.iterdir()):
                parent.rmdir()
    return kept


def texts(tales: Iterable[Tale]) -> Iterator[tuple[Path, bytes]]:
    """Every file with its content."""
    tales = tuple(tales)
    for tale in tales:
        for name, rows in tale.files.items():
            drawn = tale.corpus.rows(rows.seed, rows.number)
            yield DATA / tale.folder / name, table(tale.corpus.header, (list(row.values()) for row in drawn))
        yield DATA / tale.folder / README, readme(tale).encode()
    yield PRACTICE, table([TEXT, "label"], (row for tale in tales for row in _lessons(tale)))


def _lessons(tale: Tale) -> Iterator[list[str]]:
    rows = tale.files[TRAIN]
    for row in tale.corpus.rows(rows.seed, rows.number):
        yield [row[TEXT], row[tale.corpus.label]]


def table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> bytes:
    """CSV, UTF-8."""
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(header)
    writer.writerows(rows)
    return text.getvalue().encode()


def readme(tale: Tale) -> str:
    """What the rows are, and what is wrong with them on purpose."""
    files = "\n".join(
        f"- `{name}`: {rows.number:,} rows, seed {rows.seed}" for name, rows in tale.files.items()
    )
    return f"""\
# {tale.client}

Invented by Fieldwork's demo: {tale.client} does not exist, and nobody in these rows does.
{tale.about}.

{files}

The same seed writes the same bytes. `{TRAIN}` is what the baselines and the practice model learn from.

As in real rows, not everything is right, on purpose:

{_wrong(tale.corpus)}

`manage.py seed_demo --remove` deletes this folder with the rest of the demo.
"""


def _wrong(corpus: Corpus) -> str:
    dirt, total = corpus.dirt, sum(corpus.weights.values())
    usual, other = corpus.languages
    ranked = sorted(corpus.weights, key=lambda label: corpus.weights[label])
    shares = [f"`{label}` {corpus.weights[label] / total:.0%}" for label in (ranked[-1], ranked[0])]
    empty = ", ".join(f"`{column}` {share:.1%}" for column, share in dirt.missing.items())
    lines = (
        f"typos: {dirt.typos:.0%} of the words of {LONG} letters or more",
        f"duplicates: {dirt.duplicates:.0%} of the rows stand twice",
        f"missing values: {empty}",
        f"two languages: {usual}, and {other} in {corpus.other:.0%} of the rows",
        f"unbalanced classes of `{corpus.label}`: from {shares[0]} down to {shares[1]}",
        f"wrong labels: up to {dirt.mislabelled:.0%}, drawn at random",
        f"texts about two matters: {corpus.second:.0%}; the label is that of the first",
    )
    return "\n".join(f"- {line}" for line in lines)


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
