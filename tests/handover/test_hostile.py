"""Packs that somebody has made up to do harm: each is refused soon, in little memory, and in words."""

import io
import random
import resource
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from apps.accounts.models import Role
from apps.audit.models import Event
from apps.core.errors import Refused
from apps.engagements.models import Engagement
from apps.handover.models import EXPORTED, IMPORTED
from apps.handover.parts.results import _array
from apps.handover.rules import documents, limits, manifest, tables
from apps.handover.rules.refusal import Unfit
from apps.handover.services.importing import check_pack
from apps.pilots.models import Result
from tests.factories import make_member, make_user

from .conftest import empty, pack_of
from .packing import laid, sealed


@contextmanager
def soon(seconds: float, megabytes: int) -> Iterator[None]:
    """It takes no longer, in CPU time, and the process grows by no more. A peak is that of the whole process, so one
    that was higher before hides what a test would find: the figures are far apart."""
    before, began = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, time.process_time()
    yield
    assert time.process_time() - began < seconds
    assert (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024 < megabytes


@pytest.mark.parametrize(
    "raw",
    [
        b"[" + b"[]," * (limits.DOCUMENT // 3 - 2) + b"]",
        b"{" + b",".join(b"k%x" % n for n in range(600_000)) + b"}",
        b"- a\n" * (limits.DOCUMENT // 4),
    ],
)
def test_a_document_of_very_many_things_is_refused(raw: bytes) -> None:
    with soon(20, 150), pytest.raises(Unfit, match=r"more than 500,000 things|This is no YAML"):
        documents.read(raw, "people.yml")


def test_a_manifest_of_very_many_things_is_refused() -> None:
    with soon(60, 500), pytest.raises(Unfit, match="more than 1,600,000 things"):
        manifest.read(b"pack: [" + b"[]," * 1_700_000 + b"]")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("a: 1\n---\nb: 2\n", "another document"),
        ("? [a]\n: 1\n", "A name before a colon"),
        ("? {a: 1}\n: 1\n", "A name before a colon"),
        ("1: a\n", "A name before a colon"),
        ("2026-11-22: a\n", "A name before a colon"),
        ("a: 1\na: 2\n", "A name before a colon"),
        ("a: &x [*x]\n", "stand for something else"),
        ("<<: {a: 1}\n", "A name before a colon"),
        ("a: !!python/object/apply:os.system [id]\n", "! stands for"),
        ("a: !<tag:yaml.org,2002:str> x\n", "! stands for"),
        ("a: 1.0e+999\n", "no finite number"),
        ("a: .inf\n", "no finite number"),
        ("a: 1" + ":10" * 15 + "\n", "too many digits"),
        ("[" * 41 + "]" * 41, "nested deeper"),
        ("%TAG ! x\n--- !a b\n", "! stands for"),
        ("a: [1\n", "This is no YAML"),
    ],
)
def test_what_a_document_must_not_say(text: str, words: str) -> None:
    with pytest.raises(Unfit, match=words):
        documents.read(text.encode(), "x.yml")


@pytest.mark.parametrize("cell", ['"' + '\\"' * 300_000, '"' + "\\" * 600_001, '{"a": "' + '\\"' * 300_000])
def test_json_that_never_ends_is_refused_at_once(cell: str) -> None:
    with soon(5, 100), pytest.raises(ValueError, match=r"Unterminated|Invalid"):
        tables.json_heard(cell)


def test_json_is_neither_deep_nor_endless_nor_infinite() -> None:
    for inside in ("", "1", '"x"'):
        assert tables.json_heard("[" * 40 + inside + "]" * 40)
    assert tables.json_heard('["' + "[{," * 400_000 + '"]') == ["[{," * 400_000]
    for cell, words in (
        ("[" * 41 + "]" * 41, "nested too deep"),
        ('{"a":' * 41 + "1" + "}" * 41, "nested too deep"),
        ("[" + "[]," * limits.THINGS + "[]]", "too much"),
        ("[1e999]", "cannot be kept"),
        ("[NaN]", "no number"),
    ):
        with soon(20, 200), pytest.raises(ValueError, match=words):
            tables.json_heard(cell)
    with pytest.raises((ValueError, RecursionError)):
        tables.json_heard("[" * 100_000)


@pytest.mark.parametrize("content", [b"," * 34_000_000, b"x" * 34_000_000, b'"' + b"a\n" * 17_000_000])
def test_a_row_that_never_ends_is_refused(content: bytes) -> None:
    file = io.BytesIO(b"a,b\n" + content)
    with soon(30, 600), pytest.raises(Unfit, match=r"A row has at most|no CSV"):
        list(tables.rows_of(file, "x.csv", ["a", "b"]))


def test_rows_of_any_number_are_read() -> None:
    many = b"a,b\n" + (b"x" * 999 + b",y\n") * (limits.ROW // 900)
    assert sum(1 for _ in tables.rows_of(io.BytesIO(many), "x.csv", ["a", "b"])) == limits.ROW // 900


def test_texts_in_a_list_come_through_as_they_are(engagement: Engagement) -> None:
    chosen = random.Random(7)
    signs = "{}\",\\' \t\n\r\x0b\u00e9\u2028NULnul"
    row = Result.objects.first()
    assert row is not None
    for _ in range(40):
        slices = ["".join(chosen.choices(signs, k=chosen.randrange(9))) for _ in range(chosen.randrange(5))]
        Result.objects.filter(pk=row.pk).update(slices=slices)
        assert Result.objects.extra(where=["slices = %s::text[]"], params=[_array(slices)]).filter(pk=row.pk)


@pytest.mark.parametrize("scores", ["[1e999]", "[1e308,1e309]", "[true]", '["1"]', "[null]", "[[1.0]]"])
def test_scores_are_numbers(engagement: Engagement, home: Path, tmp_path: Path, scores: str) -> None:
    files = pack_of(engagement, tmp_path / "good")
    name = next(name for name in files if name.endswith("/results.csv"))
    quoted = f'"{scores}"' if "," in scores else scores.replace('"', '""')
    bad = files[name].replace(
        b'"[1.0,0.25]"', f'"{quoted}"'.encode() if '""' in quoted else quoted.encode(), 1
    )
    assert bad != files[name]
    empty(home)
    with pytest.raises(Refused, match=r"results\.csv, line \d"):
        check_pack(by=None, path=laid(sealed({**files, name: bad}), tmp_path / "bad"))


def test_a_note_that_was_edited_by_hand_is_refused_with_what_to_do(
    engagement: Engagement, home: Path, tmp_path: Path
) -> None:
    files = pack_of(engagement, tmp_path / "good")
    note = next(name for name in files if name.startswith("log/"))
    empty(home)
    for changed in (files[note] + b"More.\n", files[note].replace(b"a", b"e")):
        path = laid({**files, note: changed}, tmp_path / f"edited {len(changed)}")
        with pytest.raises(Refused) as error:
            check_pack(by=None, path=path)
        assert note in error.value.message
        assert "change things here once it is imported" in error.value.message


def test_the_trail_names_whoever_sat_at_the_terminal(
    engagement: Engagement, home: Path, tmp_path: Path
) -> None:
    name, quiet = (
        f"{engagement.client.slug}/{engagement.slug}",
        {"stdout": io.StringIO(), "stderr": io.StringIO()},
    )
    lead, viewer = make_member(engagement, "lead").user, make_user(Role.CLIENT)
    for email in ("nobody@example.com", viewer.email):
        with pytest.raises(CommandError, match=r"Nobody|may not"):
            call_command("export_pack", name, str(tmp_path / "pack"), "--by", email, **quiet)
    call_command("export_pack", name, str(tmp_path / "pack"), "--by", lead.email.upper(), **quiet)
    assert Event.objects.get(verb=EXPORTED).actor == lead
    with pytest.raises(CommandError, match="may not bring packs along"):
        call_command("import_pack", str(tmp_path / "pack"), "--by", lead.email, **quiet)
    manager = make_user(Role.MANAGER)
    call_command("import_pack", str(tmp_path / "pack"), "--name", "Again", "--by", manager.email, **quiet)
    assert Event.objects.get(verb=IMPORTED).actor == manager
