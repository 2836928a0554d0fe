"""Two runs side by side, over the API: the figures of the page, and nobody else's runs."""

from uuid import uuid4

import pytest

from apps.accounts.models import Role
from apps.engagements.models import MemberRole
from apps.pilots.models import Evaluation
from tests.factories import make_member, make_user
from tests.factories.runs import make_evaluation
from tests.pilots.test_comparison import finished, next_version, set_spec

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


def test_what_the_specs_differ_by_is_told_to_staff(evaluation: Evaluation) -> None:
    a, b = finished(evaluation, 1), finished(next_version(evaluation, prompt="Which one?\n{{ text }}"), 5)
    viewer = make_member(evaluation.engagement, MemberRole.VIEWER, user=make_user(Role.CLIENT)).user
    path = f"runs/compare/?a={a.pk}&b={b.pk}"
    told = program(make_member(evaluation.engagement).user).get(path).json()["changes"]
    (prompt,) = told["changed"]
    assert (prompt["name"], prompt["lines"][0]) == ("prompt", {"sign": "-", "text": "Which department?"})
    assert "dataset.key" in {one["name"] for one in told["same"]}
    assert program(viewer).get(path).json()["changes"] is None


def test_flips_are_those_of_the_comparison_page_by_page(evaluation: Evaluation) -> None:
    a, b = finished(evaluation, 1), finished(evaluation, 5)
    job = program(make_member(evaluation.engagement).user)
    query = f"a={a.pk}&b={b.pk}"
    exact = job.get(f"runs/compare/?{query}").json()["metrics"][0]
    found: dict[str, list[int]] = {}
    for way in ("lost", "gained"):
        path, cursor, found[way] = f"runs/compare/flips/?{query}&way={way}&limit=7", "", []
        while cursor is not None:
            page = job.get(f"{path}&cursor={cursor}" if cursor else path).json()
            assert {one["way"] for one in page["results"]} <= {way}
            found[way] += [one["n"] for one in page["results"]]
            cursor = page["next_cursor"]
    assert (len(found["lost"]), len(found["gained"])) == (exact["lost"], exact["gained"])
    whole = job.get(f"runs/compare/flips/?{query}&limit=100").json()
    assert [one["n"] for one in whole["results"]] == sorted(found["lost"] + found["gained"])
    assert whole["metric"] == "exact"
    texts = ("input", "answer_a", "answer_b", "reference")
    assert {one[name] for one in whole["results"] for name in texts} == {None}, (
        "below redacted no text is told"
    )
    a.level = "redacted"
    a.save()
    first = job.get(f"runs/compare/flips/?{query}").json()["results"][0]
    assert (first["answer_a"] is None, first["answer_b"]) == (False, None)
    assert job.get(f"runs/compare/flips/?{query}&metric=token_f1").json()["metric"] == "token_f1"
    for wrong, field in (
        ("metric=latency", "metric"),
        ("way=up", "way"),
        ("limit=101", "limit"),
        ("x=1", "x"),
    ):
        problem = is_problem(job.get(f"runs/compare/flips/?{query}&{wrong}"), 422, "fields")
        assert problem["errors"][0]["field"] == field


def test_single_samples_of_a_comparison_are_not_for_client_viewers(evaluation: Evaluation) -> None:
    a, b = finished(evaluation, 1), finished(evaluation, 5)
    viewer = make_member(evaluation.engagement, MemberRole.VIEWER, user=make_user(Role.CLIENT)).user
    path = f"runs/compare/flips/?a={a.pk}&b={b.pk}"
    is_problem(program(viewer).get(path), 403)
    is_problem(program(make_user()).get(path), 404)
    other = make_member(evaluation.engagement).user
    is_problem(program(other, "data:read").get(path), 403, "out_of_scope")
    assert program(evaluation.engagement).get(path).json()["results"]
    b.level = "aggregate"
    b.save()
    is_problem(program(other).get(path), 409, "apart")


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
