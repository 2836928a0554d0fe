"""Where a source may lie: a whole path, and never in another client's folder of this machine."""

import os
from pathlib import Path

import pytest

from apps.connectors import services
from apps.connectors.models import Source
from apps.connectors.rules.places import file_name, is_others, kind_of, name_of, parents, problems
from apps.core.errors import Refused
from apps.dataplane.contract import plan
from apps.dispatch import places
from tests.factories import make_member

SHARED, OWN = "/home/f/data", "/home/f/data/northwind"


@pytest.mark.parametrize(
    ("path", "others"),
    [
        ("/home/f/data/northwind/a.csv", False),
        ("/home/f/data/northwind", False),
        ("/home/f/data/northwind/../northwind/a.csv", False),
        ("/srv/a.csv", False),
        ("/home/f/data2/a.csv", False),
        ("/home/f", False),
        ("/home/f/data/contoso/a.csv", True),
        ("/home/f/data/northwind/../contoso/a.csv", True),
        ("/home/f/data/northwind2/a.csv", True),
        ("/home/f/data/./a.csv", True),
        ("//home/f/data/contoso", True),
        ("/srv/../home/f/data/contoso", True),
        ("/home/f/data", True),
        ("/home/f/data/", True),
    ],
)
def test_below_the_shared_folder_only_the_own_one_is_one_s_own(path: str, others: bool) -> None:
    assert is_others(path, shared=SHARED, own=OWN) is others


def make(member, path: str) -> Source:
    source = plan.CsvSource(path=path)
    return services.add_source(by=member.user, engagement=member.engagement, source=source, name="x")


def test_nobody_names_a_file_of_another_client(member) -> None:
    own, others = places.data() / "northwind-bank", places.data() / "contoso"
    assert make(member, f"{own}/a.csv").address["path"] == f"{own}/a.csv"
    for path in (f"{others}/a.csv", f"{own}/../contoso/a.csv", f"//{others}/a.csv", f"{places.data()}/a.csv"):
        with pytest.raises(Refused) as refused:
            make(member, path)
        assert (refused.value.code, refused.value.field) == ("path_foreign", "path")
        assert "contoso" not in refused.value.message
    assert Source.objects.count() == 1


def test_a_link_does_not_lead_there_either(member, tmp_path: Path) -> None:
    (places.data() / "contoso").mkdir()
    os.symlink(places.data() / "contoso", tmp_path / "link")
    with pytest.raises(Refused, match="files of Northwind"):
        make(member, f"{tmp_path}/link/a.csv")


def test_nor_does_a_spec_that_a_person_brings_nor_a_login_nor_looking_around(member, acted) -> None:
    path, engagement = f"{places.data()}/contoso/a.csv", member.engagement
    dataset = plan.Dataset(source=plan.CsvSource(path=path), input=("text",))
    with pytest.raises(Refused, match="files of Northwind"):
        services.ensure_dataset(by=member.user, engagement=engagement, dataset=dataset)
    database = plan.PostgresSource(dsn=f"file:{path}", table="t")
    with pytest.raises(Refused) as refused:
        services.add_source(by=member.user, engagement=engagement, source=database, name="x")
    assert refused.value.field == "dsn"
    for folder in (str(places.data()), f"{places.data()}/contoso"):
        with pytest.raises(Refused, match="files of Northwind"):
            services.look_around(by=member.user, engagement=engagement, place=plan.FolderSource(path=folder))


def test_whoever_sits_at_the_terminal_is_free(engagement) -> None:
    dataset = plan.Dataset(source=plan.CsvSource(path=f"{places.data()}/contoso/a.csv"), input=("text",))
    made = services.ensure_dataset(by=None, engagement=engagement, dataset=dataset)
    assert made.name == "a.csv"
    by = make_member(engagement).user
    assert services.ensure_dataset(by=by, engagement=engagement, dataset=dataset) == made, (
        "and what they put is used"
    )


@pytest.mark.parametrize(
    ("source", "field"),
    [
        (plan.CsvSource(path="data/a.csv"), "path"),
        (plan.CsvSource(path="/data/"), "path"),
        (plan.CsvSource(path="/data/a\u202e.csv"), "path"),
        (plan.PostgresSource(dsn="postgresql://me:pw@host/db", table="t"), "dsn"),
        (plan.PostgresSource(dsn="secret:x"), "table"),
        (plan.PostgresSource(dsn="secret:x", table="t", query="SELECT 1"), "query"),
    ],
)
def test_an_address_that_is_none_is_refused_at_its_field(source: plan.Source, field: str) -> None:
    ((wrong, text),) = problems(source)
    assert wrong == field
    assert "pw" not in text


def test_addresses_that_are_some() -> None:
    for source in (
        plan.CsvSource(path="/data/a b.csv"),
        plan.XlsxSource(path="/data/ä.xlsx", sheet="May"),
        plan.PostgresSource(dsn="env:DSN", query="SELECT 1"),
        plan.PostgresSource(dsn="file:/run/dsn", table="a.b"),
    ):
        assert problems(source) == []


@pytest.mark.parametrize(
    ("name", "kind", "number", "kept"),
    [
        ("Messages of May.CSV", "csv", 1, "Messages-of-May.csv"),
        ("../../etc/passwd", "csv", 1, "passwd.csv"),
        ("C:\\Users\\me\\cases.xlsx", "xlsx", 1, "cases.xlsx"),
        (".hidden", "csv", 1, "hidden.csv"),
        ("\u202evsc.exe\0", "csv", 2, "vsc-2.csv"),
        ("дело 7.txt", "csv", 3, "дело-7-3.csv"),
        ("", "jsonl", 1, "data.jsonl"),
        ("...", "jsonl", 1, "data.jsonl"),
    ],
)
def test_an_uploaded_file_gets_a_name_that_no_system_stumbles_over(
    name: str, kind: str, number: int, kept: str
) -> None:
    assert file_name(name, kind, number) == kept


def test_a_long_name_fits_the_disk() -> None:
    assert len(file_name("世" * 10_000, "csv", 12).encode()) < 140


def test_the_ending_tells_the_kind() -> None:
    assert [kind_of(name) for name in ("A.CSV", "b.ndjson", "c.parquet", "d.xlsx", "e.xls", "f")] == [
        "csv", "jsonl", "parquet", "xlsx", None, None]  # fmt: skip


def test_a_source_is_called_by_its_file_or_table_until_it_is_named() -> None:
    assert name_of(plan.CsvSource(path="/data/a.csv")) == "a.csv"
    assert name_of(plan.PostgresSource(dsn="secret:x", table="a.b")) == "a.b"
    assert name_of(plan.PostgresSource(dsn="secret:x", query="SELECT 1")) == "Query of secret:x"


def test_the_way_down_begins_where_a_person_may_look() -> None:
    assert parents("", top="") == [("Data roots", "")]
    assert parents("/srv/data/may", top="") == [
        ("Data roots", ""), ("srv", "/srv"), ("data", "/srv/data"), ("may", "/srv/data/may")]  # fmt: skip
    assert parents(f"{OWN}/may", top=OWN) == [("Your folder", OWN), ("may", f"{OWN}/may")]
    assert parents(OWN, top=OWN) == [("Your folder", OWN)]
