"""Two runs side by side, over the API: the figures of the page, and nobody else's runs."""

from uuid import uuid4

import pytest

from apps.accounts.models import Role
from apps.engagements.models import MemberRole
from apps.pilots.models import Evaluation
from tests.factories import make_member, make_user
from tests.factories.runs import make_evaluation
from tests.pilots.test_comparison import finished, set_spec

from .calling import is_problem, program

pytestmark = pytest.mark.django_db


@pytest.fixture
def evaluation(db: None) -> Evaluation:
    return set_spec(make_evaluation())


def test_two_runs_side_by_side(evaluation: Evaluation) -> None:
    a, b = finished(evaluation, 1), finished(evaluation, 5)
    viewer = make_member(evaluation.engagement, MemberRole.VIEWER, user=make_user(Role.CLIENT)).user
    for holder in (make_member(evaluation.engagement).user, viewer, evaluation.engagement):
        body = program(holder).get(f"runs/compare/?a={a.pk}&b={b.pk}").json()
        assert (body["a"]["number"], body["b"]["number"], body["a"]["target"]) == (1, 2, "target 0")
        assert (body["apart"], body["both"], body["only_a"]) == ("", 200, 0)
        exact = body["metrics"][0]
        assert (exact["metric"], exact["unit"], exact["a"]["n"]) == (
            "exact",
            "share",
            exact["difference"]["n"],
        )
        difference = exact["difference"]
        assert difference["low"] < difference["value"] < difference["high"]
        assert difference["value"] == pytest.approx((exact["gained"] - exact["lost"]) / difference["n"])
        assert "Newcombe" in difference["source"]
        assert {line["metric"] for line in body["slices"]} == {"exact"}
    same = program(viewer).get(f"runs/compare/?a={a.pk}&b={a.pk}&metric=token_f1").json()
    assert [same[side]["position"] for side in "ab"] == [0, 1]


def test_nobody_elses_runs_are_compared(evaluation: Evaluation) -> None:
    a = finished(evaluation, 1, number=2)
    foreign = finished(set_spec(make_evaluation(client="Somebody", engagement="else")), 2, number=2)
    person = make_member(evaluation.engagement).user
    make_member(foreign.evaluation.engagement, user=person)
    is_problem(program(person).get(f"runs/compare/?a={a.pk}&b={foreign.pk}"), 409, "two_clients")
    for asker in (program(person, limited_to=evaluation.engagement), program(evaluation.engagement)):
        is_problem(asker.get(f"runs/compare/?a={a.pk}&b={foreign.pk}"), 404)
    is_problem(program(person).get(f"runs/compare/?a={a.pk}&b={uuid4()}"), 404)
    for query in ("", f"a={a.pk}", f"a={a.pk}&b=x", f"a={a.pk}&b={a.pk}&nonsense=1"):
        is_problem(program(person).get(f"runs/compare/?{query}"), 422, "fields")
