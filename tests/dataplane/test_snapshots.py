"""A frozen extent is what the run was started on: drawn once, kept in order, and noticed when the source changes."""

import hashlib
import os
import stat
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from apps.dataplane.contract.messages import Extent
from apps.dataplane.contract.plan import CsvSource, Plan, PostgresSource, RecordedTarget
from apps.dataplane.refusal import Refusal
from apps.dataplane.snapshots import file_of, freeze, freezing, rows_of, verify

from .conftest import Client
from .sources import SECRET, access, plan_over, write_csv

HEADER = ["id", "text", "label", "channel", "unused"]
ROWS = [[f"k{n}", f"text {n}", "ab"[n % 2], "web", n] for n in range(50)]


class Place:
    """A folder with a source and the site's snapshots."""

    def __init__(self, folder: Path, rows: list[list[Any]] = ROWS) -> None:
        self.folder, self.snapshots = folder, folder / "snapshots"
        self.snapshots.mkdir()
        self.source = write_csv(folder / "a.csv", HEADER, rows)

    def plan(self, run: str = "run", **dataset: Any) -> Plan:
        return plan_over(self.source, run=run, **dataset)

    def freeze(self, plan: Plan, secret: bytes = SECRET, **more: Any) -> Extent:
        return freeze(plan, folder=self.snapshots, secret=secret, access=access(self.folder), **more)

    def verify(self, plan: Plan) -> None:
        verify(plan, folder=self.snapshots, secret=SECRET, access=access(self.folder))

    def rows(self, plan: Plan, start: int = 0, stop: int = 1000) -> list[Any]:
        return list(rows_of(self.snapshots, plan, start, stop))

    def refused(self, plan: Plan, **more: Any) -> Refusal:
        with pytest.raises(Refusal) as caught:
            self.freeze(plan, **more)
        assert list(self.snapshots.iterdir()) == [] or file_of(self.snapshots, plan.run).exists()
        return caught.value


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(tmp_path)


def test_keeps_the_source_s_order_and_only_the_columns_that_are_used(place: Place) -> None:
    plan = place.plan(slices=("channel",))
    assert place.freeze(plan).rows == 50
    samples = place.rows(plan, 10, 13)
    assert [(sample.n, sample.fields, sample.reference, sample.slices) for sample in samples] == [
        (n, {"text": f"text {n}"}, "ab"[n % 2], ("web",)) for n in (10, 11, 12)
    ]
    content = file_of(place.snapshots, "run").read_bytes()
    assert b"text 10" in content
    assert b"k10" not in content
    assert stat.S_IMODE(file_of(place.snapshots, "run").stat().st_mode) == 0o600


def test_the_columns_of_recorded_targets_are_kept_as_fields(place: Place) -> None:
    plan = place.plan().model_copy(update={"targets": (RecordedTarget(name="old", column="channel"),)})
    place.freeze(plan)
    assert place.rows(plan)[0].fields == {"text": "text 0", "channel": "web"}


def test_without_a_reference_there_is_none(place: Place) -> None:
    plan = place.plan(reference=None)
    place.freeze(plan)
    assert place.rows(plan)[0].reference is None


def test_a_keyed_sample_is_the_first_by_md5_of_seed_and_key(place: Place) -> None:
    plan = place.plan(key="id", sample={"size": 7, "seed": 3})
    place.freeze(plan)
    expected = sorted(ROWS, key=lambda row: hashlib.md5(f"3|{row[0]}".encode()).hexdigest())[:7]
    assert [sample.fields["text"] for sample in place.rows(plan)] == [row[1] for row in expected]


def test_a_sample_larger_than_the_source_is_the_source(place: Place) -> None:
    assert place.freeze(place.plan(sample={"size": 1000, "seed": 1})).rows == 50


