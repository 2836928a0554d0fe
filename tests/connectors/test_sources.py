"""Sources are known once, change while nothing rests on them, and are what a spec would make."""

import pytest

from apps.audit.models import Event
from apps.connectors import services
from apps.connectors.models import Source
from apps.core.errors import Refused
from apps.dataplane.contract import plan

from .conftest import make_dataset, make_source

FILE = plan.CsvSource(path="/srv/messages.csv")


def add(engagement, source: plan.Source = FILE, name: str = "messages") -> Source:
    return services.add_source(by=None, engagement=engagement, source=source, name=name)


def test_the_same_source_added_twice_is_one(engagement) -> None:
    assert add(engagement) == add(engagement)
    assert Event.objects.filter(verb="added", app="connectors").count() == 1


def test_under_another_name_it_is_refused_with_the_name_it_has(engagement) -> None:
    add(engagement)
    with pytest.raises(Refused, match="already: messages") as refused:
        add(engagement, name="letters")
    assert refused.value.field == "path"


@pytest.mark.parametrize(
    "source",
    [
        FILE,
        plan.XlsxSource(path="/srv/a.xlsx", sheet="May"),
        plan.PostgresSource(dsn="secret:x", table="t"),
    ],
)
def test_a_form_and_a_spec_find_the_same_row(engagement, source: plan.Source) -> None:
    made = add(engagement, source)
    dataset = plan.Dataset(source=source, input=("text",))
    assert services.ensure_dataset(by=None, engagement=engagement, dataset=dataset).source == made


def test_a_name_can_always_be_changed_an_address_only_while_nothing_rests_on_it(engagement) -> None:
    source, other = add(engagement), plan.JsonlSource(path="/srv/b.jsonl")
    services.change_source(by=None, row=source, source=other, name="b")
    source.refresh_from_db()
    assert (source.kind, source.name, source.version) == ("jsonl", "b", 2)
    make_dataset(source)
    services.change_source(by=None, row=source, source=other, name="c")
    with pytest.raises(Refused, match="Make a new source") as refused:
        services.change_source(by=None, row=source, source=FILE, name="c")
    assert (refused.value.code, refused.value.field) == ("in_use", "path")
    source.refresh_from_db()
    assert (source.kind, source.name) == ("jsonl", "c")


def test_a_change_on_a_version_that_has_passed_is_refused(engagement) -> None:
    source = add(engagement)
    services.change_source(by=None, row=source, source=FILE, name="theirs", version=1)
    with pytest.raises(Refused, match="Somebody else"):
        services.change_source(by=None, row=source, source=FILE, name="mine", version=1)
    services.change_source(by=None, row=source, source=FILE, name="theirs", version=1)
    assert Source.objects.get().version == 2


def test_it_cannot_become_a_source_that_there_is(engagement) -> None:
    add(engagement)
    other = add(engagement, plan.CsvSource(path="/srv/b.csv"), "b")
    with pytest.raises(Refused, match="already: messages"):
        services.change_source(by=None, row=other, source=FILE, name="b")


def test_it_is_removed_while_nothing_rests_on_it(engagement) -> None:
    source = add(engagement)
    dataset = make_dataset(source)
    with pytest.raises(Refused, match="rest on"):
        services.remove_source(by=None, source=source)
    services.remove_dataset(by=None, dataset=dataset)
    services.remove_source(by=None, source=source)
    services.remove_source(by=None, source=source)
    assert not Source.objects.exists()
    assert Event.objects.filter(verb="removed", subject_id=source.pk).count() == 1


@pytest.mark.parametrize("name", ["", " ", "x" * 121, "a\0b", "a\nb\x1b"])
def test_a_name_that_cannot_be_kept_is_refused(engagement, name: str) -> None:
    with pytest.raises(Refused) as refused:
        add(engagement, name=name)
    assert refused.value.field == "name"


def test_an_older_source_without_a_name_is_called_by_its_place(engagement) -> None:
    source = make_source(engagement, "/srv/a.csv")
    source.name = ""
    assert str(source) == "/srv/a.csv"
