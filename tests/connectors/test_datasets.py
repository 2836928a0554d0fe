"""Datasets: what a form and a spec make is one row; frozen as soon as an evaluation uses it."""

from typing import Any

import pytest

from apps.connectors import selectors, services
from apps.connectors.models import Dataset
from apps.connectors.rules import roles as rules
from apps.core.errors import Refused
from apps.dataplane.contract import plan
from apps.pilots.models import Evaluation

from .conftest import make_dataset, make_source

MANY: dict[str, Any] = {
    "key": "id", "input": ("text", "subject"), "reference": "label", "slices": ("channel",),
    "sample": {"size": 5, "seed": 7}, "filter": [{"column": "channel", "operator": "is", "values": ["mail"]}],
}  # fmt: skip


@pytest.fixture
def source(engagement):
    return make_source(engagement)


def use(dataset: Dataset, name: str = "triage") -> Evaluation:
    return Evaluation.objects.create(
        engagement=dataset.source.engagement, dataset=dataset, name=name, spec={}
    )


@pytest.mark.parametrize("parts", [{}, MANY, {"filter": []}, {"sample": {"size": 5}}])
def test_it_comes_back_as_the_plan_it_was(source, parts: dict[str, Any]) -> None:
    wanted = plan.Dataset.model_validate({"input": ("text",), **parts, "source": source.address})
    assert make_dataset(source, **parts).as_plan() == wanted


@pytest.mark.parametrize("parts", [{}, MANY])
def test_a_form_and_a_spec_find_the_same_row(source, parts: dict[str, Any]) -> None:
    made = make_dataset(source, **parts)
    ensured = services.ensure_dataset(by=None, engagement=source.engagement, dataset=made.as_plan())
    assert (ensured, ensured.name) == (made, "messages")
    assert ("filter" in made.roles) is bool(parts.get("filter"))


def test_rows_that_were_made_before_datasets_had_filters_are_found(source) -> None:
    old = {"key": None, "input": ["text"], "reference": None, "slices": [], "sample": None}
    kept = Dataset.objects.create(source=source, roles=old, name="messages")
    assert make_dataset(source) == kept


def test_the_same_dataset_twice_is_one_and_under_another_name_refused(source) -> None:
    assert make_dataset(source) == make_dataset(source)
    with pytest.raises(Refused, match="already: messages"):
        make_dataset(source, name="others")


def test_once_an_evaluation_uses_it_only_its_name_changes(source) -> None:
    dataset = make_dataset(source)
    other = plan.Dataset.model_validate({**MANY, "source": source.address})
    services.change_dataset(by=None, row=dataset, dataset=other, name="changed", version=1)
    dataset.refresh_from_db()
    assert (dataset.as_plan(), dataset.version) == (other, 2)
    use(dataset)
    services.change_dataset(by=None, row=dataset, dataset=other, name="renamed")
    before = make_source(source.engagement).datasets.get().as_plan()
    with pytest.raises(Refused, match="Make a new one") as refused:
        services.change_dataset(
            by=None, row=dataset, dataset=before.model_copy(update={"slices": ()}), name="renamed"
        )
    assert refused.value.code == "frozen"
    with pytest.raises(Refused, match="An evaluation uses"):
        services.remove_dataset(by=None, dataset=dataset)
    dataset.refresh_from_db()
    assert (dataset.name, dataset.as_plan()) == ("renamed", other)


def test_it_cannot_become_a_dataset_that_there_is(source) -> None:
    first, second = make_dataset(source), make_dataset(source, "second", slices=("channel",))
    with pytest.raises(Refused, match="already: messages"):
        services.change_dataset(by=None, row=second, dataset=first.as_plan(), name="second")


def test_a_change_on_a_version_that_has_passed_is_refused(source) -> None:
    dataset = make_dataset(source)
    services.change_dataset(by=None, row=dataset, dataset=dataset.as_plan(), name="theirs", version=1)
    with pytest.raises(Refused, match="Somebody else"):
        services.change_dataset(by=None, row=dataset, dataset=dataset.as_plan(), name="mine", version=1)


@pytest.mark.parametrize(
    ("parts", "why"),
    [
        ({"input": ()}, "at least one input"),
        ({"input": ("a", "a")}, "twice as an input"),
        ({"slices": ("a", "a")}, "twice as a slice"),
        ({"filter": [{"column": "a", "operator": "at_least", "values": ["x"]}]}, "takes one number"),
        ({"filter": [{"column": "a", "operator": "at_least", "values": ["1", "2"]}]}, "takes one number"),
        ({"filter": [{"column": "a", "operator": "at_most", "values": ["nan"]}]}, "takes one number"),
        ({"filter": [{"column": "a", "operator": "is", "values": []}]}, "at least one value"),
        ({"filter": [{"column": "a", "operator": "filled", "values": ["x"]}]}, "takes no values"),
    ],
)
def test_roles_and_conditions_that_make_no_sense_are_refused(source, parts: dict[str, Any], why: str) -> None:
    with pytest.raises(Refused, match=why):
        make_dataset(source, **parts)


def test_the_datasets_of_an_engagement_are_its_own_and_tell_whether_they_are_frozen(source, member) -> None:
    from tests.factories import make_engagement

    make_dataset(make_source(make_engagement()))
    used, free = make_dataset(source), make_dataset(source, "free", slices=("channel",))
    use(used), use(used, "again")
    found = {dataset: dataset.frozen for dataset in selectors.datasets_of(source.engagement)}
    assert found == {used: True, free: False}
    assert selectors.used_by(used) == ["again v1", "triage v1"]


def test_labels_that_stand_for_names_are_not_chosen_from() -> None:
    labelled = [{"name": "column#3"}, {"name": "column#1"}]
    assert rules.names_stay(labelled)
    assert rules.choosable(labelled) == []
    assert rules.choosable([{"name": "column#3"}, {"name": "text"}]) == ["column#3", "text"]
    assert rules.choosable([{"name": str(n)} for n in range(rules.CHOSEN_FROM + 1)]) == []
    assert not rules.names_stay([])


def test_roles_in_words() -> None:
    roles = rules.roles_of(plan.Dataset.model_validate({**MANY, "source": {"kind": "csv", "path": "/a"}}))
    told = dict(rules.in_words(roles))
    assert told["Filter"] == "channel is one of mail"
    assert told["Sample"] == "5 rows, drawn with seed 7"
    assert rules.fit_for_choosing(roles, ["id", "text", "subject", "label", "channel"])
    assert not rules.fit_for_choosing(roles, ["id", "text", "subject", "label"])
    assert not rules.fit_for_choosing({"input": ["a"], "slices": ["a"]}, ["a"])