def test_keys_are_keyed_hashes_that_another_site_cannot_make(place: Place) -> None:
    keys = []
    for run, secret in (("one", SECRET), ("two", SECRET), ("three", b"\1" * 32)):
        plan = place.plan(run=run)
        place.freeze(plan, secret=secret)
        keys.append([sample.key for sample in place.rows(plan)])
    assert keys[0] == keys[1]
    assert not set(keys[0]) & set(keys[2])
    assert all(len(key) == 32 for key in keys[0])


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(copies=st.lists(st.integers(0, 5), min_size=1, max_size=40), size=st.none() | st.integers(1, 30))
def test_identical_rows_get_an_ordinal_and_every_key_is_unique(
    tmp_path_factory: pytest.TempPathFactory, copies: list[int], size: int | None
) -> None:
    place = Place(tmp_path_factory.mktemp("p"), [[f"k{n}", f"text {n}", "a", "web", 1] for n in copies])
    plan = place.plan(sample={"size": size, "seed": 1} if size else None)
    extent = place.freeze(plan)
    samples = place.rows(plan)
    assert (
        len({sample.key for sample in samples}) == len(samples) == extent.rows == min(size or 99, len(copies))
    )


def test_refuses_keys_that_occur_twice_and_empty_ones(place: Place) -> None:
    place.source = write_csv(place.folder / "a.csv", HEADER, [*ROWS, ROWS[4]])
    refusal = place.refused(place.plan(key="id"))
    assert (refusal.code, refusal.facts) == ("source_duplicate_keys", {"row": 51, "first_row": 5})
    assert refusal.row
    place.source = write_csv(place.folder / "a.csv", HEADER, [*ROWS, ["", "x", "a", "web", 1]])
    refusal = place.refused(place.plan(key="id"))
    assert (refusal.code, refusal.facts) == ("source_empty_key", {"row": 51})


def test_keys_that_differ_only_as_text_are_two(place: Place) -> None:
    rows = [["1.1", "a", "a", "web", 1], ["1.10", "b", "a", "web", 1]]
    place.source = write_csv(place.folder / "a.csv", HEADER, rows)
    assert place.freeze(place.plan(key="id")).rows == 2


@pytest.mark.parametrize(
    "wrong", [{"input": ("txet",)}, {"reference": "lable"}, {"slices": ("chanel",)}, {"key": "i"}]
)
def test_a_missing_column_is_refused_with_the_nearest_name_apart(place: Place, wrong: dict[str, Any]) -> None:
    refusal = place.refused(place.plan(**wrong))
    missing = (
        wrong.get("reference") or wrong.get("key") or (*wrong.get("input", ()), *wrong.get("slices", ()))[0]
    )
    assert (refusal.code, refusal.facts) == ("source_missing_column", {"missing": missing, "columns": 5})
    assert refusal.names.get("nearest") in ("text", "label", "channel", "id", None)


def test_freezing_again_changes_nothing(place: Place) -> None:
    plan = place.plan(sample={"size": 5, "seed": 1})
    extent = place.freeze(plan)
    written = file_of(place.snapshots, "run").stat().st_mtime_ns
    assert place.freeze(plan) == extent
    assert place.freeze(plan, expected=extent.digest) == extent
    assert file_of(place.snapshots, "run").stat().st_mtime_ns == written


def test_the_same_run_with_another_dataset_is_frozen_anew(place: Place) -> None:
    assert place.freeze(place.plan(sample={"size": 5, "seed": 1})).rows == 5
    assert place.freeze(place.plan(sample={"size": 6, "seed": 1})).rows == 6


def test_the_digest_depends_on_every_cell_on_the_order_and_on_the_drawing(place: Place) -> None:
    changed = [row[:] for row in ROWS]
    changed[49][4] = "other"
    digests = set()
    for run, rows in enumerate((ROWS, changed, ROWS[::-1])):
        place.source = write_csv(place.folder / "a.csv", HEADER, rows)
        digests.add(place.freeze(place.plan(run=f"r{run}")).digest)
    place.source = write_csv(place.folder / "a.csv", HEADER, ROWS)
    digests.add(place.freeze(place.plan(run="r3", sample={"size": 50, "seed": 1})).digest)
    digests.add(place.freeze(place.plan(run="r4", key="id")).digest)
    assert len(digests) == 5
    assert place.freeze(place.plan(run="r5")).digest in digests


class TestAChangedSource:
    def change(self, place: Place, *, stealthily: bool = False) -> None:
        path = Path(place.source.path)
        before = path.stat()
        path.write_text(path.read_text().replace("text 7", "text X"))
        if stealthily:
            os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))

    @pytest.mark.parametrize("stealthily", [False, True])
    def test_is_noticed_before_the_next_chunk(self, place: Place, stealthily: bool) -> None:
        plan = place.plan()
        place.freeze(plan)
        place.verify(plan)
        self.change(place, stealthily=stealthily)
        with pytest.raises(Refusal) as caught:
            place.verify(plan)
        assert caught.value.code == "source_changed"
        with pytest.raises(Refusal):
            place.verify(plan)

    def test_is_noticed_when_frozen_again(self, place: Place) -> None:
        plan = place.plan()
        place.freeze(plan)
        self.change(place)
        assert place.refused(plan).code == "source_changed"

    def test_is_noticed_although_the_site_forgot_what_it_froze(self, place: Place) -> None:
        plan = place.plan()
        digest = place.freeze(plan).digest
        file_of(place.snapshots, "run").unlink()
        self.change(place)
        assert place.refused(plan, expected=digest).code == "source_changed"

    def test_that_vanished_is_not_found(self, place: Place) -> None:
        plan = place.plan()
        place.freeze(plan)
        Path(place.source.path).unlink()
        with pytest.raises(Refusal, match="source_not_found"):
            place.verify(plan)

    def test_touched_or_copied_back_is_the_same_source_and_read_once_more_only(
        self, place: Place, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        plan = place.plan()
        place.freeze(plan)
        content = Path(place.source.path).read_bytes()
        Path(place.source.path).unlink()
        Path(place.source.path).write_bytes(content)
        place.verify(plan)
        monkeypatch.setattr(freezing, "open_table", None)  # reading again would fail
        place.verify(plan)

    def test_that_changes_while_it_is_read_is_refused(self, place: Place) -> None:
        def grow() -> None:
            with open(place.source.path, "a") as file:
                file.write("k,t,a,web,1\n")

        assert place.refused(place.plan(), watch=grow).code == "source_changed"

    def test_in_a_database_is_noticed_when_frozen_again_but_a_moved_row_is_not_a_change(
        self, client: Client, tmp_path: Path
    ) -> None:
        client.execute(
            "CREATE TABLE t (id int, text text, label text)",
            "INSERT INTO t SELECT n, 'text ' || n, 'a' FROM generate_series(1, 60) n",
        )
        client.let_read()
        plan = plan_over(PostgresSource(dsn=client.reader, table="t"))

        def frozen() -> Extent:
            return freeze(plan, folder=tmp_path, secret=SECRET, access=access(tmp_path))

        first = frozen()
        client.execute("UPDATE t SET text = text WHERE id < 30", "VACUUM FULL t")
        assert frozen() == first
        client.execute("UPDATE t SET text = 'other' WHERE id = 3")
        with pytest.raises(Refusal, match="source_changed"):
            frozen()


def test_an_extent_that_is_gone_is_missing(place: Place) -> None:
    with pytest.raises(Refusal, match="snapshot_missing"):
        place.verify(place.plan())
    with pytest.raises(Refusal, match="snapshot_missing"):
        place.rows(place.plan())


def test_a_freeze_that_is_stopped_leaves_nothing(place: Place) -> None:
    def stop() -> None:
        raise Refusal("cancelled")

    assert place.refused(place.plan(), watch=stop).code == "cancelled"
    assert list(place.snapshots.iterdir()) == []


def test_nul_bytes_and_empty_references_are_kept_and_the_latter_are_said(tmp_path: Path) -> None:
    from .sources import write_jsonl

    source = write_jsonl(tmp_path / "a.jsonl", ["text", "label"], [["a\0b", "x"], ["c", None]])
    plan = plan_over(source)
    extent = freeze(plan, folder=tmp_path, secret=SECRET, access=access(tmp_path))
    assert extent.warnings == ("reference_empty",)
    samples = list(rows_of(tmp_path, plan, 0, 2))
    assert [(sample.fields["text"], sample.reference) for sample in samples] == [("a\0b", "x"), ("c", "")]


def test_two_plans_of_one_path_do_not_meet(place: Place) -> None:
    other = CsvSource(path=str(place.folder / "missing.csv"))
    place.freeze(place.plan())
    assert place.refused(plan_over(other)).code == "source_not_found"
